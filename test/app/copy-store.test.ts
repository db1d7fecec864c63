import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { copyStore } from "../../src/app/copy-store.ts";
import type { App } from "../../src/app/open-app.ts";
import type { NamedStore } from "../../src/app/open-store.ts";
import { openStore, withStore } from "../../src/app/open-store.ts";
import { reconcileStore } from "../../src/app/reconcile-store.ts";
import { traceParcel } from "../../src/app/trace-parcel.ts";
import { verifyStore } from "../../src/app/verify-store.ts";
import { writeReport } from "../../src/app/write-report.ts";
import { UsageError } from "../../src/domain/errors.ts";
import { spoolBatches, toSpoolBatch } from "../../src/intake/spool-deliveries.ts";
import type { CopyReport } from "../../src/report/store-data.ts";
import { generateWorld } from "../../src/sandbox/world.ts";
import { readRecords, toRecordLine } from "../../src/store/inbox-record.ts";
import type { Store } from "../../src/store/store.ts";
import type { Stretch } from "../../src/store/tables.ts";
import { listStretches } from "../../src/store/tables.ts";
import { allFindings, listAll, withAppOn } from "../support/apps.ts";
import { aDelivery, BASE } from "../support/intakes.ts";
import { HOUR, timeOf } from "../support/observations.ts";
import { schemaOf, usePostgres } from "../support/postgres.ts";
import {
  aDossier,
  aFinding,
  anIntake,
  anOutcome,
  aPlan,
  aProgress,
  parcelOf,
} from "../support/store-rows.ts";
import { importWorld, saveWorld, worldOptions } from "../support/worlds.ts";

const postgres = usePostgres();
const PARTS = listStretches().length;

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "trackbridge-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
function newFile(): string {
  files += 1;
  return join(folder, `${files}.db`);
}

/** Copies from one URL to another. */
function copy(from: string, to: string): Promise<CopyReport> {
  return withStore(from, { mayMake: false }, (source) =>
    withStore(to, { mayBePartial: true }, (target) => copyStore(source, target)),
  );
}

async function open(url: string, options: Parameters<typeof openStore>[1] = {}): Promise<NamedStore> {
  const store = await openStore(url, options);
  onTestFinished(() => store.close());
  return { store, name: url };
}

/** A small store with something in most tables. */
async function fill({ store }: NamedStore): Promise<void> {
  await store.transaction(async ({ intakes, dossiers, evaluations }) => {
    await intakes.saveIntakes([anIntake("a"), anIntake("b")]);
    for (let n = 1; n <= 30; n += 1) {
      const dossier = aDossier({ barcode: parcelOf(n) });
      await dossiers.saveDossiers([dossier]);
      const changed = [aFinding({ barcode: parcelOf(n) })];
      await evaluations.saveOutcomes(dossier.bucket, [anOutcome({ barcode: parcelOf(n), changed })]);
    }
  });
}

/** The same store, in which something happens before a stretch is read. */
function beforeRead(stretch: Stretch, { store, name }: NamedStore, happen: () => Promise<void>): NamedStore {
  const tables: Store["tables"] = {
    ...store.tables,
    async *rows(one) {
      if (one.table === stretch.table && one.group === stretch.group) await happen();
      yield* store.tables.rows(one);
    },
  };
  return { name, store: { ...store, tables } };
}

/** The same store, in which something happens once: before a stretch is read for the n-th time, first to be copied. */
function atRead(n: number, stretch: Stretch, named: NamedStore, happen: () => Promise<void>): NamedStore {
  let reads = 0;
  return beforeRead(stretch, named, async () => {
    reads += 1;
    if (reads === n) await happen();
  });
}

let imported = 0;

/** As an import leaves it before it is settled. */
function importOne(store: Store): Promise<void> {
  imported += 1;
  return store.transaction(async ({ intakes }) => {
    await intakes.saveIntakes([anIntake(`imported ${imported}`)]);
    await intakes.saveProgress(aProgress({ bucket: 5, intakes: 1 }));
  });
}

async function refusalOf(attempt: Promise<unknown>): Promise<string> {
  const error: unknown = await attempt.then(
    () => undefined,
    (refused: unknown) => refused,
  );
  expect(error).toBeInstanceOf(UsageError);
  return (error as UsageError).message;
}

