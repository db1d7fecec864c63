import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { importFiles } from "../../src/app/import-files.ts";
import { listFindings, listParcels } from "../../src/app/list-store.ts";
import type { App } from "../../src/app/open-app.ts";
import { withApp } from "../../src/app/open-app.ts";
import { reconcileStore } from "../../src/app/reconcile-store.ts";
import type { HaulJob, Job, Piece } from "../../src/app/threads/job.ts";
import { runHaulJob } from "../../src/app/threads/run-job.ts";
import type { Answer, Order, ThreadData, Threads } from "../../src/app/threads/threads.ts";
import { makeThreads } from "../../src/app/threads/threads.ts";
import { makeFixedClock } from "../../src/clock.ts";
import { readConfig } from "../../src/config.ts";
import { CHANNELS } from "../../src/domain/channel.ts";
import { UsageError } from "../../src/domain/errors.ts";
import type { Haul } from "../../src/intake/haul.ts";
import { PACKAGE_ROOT } from "../../src/package-root.ts";
import type { ImportReport } from "../../src/report/report-data.ts";
import { generateWorld } from "../../src/sandbox/world.ts";
import { readContract } from "../../src/sources/contract.ts";
import { readLayout } from "../../src/sources/legacy-scan/read-layout.ts";
import { openSqliteStore } from "../../src/store/sqlite/open-store.ts";
import { makeTurnMemory } from "../../src/store/sqlite/turn.ts";
import { listAll } from "../support/apps.ts";
import { aScanRow, BASE } from "../support/intakes.ts";
import { CSV_HEADER } from "../support/scan-files.ts";
import { parcelOf } from "../support/store-rows.ts";
import { saveWorld, worldOptions } from "../support/worlds.ts";

const folder = mkdtempSync(join(tmpdir(), "trackbridge-threads-"));
afterAll(() => rmSync(folder, { recursive: true }));

const config = readConfig(undefined);

/** What threads on a new store are started with. */
async function toData(name: string): Promise<ThreadData> {
  const path = join(folder, `${name}.db`);
  await openSqliteStore(path).close();
  return { config, databaseUrl: `sqlite:${path}`, turnMemory: makeTurnMemory(), now: BASE };
}

/** The program with threads that are asked for the least work. */
function withEagerThreads(app: App, onJob?: (job: Job) => void): App {
  const { threads } = app;
  if (threads === null) throw new Error("there are no threads");
  const submit: Threads["submit"] = (job) => {
    onJob?.(job);
    return threads.submit(job);
  };
  return { ...app, threads: { ...threads, submit, worthwhile: { bytes: 0, parcels: 0, minutes: 0 } } };
}

const longPath = join(folder, "TT_11223344_20260311_090000_001.csv");
const rows = Array.from({ length: 60_000 }, (_, n) => aScanRow({ barcode: parcelOf(n) }));
writeFileSync(longPath, `${CSV_HEADER}\n${rows.join("\n")}\n`);
/** A scan file of several pieces: each MiB of its content is one. */
const LONG_FILE: HaulJob = {
  kind: "haul-file",
  index: 0,
  path: longPath,
  name: "a long file",
  layout: "postnl-scan-csv",
  receivedAt: undefined,
};
const LONG_FILE_PIECES = 5;

/** A block of one delivery; threads take its memory. */
function aBlockJob(deliveryId: string): HaulJob {
  const line = `{"receivedAt":"2026-03-07T10:05:00Z","deliveryId":"${deliveryId}","body":{"item":{}}}`;
  const bytes = Buffer.from(line);
  return {
    kind: "haul-lines",
    channel: "webhook",
    file: "export.jsonl",
    block: { firstLine: 1, bytes, isCut: false },
    bytes: bytes.length,
  };
}

/** What comes of a job that has all it needs. */
async function takeAll(pieces: AsyncIterable<Piece>): Promise<Haul[]> {
  const hauls: Haul[] = [];
  for await (const piece of pieces) hauls.push(piece as Haul);
  return hauls;
}

