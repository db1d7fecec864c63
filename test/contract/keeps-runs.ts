import { describe, expect, it } from "vitest";
import type { Barcode } from "../../src/domain/barcode.ts";
import { bucketOf } from "../../src/domain/barcode.ts";
import type { EvaluationWriter, RunPlan, RunRecord } from "../../src/store/run-access.ts";
import { MOST_PARTS } from "../../src/store/sums-codec.ts";
import { aKept, anIntake, anOutcome, aPlan, aProgress, aRun, parcelOf } from "../support/store-rows.ts";
import type { OpenStore } from "./store-under-test.ts";
import { T, useStore } from "./store-under-test.ts";

/** Runs: open, closed group by group, ended. */
export function keepsRuns(openStore: OpenStore): void {
  describe("runs", () => {
    const kit = useStore(openStore);
    const { evaluate, keep, write } = kit;
    const evaluating = (work: (writer: EvaluationWriter) => Promise<void>): Promise<void> =>
      kit.store.transaction(({ evaluations }) => work(evaluations));

    /** Begins a run and ends it. */
    const pass = (wish: Partial<RunRecord>): Promise<void> =>
      evaluating(async (writer) => {
        const { runId, now, fingerprint, deliveriesFingerprint } = aRun(wish);
        await writer.openRun(aPlan({ runId, now, fingerprint, deliveriesFingerprint }));
        await writer.saveRun(aRun(wish));
      });

    it("have news as long as records wait in the inbox or a parcel is dirty", async () => {
      expect(await kit.store.runs.hasNews()).toBe(false);
      await write((writer) =>
        writer.saveRecords([{ bucket: 1023, channel: "webhook", records: Buffer.from("x") }]),
      );
      expect(await kit.store.runs.hasNews()).toBe(true);
      const waiting = await kit.store.parcels.inbox(1023);
      await kit.store.transaction(({ dossiers }) => dossiers.clearInbox(waiting));
      expect(await kit.store.runs.hasNews()).toBe(false);
      await keep(aKept());
      expect(await kit.store.runs.hasNews()).toBe(true);
      await evaluate(anOutcome());
      expect(await kit.store.runs.hasNews()).toBe(false);
    });

    it("keep the facts of parcels and the sums of groups, in the place of what was there", async () => {
      const facts = (...barcodes: Barcode[]): Promise<readonly string[]> =>
        kit.store.parcels.facts(bucketOf(parcelOf(1)), barcodes);
      expect(await facts(parcelOf(1))).toEqual([]);
      await evaluate(anOutcome({ facts: "[1]" }));
      await evaluate(anOutcome({ facts: '["é"]' }));
      expect(await facts(parcelOf(1), parcelOf(2))).toEqual(['["é"]']);

      expect(await kit.store.runs.sums(3)).toEqual(new Map());
      const save = (group: number, sums: ReadonlyMap<string, number>): Promise<void> =>
        evaluating((writer) => writer.saveSums(group, sums));
      await save(3, new Map([["a", 1]]));
      await save(4, new Map([["b", 7]]));
      await save(
        3,
        new Map([
          ["a|é", 2],
          ["c", -3],
        ]),
      );
      expect(await kit.store.runs.sums(3)).toEqual(
        new Map([
          ["a|é", 2],
          ["c", -3],
        ]),
      );
      expect(await kit.store.runs.sums(4)).toEqual(new Map([["b", 7]]));
    });

    it("add changes to the sums of groups, however many", async () => {
      const add = (group: number, changes: readonly [string, number][]): Promise<void> =>
        evaluating((writer) => writer.addSums(group, new Map(changes)));
      await add(3, [["a", 1]]);
      await add(4, [["a", 5]]);
      for (let n = 1; n <= 2 * MOST_PARTS + 3; n += 1) {
        await add(3, [
          ["a", 1],
          [`key ${n}`, 1],
          [`key ${n - 1}`, -1],
        ]);
        expect(await kit.store.runs.sums(3)).toEqual(
          new Map([
            ["a", n + 1],
            ["key 0", -1],
            [`key ${n}`, 1],
          ]),
        );
      }
      expect(await kit.store.runs.sums(4)).toEqual(new Map([["a", 5]]));
      await evaluating((writer) => writer.saveSums(3, new Map([["b", 2]])));
      expect(await kit.store.runs.sums(3)).toEqual(new Map([["b", 2]]));
    });

    it("have no news of intakes that said nothing of a parcel", async () => {
      await write((writer) => writer.saveIntakes([anIntake("empty")]));
      await write((writer) => writer.saveProgress(aProgress({ intakes: 1 })));
      expect(await kit.store.runs.hasNews()).toBe(false);
    });

    it("know the last one that ended, whatever its clock said", async () => {
      expect(await kit.store.runs.last()).toBeUndefined();
      const runs = [
        aRun({ runId: "run-b", now: T + 5 }),
        aRun({ runId: "run-a", now: T, evaluated: 7, verdict: "not_proven", fingerprint: "other" }),
        aRun({ runId: "run-c", now: T + 1, deliveriesFingerprint: "more", verdict: "no_go" }),
      ];
      for (const run of runs) {
        await pass(run);
        expect(await kit.store.runs.last()).toEqual(run);
      }
    });

    it("are open from their beginning to their end, and are not the last before that", async () => {
      expect(await kit.store.runs.open()).toBeUndefined();
      await pass({ runId: "run-1" });
      await evaluating((writer) => writer.openRun(aPlan({ runId: "run-2" })));
      expect((await kit.store.runs.open())?.runId).toBe("run-2");
      expect((await kit.store.runs.last())?.runId).toBe("run-1");
      await evaluating((writer) => writer.saveRun(aRun({ runId: "run-2" })));
      expect(await kit.store.runs.open()).toBeUndefined();
      expect((await kit.store.runs.last())?.runId).toBe("run-2");
    });

    it("are listed with their plans, the latest that ended first, and no more than are wanted", async () => {
      expect(await kit.store.runs.list(5)).toEqual([]);
      const progress = { watermarks: { legacy: T, new: null }, deliveries: new Map() };
      const plans = ["run-b", "run-a", "run-c"].map((runId, i) =>
        aPlan({ runId, now: T - i, job: i === 0 ? "nightly 2026-03-20" : null, progress }),
      );
      for (const plan of plans) {
        await evaluating(async (writer) => {
          await writer.openRun(plan);
          await writer.saveRun(aRun({ ...plan, evaluated: 7, verdict: "not_proven" }));
        });
      }
      await evaluating((writer) => writer.openRun(aPlan({ runId: "run-open" })));
      const ended = plans.map((plan) => ({ ...plan, evaluated: 7, verdict: "not_proven" })).toReversed();
      expect(await kit.store.runs.list(5)).toEqual(ended);
      expect(await kit.store.runs.list(2)).toEqual(ended.slice(0, 2));
    });

    const plans: readonly RunPlan[] = [
      aPlan(),
      aPlan({
        job: "nightly 2026-03-20",
        selection: { kind: "touched", now: T, deliveriesMoved: true },
        rulesChanged: true,
        fingerprint: "É'\u0000\n",
        progress: {
          watermarks: { legacy: T, new: null },
          deliveries: new Map([
            ["2", { firstAt: T, lastAt: T + 1 }],
            ["1", { firstAt: T - 1, lastAt: T }],
            ["__proto__", { firstAt: 0, lastAt: 1 }],
          ]),
        },
      }),
      aPlan({
        selection: { kind: "touched", now: T, deliveriesMoved: false },
        progress: { watermarks: { legacy: T + 1, new: T + 2 }, deliveries: new Map() },
      }),
    ];
    it.each(plans)("come back with their plan while they are open: $selection", async (plan) => {
      await evaluating((writer) => writer.openRun(plan));
      expect(await kit.store.runs.open()).toEqual({ ...plan, closedGroups: new Set(), evaluated: 0 });
    });

    it("know the groups that they are through with, and the parcels evaluated in those", async () => {
      await evaluating((writer) => writer.openRun(aPlan()));
      await evaluating((writer) => writer.closeGroup("run-1", 31, 5));
      await evaluating(async (writer) => {
        await writer.closeGroup("run-1", 0, 0);
        await writer.closeGroup("run-1", 4, 70);
      });
      expect(await kit.store.runs.open()).toEqual({
        ...aPlan(),
        closedGroups: new Set([0, 4, 31]),
        evaluated: 75,
      });
    });

    it("may have their groups closed by many at once", async () => {
      await evaluating((writer) => writer.openRun(aPlan()));
      const groups = Array.from({ length: 16 }, (_, n) => n);
      await Promise.all(
        groups.map((group) => evaluating((writer) => writer.closeGroup("run-1", group, group))),
      );
      expect(await kit.store.runs.open()).toMatchObject({ closedGroups: new Set(groups), evaluated: 120 });
    });

    it("begin with no group closed, whatever the one before was through with", async () => {
      for (const runId of ["run-1", "run-2"]) {
        await evaluating((writer) => writer.openRun(aPlan({ runId })));
        expect(await kit.store.runs.open()).toMatchObject({ runId, closedGroups: new Set(), evaluated: 0 });
        await evaluating((writer) => writer.closeGroup(runId, 3, 5));
        expect((await kit.store.runs.open())?.evaluated).toBe(5);
        await evaluating((writer) => writer.saveRun(aRun({ runId, evaluated: 5 })));
        expect((await kit.store.runs.last())?.evaluated).toBe(5);
      }
    });
  });
}