describe("a copied store", () => {
  const world = generateWorld(worldOptions({ seed: 31 }));
  const now = timeOf(world.truth.now);
  const source = () => `sqlite:${join(folder, "world.db")}`;
  let elsewhere = "";
  let back = "";
  let reports: CopyReport[] = [];

  beforeAll(async () => {
    const onDisk = saveWorld(world, mkdtempSync(join(folder, "world-")));
    await withAppOn(source(), now - 30 * HOUR, async (app) => {
      await importWorld(app, onDisk, ["legacy-scan", "webhook", "legacy-api"]);
      await reconcileStore(app);
      // Dirty parcels, a batch in the inbox and one in the spool, and a run that was left open.
      await importWorld(app, onDisk, ["status-api"]);
      await leaveHalfDone(app);
    });
    elsewhere = postgres.newStoreUrl();
    back = `sqlite:${newFile()}`;
    reports = [await copy(source(), elsewhere), await copy(elsewhere, back)];
  });

  /** What there is to see of a store, before and after the next run. */
  const tell = (url: string) =>
    withAppOn(url, now, async (app) => {
      const hadNews = await app.store.runs.hasNews();
      const findingsBefore = await allFindings(app.store);
      const result = await reconcileStore(app);
      const out = mkdtempSync(join(folder, "report-"));
      await writeReport(app, result, { out, lang: "en" });
      const parcels = await listAll(app.store.parcels.list({}));
      const traces: unknown[] = [];
      for (const { barcode } of parcels.slice(0, 60)) {
        traces.push(await traceParcel(app, barcode, { withRaw: true }));
        traces.push(await app.store.findings.history(barcode));
      }
      return {
        hadNews,
        findingsBefore,
        result,
        findings: await allFindings(app.store),
        parcels,
        traces,
        files: readdirSync(out).map((name) => [name, readFileSync(join(out, name), "utf8")]),
      };
    });

  it("is the same in PostgreSQL, and back in SQLite, table by table", async () => {
    for (const report of reports) {
      expect(report.isSame).toBe(true);
      expect(report.parts).toEqual({
        all: PARTS,
        copied: PARTS,
        before: 0,
        differing: 0,
        changedInSource: 0,
        hadEnded: false,
      });
      for (const { from, to } of report.tables) expect(to).toEqual(from);
    }
    const empty = reports[0]?.tables.filter(({ from }) => from.rows === 0).map(({ table }) => table);
    expect(empty).toEqual([]);
    const verified = await Promise.all(
      [source(), elsewhere, back].map((url) => withStore(url, {}, (store) => verifyStore(store))),
    );
    const [first, ...others] = verified.map(({ tables, waiting }) => ({ tables, waiting }));
    for (const other of others) expect(other).toEqual(first);
    expect(first?.waiting).toBe(3);
    expect(verified.map(({ isSound }) => isSound)).toEqual([true, true, true]);
  });

  it("gives the same verdict, findings, traces and report, and goes on from the same run", async () => {
    const told = await tell(source());
    expect(told.hadNews).toBe(true);
    expect(told.findings.length).toBeGreaterThan(10);
    expect(told.traces).toHaveLength(120);
    expect(await tell(elsewhere)).toEqual(told);
    expect(await tell(back)).toEqual(told);
  });
});