/** A haul as it is before and after it has passed between threads. */
function shown({ raw, records, ...haul }: Haul) {
  return {
    ...haul,
    records: Buffer.from(records).toString("latin1"),
    raw: raw.map(({ bytes, ...part }) => ({ ...part, bytes: Buffer.from(bytes).toString("base64") })),
  };
}

const namesOf = (hauls: readonly Haul[]): string[] =>
  hauls.flatMap(({ intakes }) => intakes.map(({ arrival }) => arrival.name));

describe("threads", () => {
  let threads: Threads;
  beforeAll(async () => {
    threads = makeThreads(await toData("threads"));
  });
  afterAll(() => threads.close());

  it("give what this thread would give, in its order", async () => {
    const app = { config, contract: await readContract(config.contract) };
    const expected = (await takeAll(runHaulJob(app, LONG_FILE))).map(shown);
    expect(expected.length).toBeGreaterThan(LONG_FILE_PIECES);
    expect((await takeAll(threads.submit(LONG_FILE))).map(shown)).toEqual(expected);
  });

  it("do more jobs than they are, whichever is asked for first", async () => {
    const names = Array.from({ length: 5 * threads.size }, (_, n) => `d-${n}`);
    const running = names.map((name) => threads.submit(aBlockJob(name)));
    const taken = await Promise.all(running.toReversed().map(takeAll));
    expect(taken.toReversed().map(namesOf)).toEqual(names.map((name) => [name]));
  });

  it("take a block's memory over, and leave memory alone that is shared", async () => {
    const own = new Uint8Array(Buffer.from("{}"));
    const larger = new Uint8Array([...own, 0x0a, 0x0a]);
    for (const [bytes, left] of [
      [own, 0],
      [larger.subarray(0, 2), 2],
    ] as const) {
      const job = { ...aBlockJob("x"), block: { firstLine: 1, bytes, isCut: false } } as HaulJob;
      expect(await takeAll(threads.submit(job))).toMatchObject([{ rows: 1 }]);
      expect(bytes.length).toBe(left);
    }
  });

  it("give back what is wrong with a setting as that, and go on", async () => {
    const wrong: HaulJob = { ...LONG_FILE, layout: "no-such-layout" };
    const problem = await readLayout("no-such-layout").catch((error: unknown) => error);
    for (let n = 0; n < 2 * threads.size; n += 1) {
      const given = await takeAll(threads.submit(wrong)).catch((error: unknown) => error);
      expect(given).toBeInstanceOf(UsageError);
      expect((given as UsageError).complaint).toEqual((problem as UsageError).complaint);
    }
    expect(namesOf(await takeAll(threads.submit(aBlockJob("d-1"))))).toEqual(["d-1"]);
  });

  it("that die reject their jobs, and are replaced", async () => {
    const databaseUrl = `sqlite:${join(folder, "absent.db")}`;
    const mortal = makeThreads({ ...(await toData("dead")), databaseUrl });
    for (let n = 0; n < 2; n += 1) {
      const jobs = Array.from({ length: 2 * mortal.size }, (_, i) =>
        takeAll(mortal.submit(aBlockJob(`d-${i}`))),
      );
      for (const job of await Promise.allSettled(jobs)) expect(job).toMatchObject({ status: "rejected" });
    }
    await openSqliteStore(join(folder, "absent.db")).close();
    expect(namesOf(await takeAll(mortal.submit(aBlockJob("d-1"))))).toEqual(["d-1"]);
    await mortal.close();
  });

  it("end although nobody took all that they had to give", async () => {
    const abandoned = makeThreads(await toData("abandoned"));
    const [first, other] = [abandoned.submit(LONG_FILE), abandoned.submit(LONG_FILE)];
    expect((await first.next()).done).toBe(false);
    const waiting = takeAll(other);
    await abandoned.close();
    await waiting.catch((error: unknown) => expect(String(error)).toContain("a thread ended"));
  });
});

