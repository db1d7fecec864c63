import { describe, expect, it } from "vitest";
import type { Barcode } from "../../src/domain/barcode.ts";
import { bucketOf } from "../../src/domain/barcode.ts";
import type { Selection } from "../../src/store/store.ts";
import {
  aDossier,
  aFinding,
  aKept,
  anOutcome,
  aTally,
  findingIdOf,
  inStoreOrder,
  parcelOf,
  parcelsOfOneBucket,
} from "../support/store-rows.ts";
import type { OpenStore } from "./store-under-test.ts";
import { all, aTouched, T, useStore } from "./store-under-test.ts";

/** Parcels with all that is known of them: what an evaluation reads, and the lists. */
export function readsParcels(openStore: OpenStore): void {
  describe("corrections", () => {
    const kit = useStore(openStore);
    const { keepParcels } = kit;

    it("are counted over all parcels, and the parcels listed that have any", async () => {
      await keepParcels(
        { barcode: parcelOf(1), corrections: 2 },
        { barcode: parcelOf(2), corrections: 0 },
        { barcode: parcelOf(3), corrections: 5 },
      );
      const inOrder = inStoreOrder([1, 3].map((n) => ({ barcode: parcelOf(n) }))).map(
        ({ barcode }) => barcode,
      );
      expect(await kit.store.parcels.listCorrected(10)).toEqual({ barcodes: inOrder, corrections: 7 });
      expect(await kit.store.parcels.listCorrected(1)).toEqual({
        barcodes: inOrder.slice(0, 1),
        corrections: 7,
      });
    });

    it("are none where no parcel was evaluated", async () => {
      expect(await kit.store.parcels.listCorrected(10)).toEqual({ barcodes: [], corrections: 0 });
    });
  });

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

    it("are listed with their verdict in order of bucket and barcode, once they have been evaluated", async () => {
      const tally = { legacy: aTally({ episodes: 3 }), new: aTally({ episodes: 2 }) };
      await keepParcels(
        { barcode: parcelOf(2), verdict: "mismatched", tally, openFindings: 4 },
        { barcode: parcelOf(1) },
        { barcode: parcelOf(3), verdict: "not_proven" },
      );
      await keep(aKept({ barcode: parcelOf(4) }));
      const mismatched = {
        barcode: parcelOf(2),
        verdict: "mismatched",
        legacyEpisodes: 3,
        newEpisodes: 2,
        openFindings: 4,
      };
      const rows = inStoreOrder([
        { barcode: parcelOf(1), verdict: "matched", legacyEpisodes: 0, newEpisodes: 0, openFindings: 0 },
        mismatched,
        { barcode: parcelOf(3), verdict: "not_proven", legacyEpisodes: 0, newEpisodes: 0, openFindings: 0 },
      ]);
      expect(await all(kit.store.parcels.list({}))).toEqual(rows);
      expect(await all(kit.store.parcels.list({ verdict: undefined }))).toEqual(rows);
      expect(await all(kit.store.parcels.list({ verdict: "mismatched" }))).toEqual([mismatched]);
      expect(await all(kit.store.parcels.list({ verdict: "known" }))).toEqual([]);
    });

    it("are not listed when no observation of them is left", async () => {
      await keepParcels({ observations: 0 });
      expect(await all(kit.store.parcels.list({}))).toEqual([]);
    });

    it("are listed whole, however many there are, also while something else is read", async () => {
      const barcodes = Array.from({ length: 2300 }, (_, n) => parcelOf(n));
      await keepParcels(...barcodes.map((barcode) => ({ barcode })));
      const listed: Barcode[] = [];
      for await (const page of kit.store.parcels.list({})) {
        expect(page.length).toBeGreaterThan(0);
        listed.push(...page.map(({ barcode }) => barcode));
        await kit.store.parcels.findDossier(parcelOf(5));
      }
      expect(listed).toEqual(
        inStoreOrder(barcodes.map((barcode) => ({ barcode }))).map(({ barcode }) => barcode),
      );
    });

    it("can be evaluated while they are listed", async () => {
      const barcodes = Array.from({ length: 1100 }, (_, n) => parcelOf(n));
      await keepParcels(...barcodes.map((barcode) => ({ barcode })));
      let listed = 0;
      for await (const page of kit.store.parcels.list({})) {
        listed += page.length;
        await evaluate(anOutcome({ barcode: parcelOf(1), openFindings: listed }));
      }
      expect(listed).toBe(1100);
    });
  });
}
