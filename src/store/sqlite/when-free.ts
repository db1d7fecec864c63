import { setTimeout as sleep } from "node:timers/promises";
import type { Database } from "better-sqlite3";

const FIRST_WAIT_MS = 1;
const LONGEST_WAIT_MS = 32;

/**
 * Does what needs the file's only write lock, as soon as no other connection
 * has it. SQLite itself would wait for that in its `busy_timeout`, and hold up
 * the thread: timers, signals and whoever knocks at a socket. So it is asked
 * again and again, for as long as that time-out says.
 *
 * @param attempt changes nothing when it fails with `SQLITE_BUSY`
 */
export async function whenFree<Result>(database: Database, attempt: () => Result): Promise<Result> {
  let waitedMs = 0;
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS)) {
    try {
      return withoutWaiting(database, attempt);
    } catch (error) {
      if (waitedMs >= patienceOf(database) || !isBusy(error)) throw error;
    }
    await sleep(waitMs);
    waitedMs += waitMs;
  }
}

/** Does what fails at once where it would have to wait for another connection. */
export function withoutWaiting<Result>(database: Database, work: () => Result): Result {
  const patienceMs = patienceOf(database);
  // What gives nothing back is executed: the library prepares a statement for each pragma, ten times as slow.
  database.exec("PRAGMA busy_timeout = 0");
  try {
    return work();
  } finally {
    database.exec(`PRAGMA busy_timeout = ${patienceMs}`);
  }
}

function patienceOf(database: Database): number {
  return database.pragma("busy_timeout", { simple: true }) as number;
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && "code" in error && String(error.code).startsWith("SQLITE_BUSY");
}
