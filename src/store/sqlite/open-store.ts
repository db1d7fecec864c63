import { existsSync, mkdirSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { setImmediate } from "node:timers/promises";
import Database from "better-sqlite3";
import { assertWhole, toAbsenceError } from "../refusals.ts";
import type { OpenOptions, Store, StoreTransaction } from "../store.ts";
import { makeCheckpoint } from "./checkpoint.ts";
import { makeClaims } from "./claims.ts";
import { guardReader, toOpeningError, toStoreError } from "./failures.ts";
import { makeFeedStateReader, makeFeedStateWriter } from "./feed-states.ts";
import { makeJobReader, makeJobWriter } from "./jobs.ts";
import { prepareSchema } from "./prepare-schema.ts";
import { makeFeedReader } from "./read-feeds.ts";
import { makeFindingReader } from "./read-findings.ts";
import { makeParcelReader } from "./read-parcels.ts";
import { makeRunReader } from "./read-runs.ts";
import { makeTableReader, readStoreInfo } from "./read-tables.ts";
import { makeSpoolReader, makeSpoolWriter } from "./spool.ts";
import type { InTurn } from "./turn.ts";
import { makeTurns } from "./turn.ts";
import { whenFree } from "./when-free.ts";
import { makeDossierWriter } from "./write-dossiers.ts";
import { makeEvaluationWriter } from "./write-evaluations.ts";
import { makeIntakeWriter } from "./write-intakes.ts";
import { makeTableWriter } from "./write-tables.ts";

/**
 * Opens (and, where it does not exist, makes) the embedded store.
 *
 * One process writes at a time. Every commit reaches the disk before it
 * returns: `synchronous` is FULL on this connection, and checked after the
 * first write, because better-sqlite3 silently lowers it in WAL mode then.
 *
 * @param path file, or `:memory:`
 * @param turnMemory shared by the threads of this process that open the same file
 * @throws UsageError when the file cannot be opened or made, is no store, or
 *   has another schema version
 */
export function openSqliteStore(
  path: string,
  {
    mayMake = true,
    mayBePartial = false,
    turnMemory,
  }: OpenOptions & { readonly turnMemory?: SharedArrayBuffer } = {},
): Store {
  const place = `database ${path}`;
  const isThere = path !== ":memory:" && existsSync(path);
  if (!(mayMake || isThere) && path !== ":memory:") throw toAbsenceError(place, "no such file");
  let database: Database.Database | undefined;
  try {
    if (path !== ":memory:") mkdirSync(dirname(resolve(path)), { recursive: true });
    database = new Database(path);
    if (!isThere) database.pragma("page_size = 16384");
    prepareSchema(database, path);
    if (!mayBePartial) assertWhole(place, readStoreInfo(database));
    return makeStore(database, path, turnMemory);
  } catch (error) {
    database?.close();
    throw toOpeningError(path, error);
  }
}

function makeStore(database: Database.Database, path: string, turnMemory?: SharedArrayBuffer): Store {
  const parcels = makeParcelReader(database);
  const runs = makeRunReader(database);
  const takeTurns = makeTurns(turnMemory);
  const inTurn: InTurn = (work) =>
    takeTurns(work).catch((error: unknown) => {
      throw toStoreError(path, error);
    });
  const { claims, assertClaim } = makeClaims(database, inTurn);
  const tx: StoreTransaction = {
    intakes: makeIntakeWriter(database),
    dossiers: makeDossierWriter(database),
    evaluations: makeEvaluationWriter(database),
    tables: makeTableWriter(database),
    feedStates: makeFeedStateWriter(database),
    spool: makeSpoolWriter(database),
    parcels,
    runs,
    jobs: makeJobWriter(database),
    assertClaim,
  };
  const run = async <Result>(work: (tx: StoreTransaction) => Promise<Result>): Promise<Result> => {
    await whenFree(database, () => database.exec("BEGIN IMMEDIATE"));
    try {
      const result = await work(tx);
      database.exec("COMMIT");
      assertDurable(database, path);
      return result;
    } catch (error) {
      if (database.inTransaction) database.exec("ROLLBACK");
      throw error;
    }
  };
  return {
    async transaction(work) {
      const result = await inTurn(() => run(work));
      // Reading and writing this file never waits, so that whoever does much of it would keep out all else.
      await setImmediate();
      return result;
    },
    feeds: guardReader(path, makeFeedReader(database)),
    feedStates: guardReader(path, makeFeedStateReader(database)),
    spool: guardReader(path, makeSpoolReader(database)),
    parcels: guardReader(path, parcels),
    findings: guardReader(path, makeFindingReader(database)),
    runs: guardReader(path, runs),
    tables: guardReader(path, makeTableReader(database)),
    jobs: guardReader(path, makeJobReader(database)),
    claims,
    checkpoint: makeCheckpoint(database, path, inTurn),
    async close() {
      database.close();
    },
  };
}

const FULL = 2;

function assertDurable(database: Database.Database, path: string): void {
  const synchronous = database.pragma("synchronous", { simple: true });
  if (synchronous !== FULL) {
    throw new Error(
      `database ${path}: synchronous is ${synchronous}, not FULL (${FULL}): commits would not be durable`,
    );
  }
}
