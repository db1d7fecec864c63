import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { JobOfRun } from "../../src/app/job-of-run.ts";
import type { App } from "../../src/app/open-app.ts";
import type { ReconcileOptions } from "../../src/app/reconcile-store.ts";
import { reconcileStore } from "../../src/app/reconcile-store.ts";
import { generateWorld } from "../../src/sandbox/world.ts";
import { ClaimLost } from "../../src/store/claims.ts";
import { allFindings, at, listAll, withMemoryApp } from "../support/apps.ts";
import { HOUR, timeOf } from "../support/observations.ts";
import { tellAll } from "../support/tell-all.ts";
import type { WorldOnDisk } from "../support/worlds.ts";
import { importWorld, saveWorld, toFindingLines, worldOptions } from "../support/worlds.ts";

let world: WorldOnDisk;
let now = 0;
beforeAll(() => {
  const folder = mkdtempSync(join(tmpdir(), "trackbridge-"));
  world = saveWorld(generateWorld(worldOptions({ seed: 51, parcels: 300 })), folder);
  now = timeOf(world.truth.now);
  return () => rmSync(folder, { recursive: true });
});

/** Lends the program on a store in which the world is, without any run yet. */
function withWorld<Result>(work: (app: App) => Promise<Result>): Promise<Result> {
  return withMemoryApp(async (app) => {
    await importWorld(app, world);
    return work(at(now, app));
  }, now);
}

/** The same program by other rules: every lone episode waits for years. */
function withPatience(app: App): App {
  const settleMs = { new: 1e6 * HOUR, legacy: 1e6 * HOUR };
  return { ...app, settings: { ...app.settings, settleMs, maxWaitMs: 1e6 * HOUR }, fingerprint: "patient" };
}

/** Lets a run be interrupted when it is through with so many groups of buckets. */
async function interrupt(app: App, afterGroups: number, options: ReconcileOptions = {}): Promise<void> {
  const controller = new AbortController();
  const attempt = reconcileStore(app, {
    ...options,
    signal: controller.signal,
    onProgress: ({ doneGroups }) => {
      if (doneGroups === afterGroups) controller.abort();
    },
  });
  await expect(attempt).rejects.toThrow(/aborted/);
  expect(controller.signal.aborted).toBe(true);
  expect((await app.store.runs.open())?.closedGroups.size).toBe(afterGroups);
}

/** What stands in a store, in lines. */
async function tellStanding({ store }: App): Promise<string[]> {
  const findings = (await allFindings(store)).filter(({ state }) => state !== "resolved");
  const parcels = await listAll(store.parcels.list({}));
  return [
    ...toFindingLines(findings),
    ...findings.map(({ id, settlesAt, severity }) => `${id} ${settlesAt} ${severity}`),
    ...parcels.map((parcel) => JSON.stringify(parcel)),
  ];
}

/** Tells at most a few of the lines that differ. */
function expectSame(told: readonly string[], expected: readonly string[]): void {
  expect(told.filter((line) => !expected.includes(line)).slice(0, 5)).toEqual([]);
  expect(expected.filter((line) => !told.includes(line)).slice(0, 5)).toEqual([]);
  expect(expected.length).toBeGreaterThan(100);
}

/** A job's claim, and what its run does with it. */
async function makeJob({ store }: App, wish: Partial<JobOfRun> = {}): Promise<JobOfRun> {
  const claim = await store.claims.take("job nightly", "the test", 60_000);
  if (claim === undefined) throw new Error("somebody else holds the claim");
  return { name: "nightly 2026-03-20", claim, finish: async () => {}, end: async () => {}, ...wish };
}

describe("a run of a job that was interrupted", () => {
  const tellUndisturbed = () =>
    withWorld(async (app) => {
      await reconcileStore(app, { job: await makeJob(app) });
      return tellAll(app.store);
    });

  it.each([1, 16, 31, 32])("after %i of 32 groups is gone on with, to the same end", async (groups) => {
    const told = await withWorld(async (app) => {
      const job = await makeJob(app);
      await interrupt(app, groups, { job });
      const left: number[] = [];
      const onProgress: ReconcileOptions["onProgress"] = ({ doneGroups }) => left.push(doneGroups);
      // Hours later; the run is of the moment at which it began.
      await reconcileStore(at(now + 5 * HOUR, app), { job, onProgress });
      expect(left).toHaveLength(32 - groups);
      return tellAll(app.store);
    });
    for (const [what, text] of Object.entries(await tellUndisturbed()))
      expect(told[what] === text, what).toBe(true);
  });

  it("gives back what it had claimed", () =>
    withWorld(async (app) => {
      await interrupt(app, 5);
      for (const subject of ["run", ...Array.from({ length: 32 }, (_, group) => `buckets ${group}`)]) {
        expect(await app.store.claims.take(subject, "another", 60_000)).toBeDefined();
      }
    }));

  it("is given up for a run of another job run, or one that somebody asked for", () =>
    withWorld(async (app) => {
      const job = await makeJob(app);
      await interrupt(app, 5, { job });
      const first = (await app.store.runs.open())?.runId;
      await interrupt(at(now + HOUR, app), 5, { job: { ...job, name: "nightly 2026-03-21" } });
      const second = (await app.store.runs.open())?.runId;
      const { report, evaluated } = await reconcileStore(at(now + 2 * HOUR, app));
      expect(new Set([first, second, report.runId]).size).toBe(3);
      expect(evaluated).toBe(report.parcels.total);
    }));

  it("is given up when the rules have changed since", () =>
    withWorld(async (app) => {
      const job = await makeJob(app);
      await interrupt(app, 5, { job });
      const { report, evaluated } = await reconcileStore(withPatience(app), { job });
      expect(evaluated).toBe(report.parcels.total);
      expect((await app.store.runs.last())?.fingerprint).toBe("patient");
    }));

  it("neither begins nor ends without the job's claim, and calls nothing its own then", () =>
    withWorld(async (app) => {
      const { store } = app;
      const job = await makeJob(app);
      await store.claims.release(job.claim);
      await expect(reconcileStore(app, { job })).rejects.toBeInstanceOf(ClaimLost);
      expect(await store.runs.open()).toBeUndefined();
      const again = await makeJob(app, { finish: () => store.claims.release(again.claim) });
      await expect(reconcileStore(app, { job: again })).rejects.toBeInstanceOf(ClaimLost);
      expect(await store.runs.last()).toBeUndefined();
    }));
});

describe("a run that was given up", () => {
  const tellFull = (later: number, change = (app: App): App => app) =>
    withWorld(async (app) => {
      await reconcileStore(change(at(now + later, app)), { full: true });
      return tellStanding(app);
    });

  it.each([
    ["went by other rules", withPatience, 0],
    ["was of a later moment", (app: App) => at(now + 100 * HOUR, app), 0],
    ["was of an earlier moment", (app: App) => at(now - 100 * HOUR, app), 0],
  ])("and %s leaves nothing behind that the next one does not judge anew", async (_, change) => {
    const told = await withWorld(async (app) => {
      await reconcileStore(app);
      await interrupt(change(app), 9);
      await reconcileStore(app);
      return tellStanding(app);
    });
    expectSame(told, await tellFull(0));
  });

  it("leaves that also when the next one is given up, too", async () => {
    const told = await withWorld(async (app) => {
      await reconcileStore(app);
      await interrupt(withPatience(app), 30);
      await interrupt(app, 2);
      const { evaluated, report } = await reconcileStore(app);
      expect(evaluated).toBe(report.parcels.total);
      return tellStanding(app);
    });
    expectSame(told, await tellFull(0));
  });
});
