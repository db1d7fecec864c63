import { describe, expect, it } from "vitest";
import type { Barcode } from "../../src/domain/barcode.ts";
import { bucketOf } from "../../src/domain/barcode.ts";
import { CHANNELS } from "../../src/domain/channel.ts";
import type { KeptObservation } from "../../src/domain/merge-observation.ts";
import { compareText } from "../../src/domain/observation.ts";
import type { ChannelDossier } from "../../src/store/parcel-access.ts";
import {
  aDossier,
  aKept,
  anOutcome,
  dossiersOf,
  parcelOf,
  parcelsOfOneBucket,
} from "../support/store-rows.ts";
import type { OpenStore } from "./store-under-test.ts";
import { T, useStore } from "./store-under-test.ts";

/** What the channels said of the parcels. */
export function keepsDossiers(openStore: OpenStore): void {
  describe("dossiers", () => {
    const kit = useStore(openStore);
    const { evaluate, keep, keepDossiers, keepParcels, observationsOf, touched } = kit;

    const inOrder = (observations: readonly KeptObservation[] | undefined) =>
      observations?.toSorted((a, b) => compareText(a.channel + a.identity, b.channel + b.identity));
    const byBarcode = (dossiers: readonly ChannelDossier[]) =>
      dossiers.toSorted((a, b) => compareText(a.barcode, b.barcode));

    it("give observations back exactly as they were kept", async () => {
      const rich = {
        laterAt: T + 3_600_000,
        nonexistentTime: true,
        precisionMs: 60_000,
        lastListedAt: T + 9,
        filledLater: { location: T + 4, reference: T + 5 },
        delivery: { name: "delivery-É", pack: "0123456789abcdef" },
        details: {
          reference: "ORDER-É 'x'\n\u0000;",
          customerNumber: "0011",
          customerCode: "DEVC",
          mainBarcode: "3SDEVC000000009",
          location: "888888",
          productCode: "003085",
        },
        line: 2_000_000,
      };
      const kept = CHANNELS.flatMap((channel) => [
        aKept({ channel, identity: "plain" }),
        aKept({ channel, identity: "rich", ...rich }),
        aKept({ channel, identity: "packed", delivery: { name: "d-1", pack: "fedcba9876543210" } }),
      ]);
      await keep(...kept);
      expect(inOrder(await observationsOf())).toEqual(inOrder(kept));
    });

    it("give their text back to the letter, by channel", async () => {
      const text = '["id","\\u0000é\u2028\ud83d\ude00\'\\"%s$1 :name",1]';
      const dossiers = [
        aDossier({ observations: text }),
        aDossier({ barcode: parcelOf(2), observations: "" }),
        aDossier({
          barcode: parcelOf(3),
          channel: "status-api",
          listedAt: T,
          observations: text.repeat(3000),
        }),
      ];
      await keepDossiers(...dossiers);
      for (const dossier of dossiers) {
        const { bucket, channel, barcode } = dossier;
        expect(await kit.store.parcels.channelDossiers(bucket, channel, [barcode])).toEqual([dossier]);
      }
    });

    it("of a channel are given for the parcels asked for, or for all of a bucket", async () => {
      const [p1, p2, p3] = parcelsOfOneBucket(3) as [Barcode, Barcode, Barcode];
      const bucket = bucketOf(p1);
      const ofScans = [p1, p2].map((barcode) => aDossier({ barcode }));
      const ofWebhook = [p2, p3].map((barcode) => aDossier({ barcode, channel: "webhook" }));
      await keepDossiers(...ofScans, ...ofWebhook, aDossier({ barcode: parcelOf(2) }));
      const given = async (...args: Parameters<typeof kit.store.parcels.channelDossiers>) =>
        byBarcode(await kit.store.parcels.channelDossiers(...args));
      expect(await given(bucket, "legacy-scan", null)).toEqual(ofScans);
      expect(await given(bucket, "webhook", null)).toEqual(ofWebhook);
      expect(await given(bucket, "status-api", null)).toEqual([]);
      expect(await given(bucket, "webhook", [p3, p1, p2])).toEqual(ofWebhook);
      expect(await given(bucket, "webhook", [p1])).toEqual([]);
      expect(await given(bucket, "webhook", [])).toEqual([]);
      expect(await given((bucket + 1) % 1024, "legacy-scan", null)).toEqual([]);
    });

    it("are replaced whole, and only those of their channel and parcel", async () => {
      const one = aKept({ identity: "one" });
      const two = aKept({ identity: "two" });
      const others = [aKept({ channel: "webhook" }), aKept({ barcode: parcelOf(2) })] as const;
      await keep(one, ...others);
      await keepDossiers(aDossier({ listedAt: T, observations: dossiersOf([two])[0]?.observations ?? "" }));
      expect(inOrder(await observationsOf())).toEqual([two, others[0]]);
      expect((await kit.store.parcels.findDossier(parcelOf(1)))?.listedAt).toBe(T);
      expect(await observationsOf(parcelOf(2))).toEqual([others[1]]);
      await keepDossiers(aDossier({ observations: "" }));
      expect(await observationsOf()).toEqual([others[0]]);
      expect((await kit.store.parcels.findDossier(parcelOf(1)))?.listedAt).toBeNull();
    });

    it("of one parcel's channels are united: all observations, and the newest listing", async () => {
      const observations = CHANNELS.map((channel) => aKept({ channel }));
      const dossiers = dossiersOf(observations).map((dossier, n) => ({
        ...dossier,
        listedAt: [null, T + 1, T + 5, T + 2][n] ?? null,
      }));
      const [p1, p2] = parcelsOfOneBucket(2);
      await keepDossiers(...dossiers, aDossier({ barcode: p2 ?? parcelOf(2) }));
      const bucket = bucketOf(parcelOf(1));
      for (const selection of [
        { kind: "all" },
        { kind: "touched", now: T, deliveriesMoved: false },
      ] as const) {
        const [first, second, ...more] = await kit.store.parcels.dossiers(bucket, selection);
        expect(more).toEqual([]);
        expect(first).toMatchObject({ barcode: p1, listedAt: T + 5, findings: [] });
        expect(inOrder(first?.observations)).toEqual(inOrder(observations));
        expect(second).toMatchObject({ barcode: p2, listedAt: null });
      }
      const found = await kit.store.parcels.findDossier(parcelOf(1));
      expect(inOrder(found?.observations)).toEqual(inOrder(observations));
    });

    it("know parcels without a single observation", async () => {
      await keepDossiers(aDossier({ channel: "status-api", listedAt: T, observations: "" }));
      const dossier = { barcode: parcelOf(1), listedAt: T, observations: [], findings: [] };
      expect(await kit.store.parcels.findDossier(parcelOf(1))).toEqual(dossier);
      expect(await kit.store.parcels.dossiers(bucketOf(parcelOf(1)), { kind: "all" })).toEqual([dossier]);
    });

    it("make their parcels dirty, also when they change nothing, and no other parcel", async () => {
      await keepParcels({ barcode: parcelOf(1) }, { barcode: parcelOf(2) });
      expect(await touched()).toEqual([]);
      await keep(aKept({ barcode: parcelOf(2) }));
      expect(await touched()).toEqual([parcelOf(2)]);
      await evaluate(anOutcome({ barcode: parcelOf(2) }));
      await keep(aKept({ barcode: parcelOf(1), identity: "new" }));
      expect(await touched()).toEqual([parcelOf(1)]);
    });
  });
}
