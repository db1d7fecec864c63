import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { App } from "../../src/app/open-app.ts";
import { makeDeliverySaver } from "../../src/app/receive-deliveries.ts";
import { makeLog } from "../../src/log.ts";
import { receivedAtOf, toBodyBytes } from "../../src/sandbox/carrier/recorded-line.ts";
import { Prng } from "../../src/sandbox/prng.ts";
import type { World } from "../../src/sandbox/world.ts";
import { generateWorld } from "../../src/sandbox/world.ts";
import { runWorker } from "../../src/worker/work.ts";
import { withAppOn } from "../support/apps.ts";
import type { NightKind } from "../support/disturb-workers.ts";
import { DISTURB, has } from "../support/disturb-workers.ts";
import { HOUR } from "../support/observations.ts";
import { schemaOf, usePostgres } from "../support/postgres.ts";
import type { LogLine, RunningProcess } from "../support/processes.ts";
import { startProcess } from "../support/processes.ts";
import { tellAll } from "../support/tell-all.ts";
import type { WorldOnDisk } from "../support/worlds.ts";
import { importWorld, saveWorld, worldOptions } from "../support/worlds.ts";

/** How many nights of random signals there are on each database; each takes some seconds. */
const RANDOM_NIGHTS = Number(process.env.TRACKBRIDGE_TEST_NIGHTS ?? 1);
const SEED = Number(process.env.TRACKBRIDGE_TEST_SEED ?? 20_260_320);

/** The nights of this file; `random` ones differ. */
const NIGHTS: readonly NightKind[] = [
  "paused",
  "killed",
  ...Array.from({ length: RANDOM_NIGHTS }, () => "random" as const),
];

const WORKERS = 4;
const LEASE_SECONDS = 1;
const PARCELS = 1000;
const DELIVERIES_A_COMMIT = 400;
const ZONE = "Europe/Amsterdam";

let folder = "";
let world: World;
let saved: WorldOnDisk;
/** What one undisturbed process leaves. */
let expected: Outcome;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "trackbridge-"));
  world = generateWorld(worldOptions({ seed: 31, parcels: PARCELS }));
  saved = saveWorld(world, join(folder, "world"));
  const site = makeSqliteSite("undisturbed");
  await takeIn(site);
  for (const night of NIGHTS.keys()) await workUndisturbed(site, night);
  expected = await tell(site);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A database, and a folder in which workers on it run. */
interface Site {
  readonly url: string;
  readonly cwd: string;
  readonly countEndedRuns: () => Promise<number>;
  /** Whether a stopped process keeps all others from writing. */
  readonly isHeldUp: () => Promise<boolean>;
}

/** Takes the world in, its deliveries as `serve` does: they wait to be settled. */
function takeIn({ url }: Site): Promise<void> {
  return withAppOn(url, world.now, async (app) => {
    await importWorld(app, saved, ["legacy-scan", "legacy-api", "status-api"]);
    const save = makeDeliverySaver(app);
    for (let from = 0; from < world.webhook.length; from += DELIVERIES_A_COMMIT) {
      const some = world.webhook.slice(from, from + DELIVERIES_A_COMMIT);
      await save(
        some.map((line) => ({
          body: toBodyBytes(line),
          receivedAt: receivedAtOf(line),
          deliveryId: line.deliveryId ?? "",
        })),
      );
    }
  });
}

/** The moment of the n-th night's run, hours after it came due. */
function momentOf(night: number): number {
  return world.now + (12 + night * 24) * HOUR;
}

function businessDateOf(night: number): string {
  const moment = Temporal.Instant.fromEpochMilliseconds(momentOf(night));
  return moment.toZonedDateTimeISO(ZONE).toPlainDate().subtract({ days: 1 }).toString();
}

/** Each night goes by other settings, so that every parcel is evaluated. */
function toleranceOf(night: number): { readonly toleranceSeconds: number } {
  return { toleranceSeconds: 120 + night };
}

async function workUndisturbed({ url, cwd }: Site, night: number): Promise<void> {
  const settings = {
    reconcile: toleranceOf(night),
    worker: {
      nightlyAt: "03:30",
      zone: ZONE,
      reportFolder: join(cwd, "reports"),
      pullMinutes: 15,
      sweepMinutes: 60,
      leaseSeconds: 60,
    },
  };
  const work = (app: App): Promise<void> =>
    runWorker(app, { once: true, lang: "en", log: makeLog("warn"), signal: new AbortController().signal });
  await withAppOn(url, momentOf(night), work, settings);
}

/** Writes the settings of a night, and gives what starts its workers. */
function makeStarter({ url, cwd }: Site, night: number): () => RunningProcess {
  const config = join(cwd, `night-${night}.yml`);
  const settings = { reconcile: toleranceOf(night), worker: { leaseSeconds: LEASE_SECONDS } };
  writeFileSync(config, JSON.stringify(settings));
  const now = Temporal.Instant.fromEpochMilliseconds(momentOf(night)).toString();
  const args = ["worker", "--once", "--database", url, "--config", config, "--now", now];
  return () => startProcess(args, { cwd });
}

