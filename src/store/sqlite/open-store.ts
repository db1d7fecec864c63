import { existsSync, mkdirSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { setImmediate } from "node:timers/promises";
import Database from "better-sqlite3";
import { StoreBusy, UsageError } from "../../domain/errors.ts";
import type { Store, StoreTransaction } from "../store.ts";
import { makeClaims } from "./claims.ts";
import { makeJobReader, makeJobWriter } from "./jobs.ts";
import { makeFeedReader } from "./read-feeds.ts";
import { makeFindingReader } from "./read-findings.ts";
import { makeParcelReader } from "./read-parcels.ts";
import { makeRunReader } from "./read-runs.ts";
import { SCHEMA, SCHEMA_VERSION } from "./schema.ts";
import type { InTurn } from "./turn.ts";
import { makeTurns } from "./turn.ts";
import { whenFree } from "./when-free.ts";
import { makeDossierWriter } from "./write-dossiers.ts";
import { makeEvaluationWriter } from "./write-evaluations.ts";
import { makeIntakeWriter } from "./write-intakes.ts";

/**
 * Opens (and, where it does not exist, makes) the embedded store.
 *
 * One process writes at a time. Every commit reaches the disk before it
 * returns: `synchronous` is FULL on this connection, and checked after the
 * first write, because better-sqlite3 silently lowers it in WAL mode then.
 *
 * @param path file, or `:memory:`
 * @param mayMake whether a file that does not exist is made
 * @param turnMemory shared by the threads of this process that open the same file
 * @throws UsageError when the file cannot be opened or made, is no store, or
 *   has another schema version
 */
export function openSqliteStore(
  path: string,
  {
    mayMake = true,
    turnMemory,
  }: { readonly mayMake?: boolean; readonly turnMemory?: SharedArrayBuffer } = {},
): Store {
  if (!mayMake && path !== ":memory:" && !existsSync(path)) {
    throw new UsageError({
      place: `database ${path}`,
      value: "no such file",
      expected: "a store that data has been imported into",
      todo: "correct --database, or import first",
    });
  }
  return makeStore(openDatabase(path), path, turnMemory);
}

function openDatabase(path: string): Database.Database {
  let database: Database.Database | undefined;
  try {
    const isNew = path === ":memory:" || !existsSync(path);
    if (path !== ":memory:") mkdirSync(dirname(resolve(path)), { recursive: true });
    database = new Database(path);
    if (isNew) database.pragma("page_size = 16384");
    prepareSchema(database, path);
    return database;
  } catch (error) {
    database?.close();
    throw error instanceof UsageError ? error : toUsageError(path, error);
  }
}

/** Marks a file as ours: other programs count their own schema versions too. "TrkB" */
const APPLICATION_ID = 0x54726b42;

/** Looks before it touches: a file that is not ours is left as it was. */
function prepareSchema(database: Database.Database, path: string): void {
  const version = database.pragma("user_version", { simple: true }) as number;
  const isOurs = database.pragma("application_id", { simple: true }) === APPLICATION_ID;
  const { tables } = database.prepare("SELECT count(*) AS tables FROM sqlite_schema").get() as {
    tables: number;
  };
  const isEmpty = tables === 0 && version === 0;
  if (!isEmpty && (!isOurs || version !== SCHEMA_VERSION)) {
    throw new UsageError({
      place: `database ${path}`,
      value: isOurs ? `schema version ${version}` : "not a trackbridge store",
      expected: `a new file, or a store of schema version ${SCHEMA_VERSION}`,
      todo:
        isOurs && version > SCHEMA_VERSION
          ? "use the newer trackbridge that wrote it"
          : "name another file with --database sqlite:PATH",
    });
  }
  database.pragma("journal_mode = WAL");
  database.pragma("trusted_schema = OFF");
  database.pragma("cell_size_check = ON");
  database.pragma("cache_size = -8192");
  database.pragma("wal_autocheckpoint = 8192");
  database.pragma("synchronous = FULL");
  if (!isEmpty) return;
  database
    .transaction(() => {
      // Another process may have made it since we looked.
      if (database.pragma("user_version", { simple: true }) === SCHEMA_VERSION) return;
      database.exec(SCHEMA);
      database.pragma(`application_id = ${APPLICATION_ID}`);
      database.pragma(`user_version = ${SCHEMA_VERSION}`);
    })
    .immediate();
  // After the first write again: until then the pragma only reads as set.
  database.pragma("synchronous = FULL");
}

function makeStore(database: Database.Database, path: string, turnMemory?: SharedArrayBuffer): Store {
  const parcels = makeParcelReader(database);
  const runs = makeRunReader(database);
  const takeTurns = makeTurns(turnMemory);
  const inTurn: InTurn = (work) =>
    takeTurns(work).catch((error: unknown) => {
      throw isStoreFailure(error) ? toUsageError(path, error) : error;
    });
  const { claims, assertClaim } = makeClaims(database, inTurn);
  const tx: StoreTransaction = {
    intakes: makeIntakeWriter(database),
    dossiers: makeDossierWriter(database),
    evaluations: makeEvaluationWriter(database),
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
    feeds: makeFeedReader(database),
    parcels,
    findings: makeFindingReader(database),
    runs,
    jobs: makeJobReader(database),
    claims,
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

/** Failures of the file or its disk, which a person has to mend; not mistakes in our SQL. */
const STORE_FAILURES: Readonly<Record<string, string>> = {
  SQLITE_BUSY: "another trackbridge is writing to it: wait for that to end",
  SQLITE_LOCKED: "another trackbridge is writing to it: wait for that to end",
  SQLITE_READONLY: "make the file and its folder writable",
  SQLITE_FULL: "free space on the disk, then run the same command again: nothing was half kept",
  SQLITE_IOERR: "check the disk, then run the same command again: nothing was half kept",
  SQLITE_CANTOPEN: "name a file in a folder that can be written to, with --database sqlite:PATH",
  SQLITE_NOTADB: "name a trackbridge store, or a new file, with --database sqlite:PATH",
  SQLITE_CORRUPT: "restore the last backup of the file",
};

/** Those that pass by themselves. */
const BUSY = ["SQLITE_BUSY", "SQLITE_LOCKED"];

function failureOf(error: unknown): string | undefined {
  if (!(error instanceof Database.SqliteError)) return undefined;
  return Object.keys(STORE_FAILURES).find((code) => error.code === code || error.code.startsWith(`${code}_`));
}

function isStoreFailure(error: unknown): boolean {
  return failureOf(error) !== undefined;
}

function toUsageError(path: string, error: unknown): UsageError {
  const failure = failureOf(error);
  const complaint = {
    place: `database ${path}`,
    value: error instanceof Error ? error.message : String(error),
    expected: "an SQLite file that can be opened and written",
    todo:
      failure === undefined
        ? "name another file with --database sqlite:PATH"
        : (STORE_FAILURES[failure] ?? ""),
  };
  const isBusy = failure !== undefined && BUSY.includes(failure);
  return isBusy ? new StoreBusy(complaint, { cause: error }) : new UsageError(complaint, { cause: error });
}