describe("a thread", () => {
  it("waits until its pieces are taken", async () => {
    const worker = new Worker(new URL("src/app/threads/job-thread.ts", `file://${PACKAGE_ROOT}/`), {
      workerData: await toData("backpressure"),
    });
    const answers: Answer[] = [];
    const reached = (count: number): Promise<void> =>
      new Promise((resolve) => {
        const look = () => {
          if (answers.length < count) return;
          worker.off("message", look);
          resolve();
        };
        worker.on("message", look);
        look();
      });
    worker.on("message", (answer: Answer) => answers.push(answer));
    const order = (one: Order) => worker.postMessage(one);

    order({ kind: "job", job: LONG_FILE, credits: 2 });
    await reached(2);
    for (const count of [3, 4]) {
      order({ kind: "more" });
      await reached(count);
    }
    const gone = new Promise((resolve) => worker.once("exit", resolve));
    order({ kind: "close" });
    await gone;
    // Nothing was given that was not asked for, though there is more.
    expect(answers.map(({ kind }) => kind)).toEqual(["piece", "piece", "piece", "piece"]);
  });
});

describe("an import by threads that breaks off", () => {
  it("keeps nothing, and ends", async () => {
    const { databaseUrl } = await toData("broken");
    const options = { config, clock: makeFixedClock(BASE), databaseUrl, mayMakeStore: true };
    const { problem, books, waiting } = await withApp(options, async (opened) => {
      const app = withEagerThreads(opened);
      const onProgress = () => {
        throw new Error("the terminal is gone");
      };
      const paths = [longPath, longPath];
      const problem = await importFiles(app, { channel: "legacy-scan", paths, onProgress }).catch(String);
      return {
        problem,
        books: await app.store.feeds.books(),
        waiting: await app.store.parcels.inboxBuckets(),
      };
    });
    expect(problem).toBe("Error: the terminal is gone");
    expect(books.map(({ intakes }) => intakes)).toEqual([0, 0, 0, 0]);
    expect(waiting).toEqual([]);
  });
});

describe("a world that is taken in and evaluated by threads", () => {
  it("comes to the same as without them, to the last byte", async () => {
    const world = saveWorld(generateWorld(worldOptions({ seed: 7, parcels: 120 })), join(folder, "world"));
    const now = Temporal.Instant.from(world.truth.now).epochMilliseconds;

    const run = async (name: string, lend: (app: App) => App) => {
      const databaseUrl = `sqlite:${join(folder, `${name}.db`)}`;
      const options = { config, clock: makeFixedClock(now), databaseUrl, mayMakeStore: true };
      return withApp(options, async (opened) => {
        const app = lend(opened);
        const imports: ImportReport[] = [];
        for (const channel of CHANNELS) {
          imports.push(await importFiles(app, { channel, paths: world.paths[channel] }));
        }
        const told: string[] = [];
        const { report, reasons, kinds, evaluated } = await reconcileStore(app, {
          onProgress: ({ doneGroups, groups }) => told.push(`${doneGroups}/${groups}`),
        });
        return {
          imports,
          reconcile: { report, reasons, kinds, evaluated },
          told,
          findings: JSON.stringify(await listAll(listFindings(app, {}))),
          parcels: JSON.stringify(await listAll(listParcels(app.store, {}))),
          books: await app.store.feeds.books(),
          progress: await app.store.feeds.progress(),
          quarantined: await app.store.feeds.quarantined(10_000),
        };
      });
    };

    const jobs = new Set<Job["kind"]>();
    const alone = await run("alone", (app) => ({ ...app, threads: null }));
    const together = await run("together", (app) => {
      return withEagerThreads(app, (job) => jobs.add(job.kind));
    });
    expect(jobs).toEqual(new Set(["haul-file", "haul-lines", "unpack", "settle", "evaluate"]));
    expect(together).toEqual(alone);
    expect(alone.reconcile.evaluated).toBe(Object.keys(world.truth.parcels).length);
    expect(alone.findings.length).toBeGreaterThan(1000);
  });
});
