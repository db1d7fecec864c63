import { mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openStore, withStore } from "../../src/app/open-store.ts";
import { reconcileStore } from "../../src/app/reconcile-store.ts";
import { verifyStore } from "../../src/app/verify-store.ts";
import { spoolBatches, toSpoolBatch } from "../../src/intake/spool-deliveries.ts";
import type { VerifyReport } from "../../src/report/store-data.ts";
import { generateWorld } from "../../src/sandbox/world.ts";
import { addDigests, NO_ROWS_DIGEST } from "../../src/store/digest.ts";
import { TABLE_NAMES } from "../../src/store/tables.ts";
import { withAppOn } from "../support/apps.ts";
import { timeOf } from "../support/observations.ts";
import { schemaOf, usePostgres } from "../support/postgres.ts";
import { importWorld, saveWorld, worldOptions } from "../support/worlds.ts";

const postgres = usePostgres();

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "trackbridge-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const verify = (url: string): Promise<VerifyReport> =>
  withStore(url, { mayMake: false }, (named) => verifyStore(named));

/** A store of a simulated world, with what its truth counts. */
async function makeStore(url: string) {
  const world = generateWorld(worldOptions({ seed: 41, parcels: 60 }));
  const onDisk = saveWorld(world, mkdtempSync(join(folder, "world-")));
  await withAppOn(url, timeOf(world.truth.now), async (app) => {
    await importWorld(app, onDisk);
    await reconcileStore(app);
  });
  return world.truth;
}

let files = 0;
function newFile(): string {
  files += 1;
  return join(folder, `${files}.db`);
}

/** Changes a store as nobody should. */
type Spoil = (sql: string) => Promise<void>;

const KINDS: readonly (readonly [string, () => { readonly url: string; readonly spoil: Spoil }])[] = [
  [
    "SQLite",
    () => {
      const path = newFile();
      return {
        url: `sqlite:${path}`,
        async spoil(sql) {
          const database = new Database(path);
          expect(database.prepare(sql).run().changes).toBeGreaterThan(0);
          database.close();
        },
      };
    },
  ],
  [
    "PostgreSQL",
    () => {
      const url = postgres.newStoreUrl();
      return {
        url,
        async spoil(sql) {
          await postgres.query(`SET search_path = ${schemaOf(url)}`);
          expect(await postgres.query(`${sql} RETURNING 1`)).not.toEqual([]);
        },
      };
    },
  ],
];

