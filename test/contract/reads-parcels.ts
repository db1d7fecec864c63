import { describe, expect, it } from "vitest";
import type { Barcode } from "../../src/domain/barcode.ts";
import { bucketOf } from "../../src/domain/barcode.ts";
import { compareText } from "../../src/domain/observation.ts";
import type { Selection } from "../../src/store/parcel-access.ts";
import {
  aDossier,
  aFinding,
  aKept,
  anEvent,
  anOutcome,
  findingIdOf,
  parcelOf,
  parcelsOfOneBucket,
} from "../support/store-rows.ts";
import type { OpenStore } from "./store-under-test.ts";
import { all, aTouched, T, useStore } from "./store-under-test.ts";

/** Parcels with all that is known of them: what an evaluation reads. */
export function readsParcels(openStore: OpenStore): void {
  describe("parcels", () => {
    const kit = useStore(openStore);
    const { evaluate, keep, keepDossiers, keepParcels, touched } = kit;

    it("stand in the bucket of their barcode, in order of barcode", async () => {
      const together = parcelsOfOneBucket(3);
      const bucket = bucketOf(parcelOf(1));
      const elsewhere = parcelOf(2);
      await keep(...[elsewhere, ...together.toReversed()].map((barcode) => aKept({ barcode })));
      expect(await kit.store.parcels.buckets()).toEqual([bucket, bucketOf(elsewhere)].sort((a, b) => a - b));
      const dossiers = await kit.store.parcels.dossiers(bucket, { kind: "all" });
      expect(dossiers).toEqual(
        together.map((barcode) => ({
          barcode,
          listedAt: null,
          observations: [aKept({ barcode })],
          findings: [],
        })),
      );
      expect(await kit.store.parcels.findDossier(parcelOf(999))).toBeUndefined();
    });

    it("come with everything about them, each its own, resolved findings included", async () => {
      const together = parcelsOfOneBucket(2);
      const findings = together.map((barcode, i) => [
        aFinding({ barcode, id: findingIdOf(`${i}a`) }),
        aFinding({
          barcode,
          id: findingIdOf(`${i}b`),
          state: "resolved",
          resolvedAt: T + 1,
          reopenCount: 2,
        }),
      ]);
      const dossiers = together.flatMap((barcode, i) => [
        aDossier({ barcode }),
        aDossier({ barcode, channel: "status-api", listedAt: i === 0 ? null : T }),
      ]);
      await keepDossiers(...dossiers);
      await evaluate(...together.map((barcode, i) => anOutcome({ barcode, changed: findings[i] ?? [] })));
      const wanted = together.map((barcode, i) => ({
        barcode,
        listedAt: i === 0 ? null : T,
        observations: expect.arrayContaining([aKept({ barcode }), aKept({ barcode, channel: "status-api" })]),
        findings: expect.arrayContaining(findings[i] ?? []),
      }));
      const bucket = bucketOf(parcelOf(1));
      await keepDossiers(...dossiers.slice(0, 1));
      const selections: readonly Selection[] = [{ kind: "all" }, aTouched()];
      for (const selection of selections) {
        const given = await kit.store.parcels.dossiers(bucket, selection);
        const length = selection.kind === "all" ? 2 : 1;
        expect(given).toEqual(wanted.slice(0, length));
        for (const { observations, findings: found } of given) {
          expect([observations.length, found.length]).toEqual([2, 2]);
        }
      }
      expect(await kit.store.parcels.findDossier(together[1] as Barcode)).toEqual(wanted[1]);
    });

    it("may be evaluated many at once, each with what is its own", async () => {
      const [p1, p2, p3, p4] = parcelsOfOneBucket(4) as [Barcode, Barcode, Barcode, Barcode];
      const bucket = bucketOf(p1);
      const finding = (barcode: Barcode, name: string) => aFinding({ barcode, id: findingIdOf(name) });
      const step = (barcode: Barcode, name: string, at: number) =>
        anEvent({ barcode, id: findingIdOf(name), at });
      const outcomes = [
        anOutcome({
          barcode: p1,
          dueAt: T,
          changed: [finding(p1, "a"), finding(p1, "b")],
          events: [step(p1, "a", 1), step(p1, "b", 1), step(p1, "a", 2)],
        }),
        anOutcome({ barcode: p2, verdict: "known", dueAt: T + 1, awaitsDeliveries: true }),
        anOutcome({
          barcode: p3,
          verdict: "mismatched",
          corrections: 2,
          changed: [finding(p3, "a")],
          events: [step(p3, "a", 1)],
        }),
        anOutcome({ barcode: p4, verdict: "pending", observations: 0 }),
      ];
      await keep(...[p1, p2, p3, p4].map((barcode) => aKept({ barcode })));
      await kit.store.transaction(async ({ evaluations }) => {
        await evaluations.saveOutcomes(bucket, []);
        await evaluations.saveOutcomes(bucket, outcomes);
      });
      expect((await all(kit.store.parcels.list({}))).map(({ verdict }) => verdict)).toEqual([
        "matched",
        "known",
        "mismatched",
      ]);
      for (const { barcode, changed, events } of outcomes) {
        const { findings } = (await kit.store.parcels.findDossier(barcode)) ?? { findings: undefined };
        expect(findings?.toSorted((a, b) => compareText(a.id, b.id))).toEqual(changed);
        expect(await kit.store.findings.history(barcode)).toEqual(events);
      }
      expect(await touched()).toEqual([p1]);
      expect(await touched({ deliveriesMoved: true })).toEqual([p1, p2]);
      expect(await kit.store.parcels.listCorrected(9)).toEqual({ barcodes: [p3], corrections: 2 });
    });

    it("are touched when they are dirty, and clean once evaluated", async () => {
      await keep(aKept({ barcode: parcelOf(1) }), aKept({ barcode: parcelOf(2) }));
      expect(await touched()).toEqual([parcelOf(1), parcelOf(2)]);
      await evaluate(anOutcome({ barcode: parcelOf(1) }));
      expect(await touched()).toEqual([parcelOf(2)]);
    });

    it("are touched when their finding has come due", async () => {
      await keepParcels(
        { barcode: parcelOf(1), dueAt: T - 1 },
        { barcode: parcelOf(2), dueAt: T },
        { barcode: parcelOf(3), dueAt: T + 1 },
        { barcode: parcelOf(4), dueAt: null },
      );
      expect(await touched({ now: T })).toEqual([parcelOf(1), parcelOf(2)]);
      await evaluate(anOutcome({ barcode: parcelOf(1), dueAt: T + 1 }), anOutcome({ barcode: parcelOf(2) }));
      expect(await touched({ now: T })).toEqual([]);
      expect(await touched({ now: T + 1 })).toEqual([parcelOf(1), parcelOf(3)]);
    });

    it("are touched when they await deliveries and those have moved on", async () => {
      await keepParcels(
        { barcode: parcelOf(1), awaitsDeliveries: true },
        { barcode: parcelOf(2), awaitsDeliveries: false },
      );
      expect(await touched({ deliveriesMoved: false })).toEqual([]);
      expect(await touched({ deliveriesMoved: true })).toEqual([parcelOf(1)]);
    });

    it("are touched once, for however many reasons", async () => {
      await keepParcels({ dueAt: T, awaitsDeliveries: true });
      await keep(aKept());
      expect(await touched({ deliveriesMoved: true })).toEqual([parcelOf(1)]);
    });

    it("are counted, each once, however many reasons they wait for", async () => {
      const count = (selection: Selection, limit = 100) => kit.store.parcels.countParcels(selection, limit);
      expect([await count({ kind: "all" }), await count(aTouched())]).toEqual([0, 0]);
      await keepParcels(
        { barcode: parcelOf(1), dueAt: T, awaitsDeliveries: true },
        { barcode: parcelOf(2), dueAt: T + 1 },
        { barcode: parcelOf(3), awaitsDeliveries: true },
        { barcode: parcelOf(4) },
      );
      await keep(aKept({ barcode: parcelOf(5) }), aKept({ barcode: parcelOf(5), channel: "webhook" }));
      expect(await count({ kind: "all" })).toBe(5);
      expect(await count(aTouched())).toBe(2);
      expect(await count(aTouched({ now: T + 1 }))).toBe(3);
      expect(await count(aTouched({ deliveriesMoved: true }))).toBe(3);
      await keep(aKept(), aKept({ barcode: parcelOf(4) }));
      expect(await count(aTouched({ deliveriesMoved: true }))).toBe(4);
    });

    it("are counted no further than is asked", async () => {
      await keep(...[1, 2, 3, 4].map((n) => aKept({ barcode: parcelOf(n) })));
      for (const selection of [{ kind: "all" }, aTouched()] as const) {
        expect(await kit.store.parcels.countParcels(selection, 3)).toBe(3);
        expect(await kit.store.parcels.countParcels(selection, 4)).toBe(4);
        expect(await kit.store.parcels.countParcels(selection, 5)).toBe(4);
      }
    });
  });
}