/** Puts what a parcel's dossier holds into the inbox again, and two deliveries into the spool; begins a run and a job. */
async function leaveHalfDone({ store }: App): Promise<void> {
  const [bucket = 0] = await store.parcels.buckets();
  const [dossier] = await store.parcels.channelDossiers(bucket, "legacy-scan", null);
  if (dossier === undefined) throw new Error("the first bucket holds no scans");
  const [entry = ""] = /^\[.*?\](?=,\[|$)/.exec(dossier.observations) ?? [];
  const records = Buffer.from(toRecordLine(dossier.barcode, entry));
  expect([...readRecords(records)]).toMatchObject([{ kind: "observation" }]);
  const { content } = aDelivery({ barcode: dossier.barcode });
  const deliveries = [content, Buffer.from("no JSON")].map((body) => ({
    body,
    receivedAt: BASE,
    deliveryId: "d",
  }));
  await spoolBatches(store, [toSpoolBatch("a receiver", deliveries)]);
  await store.transaction(async ({ intakes, evaluations, feedStates, jobs }) => {
    await feedStates.save({ feed: "a feed", key: "cursor", value: "7", changedAt: 1 });
    await jobs.begin({ job: "nightly", businessDate: "2026-03-08", owner: "a", token: 1, startedAt: 1 });
    await intakes.saveRecords([{ bucket, channel: "legacy-scan", records }]);
    await evaluations.openRun(aPlan({ runId: "left open" }));
    await evaluations.closeGroup("left open", 3, 7);
  });
}

describe.each([
  ["SQLite", () => `sqlite:${newFile()}`],
  ["PostgreSQL", () => postgres.newStoreUrl()],
])("copyStore into %s", (_, newUrl) => {
  it("goes on where it was interrupted", async () => {
    const from = await open(`sqlite:${newFile()}`);
    await fill(from);
    const url = newUrl();
    const interrupted = beforeRead({ table: "finding", group: 4 }, from, async () => {
      throw new Error("the plug was pulled");
    });
    await expect(withStore(url, { mayBePartial: true }, (to) => copyStore(interrupted, to))).rejects.toThrow(
      "the plug was pulled",
    );
    const done = listStretches().findIndex(({ table, group }) => table === "finding" && group === 4);
    const again = await withStore(url, { mayBePartial: true }, (to) => copyStore(from, to));
    expect(again).toMatchObject({ isSame: true, parts: { before: done, copied: PARTS - done } });
    expect(again.tables.find(({ table }) => table === "dossier")?.to.rows).toBe(30);
  });

  it("lets nobody but itself use a store that is not whole", async () => {
    const from = await open(`sqlite:${newFile()}`);
    await fill(from);
    const url = newUrl();
    let said = "";
    const watched = beforeRead({ table: "run", group: 0 }, from, async () => {
      said = await refusalOf(openStore(url, {}));
      throw new Error("enough");
    });
    await expect(withStore(url, { mayBePartial: true }, (to) => copyStore(watched, to))).rejects.toThrow();
    expect(said).toMatch(/a copy that has not ended → a whole store → run trackbridge db copy .* again/);
    const other = await open(`sqlite:${newFile()}`);
    await fill(other);
    await withStore(url, { mayBePartial: true }, async (to) => {
      expect(await refusalOf(copyStore(other, to))).toMatch(/a copy of another store that has not ended/);
    });
    await withStore(url, { mayBePartial: true }, (to) => copyStore(from, to));
    await (await openStore(url, {})).close();
  });

  it.each([
    ["it is copied", 1, "inbox"],
    ["it is compared", 2, "run_group"],
  ] as const)("brings what comes into the source while %s", async (_when, read, table) => {
    const from = await open(`sqlite:${newFile()}`);
    await fill(from);
    const to = await open(newUrl(), { mayBePartial: true });
    const restless = atRead(read, { table, group: 0 }, from, () => importOne(from.store));
    const report = await copyStore(restless, to);
    expect(report).toMatchObject({ isSame: true, parts: { differing: 0, copied: PARTS } });
    expect(report.parts.changedInSource).toBeGreaterThan(0);
    expect(report.tables.find((one) => one.table === "intake")?.to.rows).toBe(3);
    expect(await to.store.tables.info()).toMatchObject({ isPartial: false });
  });

  it("says so when the source does not rest, and ends with the next call", async () => {
    const from = await open(`sqlite:${newFile()}`);
    await fill(from);
    const to = await open(newUrl(), { mayBePartial: true });
    const report = await copyStore(
      beforeRead({ table: "run_group", group: 0 }, from, () => importOne(from.store)),
      to,
    );
    expect(report.isSame).toBe(false);
    expect(report.tables.filter(({ isSame }) => !isSame).map(({ table }) => table)).toContain(
      "channel_books",
    );
    expect(await to.store.tables.info()).toMatchObject({ isPartial: true });
    const again = await copyStore(from, to);
    expect(again.isSame).toBe(true);
    expect(again.parts.copied).toBeLessThan(5);
  });

  it("finds what is not the same, whoever made it so, and mends it", async () => {
    const from = await open(`sqlite:${newFile()}`);
    await fill(from);
    const to = await open(newUrl(), { mayBePartial: true });
    const spoil = () =>
      to.store.transaction(({ dossiers }) =>
        dossiers.saveDossiers([aDossier({ barcode: parcelOf(1), listedAt: 1 })]),
      );
    const report = await copyStore(atRead(2, { table: "raw_part", group: 0 }, from, spoil), to);
    expect(report).toMatchObject({ isSame: true, parts: { changedInSource: 0 } });
    expect((await to.store.parcels.findDossier(parcelOf(1)))?.listedAt).toBeNull();
  });

  it("only compares, once a copy has ended", async () => {
    const from = await open(`sqlite:${newFile()}`);
    await fill(from);
    const to = await open(newUrl(), { mayBePartial: true });
    await copyStore(from, to);
    expect(await copyStore(from, to)).toMatchObject({ isSame: true, parts: { copied: 0, hadEnded: true } });
    await to.store.transaction(({ intakes }) => intakes.saveIntakes([anIntake("gone on")]));
    const apart = await copyStore(from, to);
    expect(apart).toMatchObject({ isSame: false, parts: { copied: 0, differing: 1, hadEnded: true } });
    expect(await copyStore(from, to)).toEqual(apart);
    expect(await to.store.tables.info()).toMatchObject({ isPartial: false });
  });

  it("holds what may be settled and evaluated while it goes on, and lets go of it after", async () => {
    const from = await open(`sqlite:${newFile()}`);
    await fill(from);
    const to = await open(newUrl(), { mayBePartial: true });
    const subjects = ["run", "buckets 0", "buckets 31"];
    const take = (subject: string) => from.store.claims.take(subject, "another", 1);
    const given: unknown[] = [];
    // While it compares: in a transaction of the target, nobody can ask for claims.
    const watched = atRead(2, { table: "parcel", group: 7 }, from, async () => {
      for (const subject of subjects) given.push(await take(subject));
      given.push(await to.store.claims.take("copy", "another", 1));
    });
    await copyStore(watched, to);
    expect(given).toHaveLength(4);
    expect(given.filter((claim) => claim !== undefined)).toEqual([]);
    for (const subject of subjects) expect(await take(subject)).toBeDefined();
  });

  it("refuses a store that holds anything else, and leaves it as it was", async () => {
    const from = await open(`sqlite:${newFile()}`);
    await fill(from);
    const to = await open(newUrl());
    await to.store.transaction(({ intakes }) => intakes.saveIntakes([anIntake("its own")]));
    expect(await refusalOf(copyStore(from, to))).toMatch(/a store with data of its own → .*--to$/);
    expect(await to.store.tables.info()).toMatchObject({ copiedFrom: null, isPartial: false });
    expect(await refusalOf(copyStore(from, from))).toMatch(/the source itself/);
  });
});

/** Lets another take a claim over, as if it had run out. */
function rob(path: string, subject: string): void {
  const database = new Database(path);
  expect(database.prepare("UPDATE claim SET token = token + 1 WHERE subject = ?").run(subject).changes).toBe(
    1,
  );
  database.close();
}

describe("copyStore", () => {
  it("waits for those who work on the source, and says so", async () => {
    const from = await open(`sqlite:${newFile()}`);
    await fill(from);
    const to = await open(`sqlite:${newFile()}`, { mayBePartial: true });
    const claim = await from.store.claims.take("run", "a run", 60_000);
    let waits = 0;
    const copying = copyStore(from, to, ({ table }) => {
      if (table !== null) return;
      waits += 1;
      if (waits === 2 && claim !== undefined) void from.store.claims.release(claim);
    });
    expect((await copying).isSame).toBe(true);
    expect(waits).toBeGreaterThanOrEqual(2);
  });

  it("stops when it has lost its claim on the source", async () => {
    const path = newFile();
    const from = await open(`sqlite:${path}`);
    await fill(from);
    const to = await open(`sqlite:${newFile()}`, { mayBePartial: true });
    const robbed = beforeRead({ table: "run", group: 0 }, from, async () => rob(path, "run"));
    expect(await refusalOf(copyStore(robbed, to))).toMatch(/run was taken over → .*goes on where it stopped/);
    expect(await to.store.tables.info()).toMatchObject({ isPartial: true });
  });

  it("stops when it has lost its claim on the target", async () => {
    const path = newFile();
    const from = await open(`sqlite:${newFile()}`);
    await fill(from);
    const to = await open(`sqlite:${path}`, { mayBePartial: true });
    const robbed = atRead(2, { table: "run", group: 0 }, from, async () => rob(path, "copy"));
    expect(await refusalOf(copyStore(robbed, to))).toMatch(
      /copy was taken over → .*goes on where it stopped/,
    );
    expect(await to.store.tables.info()).toMatchObject({ isPartial: true });
  });

  it("keeps several stores of one PostgreSQL apart", async () => {
    const from = await open(postgres.newStoreUrl());
    await fill(from);
    const url = postgres.newStoreUrl();
    expect((await copy(from.name, url)).isSame).toBe(true);
    const [row] = await postgres.query<{ rows: string }>(
      `SELECT count(*) AS rows FROM ${schemaOf(url)}.dossier`,
    );
    expect(row?.rows).toBe("30");
  });
});
