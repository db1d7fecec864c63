import { describe, expect, it } from "vitest";
import { bucketOf } from "../../src/domain/barcode.ts";
import { toRecordLine } from "../../src/store/inbox-record.ts";
import type { Store } from "../../src/store/store.ts";
import {
  aDossier,
  aFinding,
  aKept,
  anEvent,
  anIntake,
  anOutcome,
  aPlan,
  aProgress,
  aRun,
  parcelOf,
  partsOf,
} from "../support/store-rows.ts";
import type { OpenStore } from "./store-under-test.ts";
import { all, aTouched, T, useStore } from "./store-under-test.ts";

/** All or nothing. */
export function keepsTransactions(openStore: OpenStore): void {
  describe("transaction", () => {
    const kit = useStore(openStore);
    const { keep, keepParcels, observationsOf, touched } = kit;
    const bucket = bucketOf(parcelOf(1));

    /** Writes something of everything. */
    const writeAll: Parameters<Store["transaction"]>[0] = async ({ intakes, dossiers, evaluations }) => {
      const intake = anIntake("content");
      await intakes.saveRaw(partsOf("content"));
      await intakes.saveIntakes([intake]);
      await intakes.saveRowCount(intake.hash, 1);
      await intakes.saveArrivals([
        { hash: intake.hash, channel: "webhook", name: "d1", receivedAt: T, httpStatus: null },
      ]);
      await intakes.saveEventKeys([{ bucket: 7, keys: Float64Array.of(1, 2) }]);
      await intakes.saveRecords([
        { bucket, channel: "webhook", records: Buffer.from(toRecordLine(parcelOf(1), "[0,1]")) },
      ]);
      await dossiers.saveDossiers([
        aDossier(),
        aDossier({ barcode: parcelOf(2), channel: "status-api", listedAt: T, observations: "" }),
      ]);
      await intakes.saveQuarantined([
        {
          hash: intake.hash,
          channel: "webhook",
          name: "d1",
          line: 1,
          code: "X",
          message: "why",
          raw: "raw",
        },
      ]);
      await intakes.saveProgress(
        aProgress({
          intakes: 1,
          rows: { seen: 2, accepted: 1, duplicates: 0, quarantined: 1 },
          firstReceivedAt: T,
          lastReceivedAt: T,
          deliveries: new Map([["11223344", { firstAt: T, lastAt: T }]]),
        }),
      );
      await evaluations.saveOutcomes(bucket, [
        anOutcome({ verdict: "mismatched", openFindings: 1, changed: [aFinding()], events: [anEvent()] }),
      ]);
      await evaluations.openRun(aPlan());
      await evaluations.saveRun(aRun());
      await evaluations.openRun(aPlan({ runId: "run-2" }));
      await evaluations.closeGroup("run-2", 3, 9);
    };
    const readAll = async () => ({
      raw: (await kit.store.feeds.raw(anIntake("content").hash))?.length,
      arrivals: (await kit.store.feeds.arrivals(anIntake("content").hash)).length,
      seen: (await kit.store.feeds.books()).reduce((sum, { seen }) => sum + seen, 0),
      deliveries: (await kit.store.feeds.progress()).deliveries.size,
      quarantined: (await kit.store.feeds.quarantined(10)).length,
      inbox: (await kit.store.parcels.inbox(bucket)).length,
      buckets: (await kit.store.parcels.buckets()).length,
      dossier: (await kit.store.parcels.findDossier(parcelOf(1)))?.findings.length,
      touched: await kit.store.parcels.countParcels(aTouched(), 10),
      parcels: (await all(kit.store.parcels.list({}))).length,
      findings: (await all(kit.store.findings.list({}))).length,
      history: (await kit.store.findings.history(parcelOf(1))).length,
      run: (await kit.store.runs.last())?.runId,
      openRun: (await kit.store.runs.open())?.evaluated,
    });
    const nothing = {
      raw: undefined,
      arrivals: 0,
      seen: 0,
      deliveries: 0,
      quarantined: 0,
      inbox: 0,
      buckets: 0,
      dossier: undefined,
      touched: 0,
      parcels: 0,
      findings: 0,
      history: 0,
      run: undefined,
      openRun: undefined,
    };

    it("keeps all that is written in it, and gives what its work gives", async () => {
      const given = await kit.store.transaction(async (tx) => {
        await writeAll(tx);
        return "done";
      });
      expect(given).toBe("done");
      expect(await readAll()).toEqual({
        raw: 7,
        arrivals: 1,
        seen: 2,
        deliveries: 1,
        quarantined: 1,
        inbox: 1,
        buckets: 2,
        dossier: 1,
        touched: 1,
        parcels: 1,
        findings: 1,
        history: 1,
        run: "run-1",
        openRun: 9,
      });
    });

    it("keeps nothing when its work throws, and passes that very error on", async () => {
      const problem = new Error("in the middle");
      const failing = kit.store.transaction(async (tx) => {
        await writeAll(tx);
        throw problem;
      });
      await expect(failing).rejects.toBe(problem);
      expect(await readAll()).toEqual(nothing);
      const kept = await kit.write((writer) =>
        writer.saveEventKeys([{ bucket: 7, keys: Float64Array.of(3) }]),
      );
      expect(kept.flatMap(({ keys }) => [...keys])).toEqual([]);
    });

    it("leaves what was there before, and the store in order, when it fails", async () => {
      await kit.store.transaction(writeAll);
      const before = await readAll();
      const [row] = await kit.store.parcels.inbox(bucket);
      await expect(
        kit.store.transaction(async ({ dossiers, evaluations }) => {
          await dossiers.saveDossiers([aDossier({ observations: "" })]);
          await dossiers.clearInbox(row === undefined ? [] : [row]);
          await evaluations.saveRun(aRun({ runId: "run-2" }));
          throw new Error("no");
        }),
      ).rejects.toThrow("no");
      expect(await readAll()).toEqual(before);
      expect(await observationsOf()).toEqual([aKept()]);
      await keep(aKept(), aKept({ identity: "another" }));
      expect(await observationsOf()).toHaveLength(2);
    });

    it("marks parcels dirty together with what it keeps of them", async () => {
      await keepParcels({ barcode: parcelOf(1) }, { barcode: parcelOf(2) });
      await expect(
        kit.store.transaction(async ({ dossiers }) => {
          await dossiers.saveDossiers([aDossier()]);
          throw new Error("no");
        }),
      ).rejects.toThrow("no");
      expect(await touched()).toEqual([]);
    });

    it("reads what it has written", async () => {
      await kit.store.transaction(async ({ intakes, dossiers, evaluations, parcels, runs }) => {
        expect(await runs.hasNews()).toBe(false);
        await intakes.saveRecords([{ bucket, channel: "webhook", records: Buffer.from("x") }]);
        expect(await parcels.inboxBuckets()).toEqual([bucket]);
        expect(await runs.hasNews()).toBe(true);
        const waiting = await parcels.inbox(bucket);
        expect(waiting.map(({ records }) => Buffer.from(records).toString())).toEqual(["x"]);
        await dossiers.clearInbox(waiting);
        expect(await parcels.inbox(bucket)).toEqual([]);

        await dossiers.saveDossiers([aDossier()]);
        expect(await parcels.buckets()).toEqual([bucket]);
        expect(await parcels.channelDossiers(bucket, "legacy-scan", null)).toEqual([aDossier()]);
        expect(await parcels.countParcels(aTouched(), 10)).toBe(1);
        expect((await parcels.findDossier(parcelOf(1)))?.observations).toEqual([aKept()]);
        expect((await runs.totals()).observations).toBe(1);

        await evaluations.saveOutcomes(bucket, [anOutcome({ changed: [aFinding()] })]);
        expect(await parcels.dossiers(bucket, aTouched())).toEqual([]);
        expect((await parcels.findDossier(parcelOf(1)))?.findings).toEqual([aFinding()]);
        expect(await all(parcels.list({}))).toHaveLength(1);
        expect(await runs.hasNews()).toBe(false);

        await evaluations.openRun(aPlan());
        await evaluations.closeGroup("run-1", 0, 1);
        expect((await runs.open())?.closedGroups).toEqual(new Set([0]));
        expect((await runs.totals()).verdicts.matched).toBe(1);
        await evaluations.saveRun(aRun());
        expect(await runs.open()).toBeUndefined();
        expect(await runs.last()).toEqual(aRun());
      });
    });

    it("may run at the same time as others", async () => {
      const numbers = Array.from({ length: 12 }, (_, n) => n);
      const given = await Promise.all(
        numbers.map((n) =>
          kit.store.transaction(async ({ dossiers, parcels }) => {
            await dossiers.saveDossiers([aDossier({ barcode: parcelOf(n) })]);
            return (await parcels.findDossier(parcelOf(n)))?.barcode;
          }),
        ),
      );
      expect(given).toEqual(numbers.map(parcelOf));
      expect(await touched()).toEqual(numbers.map(parcelOf));
    });
  });
}
