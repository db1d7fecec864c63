import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import type { App } from "../../src/app/open-app.ts";
import { StoreBusy } from "../../src/domain/errors.ts";
import { haulPayloads } from "../../src/intake/haul-payloads.ts";
import { makeHaulWriter } from "../../src/intake/save-hauls.ts";
import type { Log, LogFields } from "../../src/log.ts";
import { runWorker } from "../../src/worker/work.ts";
import { at, withMemoryApp } from "../support/apps.ts";
import { aDelivery, aScanFile, aScanRow, BASE, saveAll } from "../support/intakes.ts";
import { HOUR, timeOf } from "../support/observations.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "trackbridge-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
});

type Line = LogFields & { readonly event: string };

/** Lends the program at a moment, its reports in a folder of the test's own. */
function withWorkerApp(work: (app: App) => Promise<void>): Promise<void> {
  return withMemoryApp(async (app) => {
    await saveAll(app.store, [await aScanFile([aScanRow()]), aDelivery()]);
    const worker = { ...app.config.worker, reportFolder: join(folder, "reports") };
    await work({ ...app, config: { ...app.config, worker } });
  });
}

/** Works once at a moment, and gives what was logged, without the beginning and the end. */
async function workOnce(app: App, now: string): Promise<Line[]> {
  const lines: Line[] = [];
  const write = (event: string, fields: LogFields = {}): void => void lines.push({ event, ...fields });
  const log: Log = { info: write, warn: write, error: write };
  const { signal } = new AbortController();
  await runWorker(at(timeOf(now), app), { once: true, lang: "en", log, signal, limits: { busyWaitMs: 1 } });
  return lines.slice(1, -1);
}

const eventsOf = (lines: readonly Line[]): string[] => lines.map(({ event }) => event);

describe("a worker that works once", () => {
  it("makes the run that is due, with its report in a folder named by the business date", () =>
    withWorkerApp(async (app) => {
      const lines = await workOnce(app, "2026-03-20T12:00:00Z");
      const businessDate = "2026-03-19";
      expect(lines).toMatchObject([
        { event: "nightly run begun", businessDate, isTakenOver: false },
        { event: "nightly run ended", businessDate, verdict: "not_proven" },
      ]);
      expect(readdirSync(join(folder, "reports"))).toEqual([businessDate]);
      expect(readdirSync(join(folder, "reports", businessDate)).toSorted()).toEqual([
        "findings.csv",
        "parcels.csv",
        "report.html",
        "report.json",
      ]);
      expect(await app.store.jobs.latest("nightly")).toMatchObject({
        businessDate,
        state: "ended",
        outcome: "not_proven",
        startedAt: timeOf("2026-03-20T12:00:00Z"),
        endedAt: timeOf("2026-03-20T12:00:00Z"),
      });
      expect((await app.store.runs.last())?.verdict).toBe("not_proven");
    }));

  it("does not make it again", () =>
    withWorkerApp(async (app) => {
      await workOnce(app, "2026-03-20T12:00:00Z");
      const run = await app.store.runs.last();
      expect(await workOnce(app, "2026-03-20T13:00:00Z")).toEqual([]);
      expect(await workOnce(app, "2026-03-21T02:29:00Z")).toEqual([]);
      expect(await app.store.runs.last()).toEqual(run);
    }));

  it("makes one run for all nights that were missed", () =>
    withWorkerApp(async (app) => {
      await workOnce(app, "2026-03-20T12:00:00Z");
      expect(eventsOf(await workOnce(app, "2026-04-20T12:00:00Z"))).toEqual([
        "nightly run begun",
        "nightly run ended",
      ]);
      expect(readdirSync(join(folder, "reports"))).toEqual(["2026-03-19", "2026-04-19"]);
    }));

  it("settles what has come in when nothing is due", () =>
    withWorkerApp(async (app) => {
      await workOnce(app, "2026-03-20T12:00:00Z");
      const { store } = app;
      await store.transaction(async (tx) => {
        const writer = makeHaulWriter(tx, "webhook");
        await writer.add(
          haulPayloads("webhook", [aDelivery({ status: "delivered", at: BASE + HOUR })], "a pack"),
        );
        await writer.finish();
      });
      expect(await store.parcels.inboxBuckets()).toHaveLength(1);
      expect(await workOnce(app, "2026-03-20T13:00:00Z")).toEqual([{ event: "inbox settled", rows: 1 }]);
      expect(await store.parcels.inboxBuckets()).toEqual([]);
    }));

  it("goes on with a run that was begun and given back, and leaves none of its drafts", () =>
    withWorkerApp(async (app) => {
      const { store } = app;
      const claim = await store.claims.take("job nightly", "another", 60_000);
      if (claim === undefined) throw new Error("nobody else is there");
      const start = {
        job: "nightly",
        businessDate: "2026-03-19",
        owner: "another",
        token: claim.token,
        startedAt: 5,
      };
      await store.transaction((tx) => tx.jobs.begin(start));
      await store.claims.release(claim);
      const draft = join(folder, "reports", "2026-03-19.draft-1");
      mkdirSync(draft, { recursive: true });
      writeFileSync(join(draft, "report.html"), "half a repor");
      const lines = await workOnce(app, "2026-03-20T12:00:00Z");
      expect(lines).toMatchObject([
        { event: "nightly run begun", isTakenOver: true },
        { event: "nightly run ended" },
      ]);
      expect(await store.jobs.latest("nightly")).toMatchObject({ state: "ended", startedAt: 5 });
      expect(readdirSync(join(folder, "reports"))).toEqual(["2026-03-19"]);
    }));

  it("says that the report cannot be written, and ends the run once it can be", () =>
    withWorkerApp(async (app) => {
      writeFileSync(join(folder, "reports"), "a file in the folder's place");
      const attempt = workOnce(app, "2026-03-20T12:00:00Z");
      await expect(attempt).rejects.toThrow(/^worker\.reportFolder: .*reports.* → a folder that can be made/);
      expect(await app.store.jobs.latest("nightly")).toMatchObject({ state: "running" });
      expect(await app.store.runs.last()).toBeUndefined();
      rmSync(join(folder, "reports"));
      const lines = await workOnce(app, "2026-03-20T12:01:00Z");
      expect(lines).toMatchObject([
        { event: "nightly run begun", isTakenOver: true },
        { event: "nightly run ended" },
      ]);
      const { summary } = JSON.parse(readFileSync(join(folder, "reports/2026-03-19/report.json"), "utf8"));
      expect(summary.runId).toBe((await app.store.runs.last())?.runId);
      expect((await app.store.runs.last())?.now).toBe(timeOf("2026-03-20T12:00:00Z"));
    }));

  it("tries again when others keep the store to themselves, and gives up after some time", () =>
    withWorkerApp(async (app) => {
      const busy = new StoreBusy({ place: "database", value: "busy", expected: "free", todo: "wait" });
      let times = 2;
      const take: App["store"]["claims"]["take"] = async (...args) => {
        times -= 1;
        if (times >= 0) throw busy;
        return app.store.claims.take(...args);
      };
      const store = { ...app.store, claims: { ...app.store.claims, take } };
      expect(eventsOf(await workOnce({ ...app, store }, "2026-03-20T12:00:00Z"))).toEqual([
        "store busy",
        "store busy",
        "nightly run begun",
        "nightly run ended",
      ]);
      times = Infinity;
      await expect(workOnce({ ...app, store }, "2026-03-21T12:00:00Z")).rejects.toBe(busy);
      expect(existsSync(join(folder, "reports/2026-03-20"))).toBe(false);
    }));
});