/** Has many workers make a night's run, and gives all there were when all have ended. */
async function workDisturbed(site: Site, night: number, random: Prng): Promise<readonly RunningProcess[]> {
  const workers: RunningProcess[] = [];
  const startWorker = makeStarter(site, night);
  const start = (): void => {
    workers.push(startWorker());
  };
  for (let n = 0; n < WORKERS; n += 1) start();
  await DISTURB[NIGHTS[night] as NightKind]({ workers, start, random, isHeldUp: site.isHeldUp });
  const ends = await Promise.all(workers.map(({ ended }) => ended));
  expect(workers.flatMap(({ complaints }) => complaints)).toEqual([]);
  expect(ends.filter((end) => end !== 0 && end !== "SIGKILL")).toEqual([]);
  return workers;
}

/** What was about to be written was not: the claim was lost, or the server has ended the transaction that was to get it. */
function isFenced({ event }: LogLine): boolean {
  return event === "claim lost" || event === "store busy";
}

/** What a database and its reports say in the end. */
interface Outcome {
  readonly store: Readonly<Record<string, string>>;
  /** Bytes by path. */
  readonly reports: Readonly<Record<string, string>>;
}

async function tell({ url, cwd }: Site): Promise<Outcome> {
  const reports = join(cwd, "reports");
  const paths = NIGHTS.flatMap((_, night) =>
    readdirSync(join(reports, businessDateOf(night))).map((name) => join(businessDateOf(night), name)),
  );
  return {
    store: await withAppOn(url, 0, ({ store }) => tellAll(store)),
    reports: Object.fromEntries(paths.map((path) => [path, readFileSync(join(reports, path), "latin1")])),
  };
}

/**
 * Workers on a database pass this, whatever happens to them.
 *
 * @param makeSite gives an empty database
 */
function keepsItsNights(makeSite: () => Site): void {
  it(
    "makes each night's run once, and exactly as one undisturbed process does",
    async () => {
      const site = makeSite();
      await takeIn(site);
      const random = new Prng(SEED);
      for (const [night, kind] of NIGHTS.entries()) {
        const workers = await workDisturbed(site, night, random);
        const lines = workers.flatMap(({ logged }) => logged);
        const told = `night ${night}, ${kind}, seed ${SEED}`;
        expect(lines.filter(has("nightly run ended")).length, told).toBeLessThanOrEqual(1);
        expect(await site.countEndedRuns(), told).toBe(night + 1);
        const job = await withAppOn(site.url, 0, ({ store }) => store.jobs.latest("nightly"));
        expect(job, told).toMatchObject({ state: "ended", businessDate: businessDateOf(night) });
        const takenOver = lines.filter(has("nightly run begun")).filter(({ isTakenOver }) => isTakenOver);
        if (kind !== "random") expect(takenOver.length, told).toBeGreaterThan(0);
        if (kind !== "paused") continue;
        const stopped = workers.filter(
          ({ logged }) => logged.some(has("nightly run begun")) && !logged.some(has("nightly run ended")),
        );
        expect(stopped.length, told).toBeGreaterThan(0);
        for (const { logged } of stopped) expect(logged.some(isFenced), told).toBe(true);
      }
      const outcome = await tell(site);
      for (const [what, text] of Object.entries(expected.store)) expect(outcome.store[what], what).toBe(text);
      expect(Object.keys(outcome.reports)).toEqual(Object.keys(expected.reports));
      for (const [path, bytes] of Object.entries(expected.reports)) {
        expect(outcome.reports[path] === bytes, path).toBe(true);
      }
    },
    300_000 + RANDOM_NIGHTS * 30_000,
  );
}

const LONGEST_COMMIT_MS = 300;

function withDatabase<Result>(
  path: string,
  options: Database.Options,
  use: (database: Database.Database) => Result,
): Result {
  const database = new Database(path, options);
  try {
    return use(database);
  } finally {
    database.close();
  }
}

function makeSqliteSite(name: string): Site {
  const cwd = join(folder, name);
  mkdirSync(cwd);
  const path = join(cwd, "store.db");
  return {
    url: `sqlite:${path}`,
    cwd,
    async countEndedRuns() {
      return withDatabase(path, {}, (database) => {
        const count = database.prepare("SELECT count(*) FROM run WHERE verdict IS NOT NULL").pluck();
        return count.get() as number;
      });
    },
    async isHeldUp() {
      return withDatabase(path, { timeout: LONGEST_COMMIT_MS }, (database) => {
        try {
          database.exec("BEGIN IMMEDIATE; ROLLBACK");
          return false;
        } catch (error) {
          if (error instanceof Database.SqliteError && error.code === "SQLITE_BUSY") return true;
          throw error;
        }
      });
    },
  };
}

describe("many workers on one SQLite file", () => keepsItsNights(() => makeSqliteSite("disturbed")));

describe("many workers on one PostgreSQL database", () => {
  const postgres = usePostgres();
  keepsItsNights(() => {
    const url = postgres.newStoreUrl();
    const cwd = join(folder, "postgres");
    mkdirSync(cwd);
    const countEndedRuns = async (): Promise<number> => {
      const [row] = await postgres.query<{ count: number }>(
        `SELECT count(*)::int AS count FROM ${schemaOf(url)}.run WHERE verdict IS NOT NULL`,
      );
      return row?.count ?? 0;
    };
    // The server ends a transaction that stands still.
    return { url, cwd, countEndedRuns, isHeldUp: async () => false };
  });
});
