import { describe, expect, it } from "vitest";
import type { Channel } from "../../src/domain/channel.ts";
import type { ParcelVerdict } from "../../src/domain/verdict.ts";
import { PARCEL_VERDICTS } from "../../src/domain/verdict.ts";
import {
  aDossier,
  aFinding,
  aKept,
  anOutcome,
  aProgress,
  aTally,
  findingIdOf,
  parcelOf,
} from "../support/store-rows.ts";
import type { OpenStore } from "./store-under-test.ts";
import { T, useStore } from "./store-under-test.ts";

/** The sums that a run is judged by. */
export function countsTotals(openStore: OpenStore): void {
  describe("totals", () => {
    const kit = useStore(openStore);
    const { evaluate, keep, keepDossiers, keepParcels, write } = kit;

    it("start from totals of nothing", async () => {
      const none = { episodes: 0, agreed: 0, differing: 0, explained: 0, lone: 0 };
      expect(await kit.store.runs.totals()).toEqual({
        rows: { seen: 0, accepted: 0, duplicates: 0, quarantined: 0 },
        observations: 0,
        parcels: 0,
        verdicts: { matched: 0, known: 0, mismatched: 0, pending: 0, not_proven: 0 },
        legacy: none,
        new: none,
        findings: { open: 0, pending: 0, known: 0, resolved: 0 },
        episodesUnderFindings: { legacy: 0, new: 0 },
        heldBackBySilence: 0,
        neverSpoke: 2,
      });
    });

    it("sum up every figure where it is kept", async () => {
      const speak = (channel: Channel, seen: number) =>
        aProgress({
          channel,
          rows: { seen, accepted: seen - 3, duplicates: 2, quarantined: 1 },
          firstReceivedAt: T,
          lastReceivedAt: T,
        });
      await write((writer) => writer.saveProgress(speak("legacy-scan", 10)));
      await write((writer) => writer.saveProgress(speak("legacy-api", 20)));
      const tally = (times: number) =>
        aTally({
          episodes: 15 * times,
          agreed: 8 * times,
          differing: 4 * times,
          explained: 2 * times,
          lone: times,
        });
      const finding = (name: string, wish: Parameters<typeof aFinding>[0]) =>
        aFinding({ id: findingIdOf(name), ...wish });
      await keep(
        ...[1, 2, 3, 4, 5].flatMap((n) => [
          aKept({ barcode: parcelOf(n) }),
          aKept({ barcode: parcelOf(n), identity: "two" }),
        ]),
      );
      await evaluate(
        anOutcome({ barcode: parcelOf(1), observations: 2, tally: { legacy: tally(1), new: tally(2) } }),
        anOutcome({ barcode: parcelOf(2), observations: 2, verdict: "known" }),
        anOutcome({
          barcode: parcelOf(3),
          observations: 2,
          verdict: "mismatched",
          tally: { legacy: tally(10), new: tally(20) },
          changed: [
            finding("a", { barcode: parcelOf(3), state: "open", legacyEpisodes: 1, newEpisodes: 10 }),
            finding("b", { barcode: parcelOf(3), state: "known", legacyEpisodes: 2, newEpisodes: 20 }),
            finding("c", { barcode: parcelOf(3), state: "resolved", legacyEpisodes: 100, newEpisodes: 100 }),
          ],
        }),
        anOutcome({
          barcode: parcelOf(4),
          observations: 2,
          verdict: "pending",
          changed: [
            finding("d", {
              barcode: parcelOf(4),
              state: "pending",
              pendingReason: "not_settled",
              legacyEpisodes: 4,
              newEpisodes: 40,
            }),
          ],
        }),
        anOutcome({
          barcode: parcelOf(5),
          observations: 2,
          verdict: "not_proven",
          changed: ["e", "f"].map((name) =>
            finding(name, {
              barcode: parcelOf(5),
              state: "pending",
              pendingReason: "feed_silent",
              legacyEpisodes: 8,
              newEpisodes: 80,
            }),
          ),
        }),
      );
      expect(await kit.store.runs.totals()).toEqual({
        rows: { seen: 30, accepted: 24, duplicates: 4, quarantined: 2 },
        observations: 10,
        parcels: 5,
        verdicts: { matched: 1, known: 1, mismatched: 1, pending: 1, not_proven: 1 },
        legacy: { episodes: 165, agreed: 88, differing: 44, explained: 22, lone: 11 },
        new: { episodes: 330, agreed: 176, differing: 88, explained: 44, lone: 22 },
        findings: { open: 1, pending: 3, known: 1, resolved: 1 },
        episodesUnderFindings: { legacy: 23, new: 230 },
        heldBackBySilence: 2,
        neverSpoke: 1,
      });
    });

    it("count the observations of a dirty parcel where they lie, over all its channels", async () => {
      await keepParcels({ barcode: parcelOf(1), observations: 1 }, { barcode: parcelOf(2), observations: 1 });
      const observations = async () => (await kit.store.runs.totals()).observations;
      expect(await observations()).toBe(2);
      const texts = { details: { reference: '],[","' } };
      await keep(
        aKept({ ...texts }),
        aKept({ ...texts, identity: "since then" }),
        aKept({ channel: "status-api", ...texts, delivery: { name: "[[", pack: "]," } }),
        aKept({ barcode: parcelOf(3) }),
      );
      expect(await observations()).toBe(5);
      await keepDossiers(aDossier({ observations: "" }));
      expect(await observations()).toBe(3);
    });

    it("trust an evaluation for the observations of a clean parcel", async () => {
      await keepParcels({ observations: 40 });
      expect((await kit.store.runs.totals()).observations).toBe(40);
    });

    it("leave out what waits in the inbox", async () => {
      await write((writer) =>
        writer.saveRecords([{ bucket: 1, channel: "webhook", records: Buffer.from("x") }]),
      );
      const { observations, parcels } = await kit.store.runs.totals();
      expect([observations, parcels]).toEqual([0, 0]);
    });

    it("miss a parcel's verdict until it is evaluated, and leave out a parcel of which nothing is left", async () => {
      await keepParcels({ barcode: parcelOf(1) }, { barcode: parcelOf(2), observations: 0 });
      await keep(aKept({ barcode: parcelOf(3) }));
      const { parcels, verdicts } = await kit.store.runs.totals();
      expect(parcels).toBe(2);
      expect(verdicts).toEqual({ matched: 1, known: 0, mismatched: 0, pending: 0, not_proven: 0 });
    });

    it("follow parcels however often they are judged", async () => {
      const latest = new Map<number, { readonly verdict: ParcelVerdict; readonly observations: number }>();
      for (let n = 0; n < 60; n += 1) {
        const parcel = (n * 7) % 5;
        const verdict = PARCEL_VERDICTS[(n * n) % PARCEL_VERDICTS.length] ?? "matched";
        const observations = n % 4;
        latest.set(parcel, { verdict, observations });
        const tally = { legacy: aTally({ episodes: observations }), new: aTally({ lone: 2 * observations }) };
        await evaluate(anOutcome({ barcode: parcelOf(parcel), verdict, observations, tally }));
        const left = [...latest.values()].filter((one) => one.observations > 0);
        const sum = left.reduce((total, one) => total + one.observations, 0);
        const totals = await kit.store.runs.totals();
        expect(totals).toMatchObject({ observations: sum, parcels: left.length });
        expect(totals.legacy.episodes).toBe(sum);
        expect(totals.new.lone).toBe(2 * sum);
        for (const one of PARCEL_VERDICTS)
          expect(totals.verdicts[one]).toBe(left.filter((parcelLeft) => parcelLeft.verdict === one).length);
      }
    });

    it("keep a parcel's last verdict while it is dirty", async () => {
      await keepParcels({ verdict: "mismatched" });
      await keep(aKept(), aKept({ identity: "since then" }));
      const { parcels, verdicts } = await kit.store.runs.totals();
      expect([parcels, verdicts.mismatched]).toEqual([1, 1]);
    });

    it("count a side as never heard until one of its channels spoke at a known time", async () => {
      await write((writer) => writer.saveProgress(aProgress({ channel: "webhook", intakes: 1 })));
      expect((await kit.store.runs.totals()).neverSpoke).toBe(2);
      await write((writer) =>
        writer.saveProgress(aProgress({ channel: "status-api", firstReceivedAt: T, lastReceivedAt: T })),
      );
      expect((await kit.store.runs.totals()).neverSpoke).toBe(1);
    });
  });
}