describe.each(KINDS)("verifyStore on %s", (kind, make) => {
  let store: ReturnType<typeof make>;
  let truth: Awaited<ReturnType<typeof makeStore>>;
  let sound: VerifyReport;
  beforeAll(async () => {
    store = make();
    truth = await makeStore(store.url);
    sound = await verify(store.url);
  });

  it("finds a store sound whose books are those of what it holds", () => {
    const ofChannels = sound.checks.filter(({ channel }) => channel !== null);
    expect(ofChannels).toHaveLength(12);
    for (const { channel, check, expected, found } of ofChannels) {
      if (channel === null) continue;
      const counts = truth.counts[channel];
      const wanted = { rows: counts.seen, observations: counts.accepted, quarantine: counts.quarantined };
      expect({ check, expected, found }).toEqual({
        check,
        expected: wanted[check as keyof typeof wanted],
        found: wanted[check as keyof typeof wanted],
      });
    }
    expect(sound.checks.filter(({ check }) => check === "file")).toEqual(
      kind === "SQLite" ? [{ check: "file", channel: null, expected: 0, found: 0 }] : [],
    );
    expect(sound).toMatchObject({ isSound: true, waiting: 0, damage: [], isDistributed: false });
    expect(sound.database).not.toMatch(/only(%20| )for/);
  });

  it("tells every table, and its groups add up", () => {
    expect(sound.tables.map(({ table }) => table)).toEqual(TABLE_NAMES);
    for (const { rows, hash, groups } of sound.tables) {
      expect(groups.reduce(addDigests, NO_ROWS_DIGEST)).toEqual({ rows, hash });
    }
    const rowsOf = (name: string) => sound.tables.find(({ table }) => table === name)?.rows;
    expect(rowsOf("parcel")).toBe(Object.keys(truth.parcels).length);
    expect(rowsOf("finding")).toBe(truth.findings.length);
    expect(rowsOf("run")).toBe(1);
  });

  it.each([
    ["observations", "UPDATE dossier SET observations = '' WHERE channel = 2"],
    ["quarantine", "DELETE FROM quarantine WHERE channel = 0"],
    ["rows", "UPDATE channel_books SET seen = seen + 1 WHERE channel = 3"],
  ])("finds it when %s are not what the books say", async (check, sql) => {
    const other = make();
    await makeStore(other.url);
    expect(await verify(other.url)).toMatchObject({ isSound: true });
    await other.spoil(sql);
    const report = await verify(other.url);
    expect(report.isSound).toBe(false);
    const failed = report.checks.filter(({ expected, found }) => expected !== found);
    expect(failed.map((one) => one.check)).toEqual([check]);
  });

  it("has another hash for another value, in that table and group only", async () => {
    await store.spoil("UPDATE finding SET severity = 'low' WHERE severity <> 'low'");
    const report = await verify(store.url);
    expect(report.isSound).toBe(true);
    for (const [i, { table, rows, hash }] of report.tables.entries()) {
      expect(rows).toBe(sound.tables[i]?.rows);
      if (table === "finding") expect(hash).not.toBe(sound.tables[i]?.hash);
      else expect(hash).toBe(sound.tables[i]?.hash);
    }
  });

  it("refuses to judge while data comes in", async () => {
    const { url } = store;
    await withStore(url, {}, async ({ store: open, name }) => {
      const tables = {
        ...open.tables,
        async *rows(stretch: Parameters<typeof open.tables.rows>[0]) {
          if (stretch.table === "run") {
            await store.spoil("UPDATE channel_books SET intakes = intakes + 1 WHERE channel = 0");
          }
          yield* open.tables.rows(stretch);
        },
      };
      await expect(verifyStore({ store: { ...open, tables }, name })).rejects.toThrow(
        /data came in while it was read → a store at rest → run the same command again/,
      );
    });
  });
});

describe("verifyStore", () => {
  it("finds a file that is damaged, and trusts nothing in it", async () => {
    const path = newFile();
    await makeStore(`sqlite:${path}`);
    const database = new Database(path);
    const page = database
      .prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'dossier'")
      .pluck()
      .get() as number;
    const size = database.pragma("page_size", { simple: true }) as number;
    database.pragma("wal_checkpoint(TRUNCATE)");
    database.close();
    const file = openSync(path, "r+");
    writeSync(file, Buffer.alloc(size, 0x5a), 0, size, (page - 1) * size);
    const report = await verify(`sqlite:${path}`);
    expect(report).toMatchObject({ isSound: false, tables: [] });
    expect(report.damage.length).toBeGreaterThan(0);
    expect(report.checks).toEqual([
      { check: "file", channel: null, expected: 0, found: report.damage.length },
    ]);
    // What everybody else meets there is told in one line, too.
    const store = await openStore(`sqlite:${path}`, {});
    await expect(store.parcels.buckets()).rejects.toThrow(
      /malformed → .* → restore the last backup of the file$/,
    );
    await store.close();
  });

  it("counts what waits in the inbox and in the spool, which the books do not know yet", async () => {
    const url = `sqlite:${newFile()}`;
    await withStore(url, {}, async ({ store, name }) => {
      const records = Buffer.from('3SDEVC000000001\t["one","J01",1,2,"00",1]\n3SDEVC000000001\t[0,12]\n');
      await store.transaction(({ intakes }) =>
        intakes.saveRecords([{ bucket: 3, channel: "status-api", records }]),
      );
      expect(await verifyStore({ store, name })).toMatchObject({ isSound: true, waiting: 1 });
      const delivery = { body: Buffer.from("{}"), receivedAt: 1, deliveryId: "one" };
      await spoolBatches(store, [toSpoolBatch("a receiver", [delivery, delivery])]);
      expect(await verifyStore({ store, name })).toMatchObject({ isSound: true, waiting: 3 });
    });
  });
});
