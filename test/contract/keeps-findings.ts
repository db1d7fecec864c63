import { describe, expect, it } from "vitest";
import type { Barcode } from "../../src/domain/barcode.ts";
import type { Store } from "../../src/store/store.ts";
import {
  aFinding,
  anEvent,
  anOutcome,
  findingIdOf,
  inStoreOrder,
  parcelOf,
  parcelsOfOneBucket,
} from "../support/store-rows.ts";
import type { OpenStore } from "./store-under-test.ts";
import { all, T, useStore } from "./store-under-test.ts";

/** Findings, their counts and their lives. */
export function keepsFindings(openStore: OpenStore): void {
  describe("findings", () => {
    const kit = useStore(openStore);
    const { evaluate, keepParcels } = kit;
    it("come back exactly as they were saved, with their evidence in its own order", async () => {
      const bare = aFinding({ id: findingIdOf("a"), settlesAt: null, legacyAt: null });
      const rich = aFinding({
        id: findingIdOf("b"),
        kind: "detail_mismatch",
        state: "pending",
        pendingReason: "feed_silent",
        severity: "low",
        legacyStatus: "sorted",
        newStatus: "delivered",
        code: "Z'99",
        field: "location",
        deltaSeconds: -3600,
        newAt: T + 1,
        legacyEpisodes: 2,
        newEpisodes: 3,
        signature: "s",
        knownDifference: "k",
        firstSeenAt: T,
        resolvedAt: T + 2,
        reopenCount: 3,
        evidence: { z: 1, a: [{ y: null, x: "é\u2028" }], nested: { b: true, a: 1.5 } },
      });
      await keepParcels({ changed: [bare, rich] });
      const [first, second] = await all(kit.store.findings.list({}));
      expect([first, second]).toEqual([rich, bare]);
      expect(JSON.stringify(first?.evidence)).toBe(JSON.stringify(rich.evidence));
      expect((await kit.store.parcels.findDossier(parcelOf(1)))?.findings).toEqual(
        expect.arrayContaining([bare, rich]),
      );
    });

    it("are replaced by their next state, and stay where nothing changed", async () => {
      await keepParcels({
        changed: [aFinding({ id: findingIdOf("a") }), aFinding({ id: findingIdOf("b") })],
      });
      await evaluate(
        anOutcome({ changed: [aFinding({ id: findingIdOf("a"), state: "resolved", resolvedAt: T })] }),
      );
      expect((await all(kit.store.findings.list({}))).map(({ id: given, state }) => [given, state])).toEqual([
        [findingIdOf("a"), "resolved"],
        [findingIdOf("b"), "open"],
      ]);
    });

    it("are listed in order of barcode, kind, id, and by state, kind and barcode", async () => {
      const [p1, p2] = parcelsOfOneBucket(2) as [Barcode, Barcode];
      const findings = [
        aFinding({ barcode: p1, kind: "push_missed", id: findingIdOf("a"), state: "pending" }),
        aFinding({ barcode: p1, kind: "push_missed", id: findingIdOf("b"), state: "open" }),
        aFinding({ barcode: p1, kind: "unmapped_code", id: findingIdOf("0"), state: "resolved" }),
        aFinding({ barcode: p2, kind: "missing_in_new", id: findingIdOf("c"), state: "open" }),
        aFinding({ barcode: p2, kind: "unmapped_code", id: findingIdOf("1"), state: "known" }),
      ];
      await keepParcels(
        { barcode: p2, changed: findings.filter(({ barcode }) => barcode === p2).toReversed() },
        { barcode: p1, changed: findings.filter(({ barcode }) => barcode === p1).toReversed() },
      );
      const list = async (filter: Parameters<Store["findings"]["list"]>[0]): Promise<string[]> =>
        (await all(kit.store.findings.list(filter))).map((finding) => finding.id.slice(0, 1));
      expect(await list({})).toEqual(["a", "b", "0", "c", "1"]);
      expect(await list({ states: ["open"] })).toEqual(["b", "c"]);
      expect(await list({ states: ["known", "resolved"] })).toEqual(["0", "1"]);
      expect(await list({ kinds: ["unmapped_code"] })).toEqual(["0", "1"]);
      expect(await list({ kinds: ["unmapped_code", "missing_in_new"], states: ["open", "known"] })).toEqual([
        "c",
        "1",
      ]);
      expect(await list({ barcode: p1 })).toEqual(["a", "b", "0"]);
      expect(await list({ barcode: p1, kinds: ["push_missed"], states: ["pending"] })).toEqual(["a"]);
      expect(await list({ barcode: parcelOf(3) })).toEqual([]);
      expect(await list({ states: undefined, kinds: undefined, barcode: undefined })).toHaveLength(5);
    });

    it("are listed in order of bucket before anything else", async () => {
      const barcodes = [1, 2, 3, 4, 5].map(parcelOf);
      await keepParcels(...barcodes.map((barcode) => ({ barcode, changed: [aFinding({ barcode })] })));
      const listed = await all(kit.store.findings.list({}));
      expect(listed.map(({ barcode }) => barcode)).toEqual(
        inStoreOrder(barcodes.map((barcode) => ({ barcode }))).map(({ barcode }) => barcode),
      );
    });

    it("are listed whole, however many there are", async () => {
      const ids = Array.from({ length: 1250 }, (_, n) => findingIdOf(`f${String(n).padStart(5, "0")}`));
      await keepParcels({ changed: ids.map((one) => aFinding({ id: one })) });
      expect((await all(kit.store.findings.list({}))).map((finding) => finding.id)).toEqual(ids);
    });

    it("are counted by kind, state and severity", async () => {
      await keepParcels({
        changed: [
          aFinding({ id: findingIdOf("a") }),
          aFinding({ id: findingIdOf("b") }),
          aFinding({ id: findingIdOf("c"), severity: "critical" }),
          aFinding({ id: findingIdOf("d"), state: "resolved" }),
          aFinding({ id: findingIdOf("e"), kind: "push_missed", severity: "medium" }),
        ],
      });
      const counts = await kit.store.findings.counts();
      expect(counts).toHaveLength(4);
      expect(counts).toEqual(
        expect.arrayContaining([
          { kind: "missing_in_new", state: "open", severity: "high", count: 2 },
          { kind: "missing_in_new", state: "open", severity: "critical", count: 1 },
          { kind: "missing_in_new", state: "resolved", severity: "high", count: 1 },
          { kind: "push_missed", state: "open", severity: "medium", count: 1 },
        ]),
      );
    });

    it("have a life, oldest step first", async () => {
      const steps = [
        anEvent({ id: findingIdOf("b"), at: T, to: "pending", reason: "not_settled" }),
        anEvent({ id: findingIdOf("a"), at: T + 1, runId: "run-2" }),
        anEvent({ id: findingIdOf("b"), at: T + 2, runId: "run-3", from: "pending", to: "open" }),
        anEvent({ id: findingIdOf("b"), at: T + 3, runId: "run-4", from: "open", to: "resolved" }),
      ];
      for (const step of steps) await keepParcels({ events: [step] });
      await keepParcels({ barcode: parcelOf(2), events: [anEvent({ barcode: parcelOf(2) })] });
      expect(await kit.store.findings.history(parcelOf(1))).toEqual(steps);
      expect(await kit.store.findings.history(parcelOf(3))).toEqual([]);
    });

    it("have a life in the order in which it happened, also within one moment and when the clock was set back", async () => {
      const steps = [
        anEvent({ at: T, to: "pending" }),
        anEvent({ at: T, from: "pending", to: "open" }),
        anEvent({ at: T, from: "open", to: "resolved" }),
        anEvent({ at: T - 1000, from: "resolved", to: "open", reason: "returned" }),
      ];
      await keepParcels({ events: steps.slice(0, 2) });
      await keepParcels({ events: steps.slice(2, 3) });
      await keepParcels({ events: steps.slice(3) });
      expect(await kit.store.findings.history(parcelOf(1))).toEqual(steps);
    });
  });
}
