import { describe, expect, it } from "vitest";
import type { Barcode } from "../../src/domain/barcode.ts";
import { aKept, anOutcome, aTally, inStoreOrder, parcelOf } from "../support/store-rows.ts";
import type { OpenStore } from "./store-under-test.ts";
import { all, useStore } from "./store-under-test.ts";

/** The lists of parcels that have been evaluated. */
export function listsParcels(openStore: OpenStore): void {
  describe("lists of parcels", () => {
    const kit = useStore(openStore);
    const { evaluate, keep, keepParcels } = kit;

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
}
