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
  const patienceMs = database.pragma("busy_timeout", { simple: true }) as number;
  let waitedMs = 0;
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS)) {
    database.pragma("busy_timeout = 0");
    try {
      return attempt();
    } catch (error) {
      if (waitedMs >= patienceMs || !isBusy(error)) throw error;
    } finally {
      database.pragma(`busy_timeout = ${patienceMs}`);
    }
    await sleep(waitMs);
    waitedMs += waitMs;
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && "code" in error && String(error.code).startsWith("SQLITE_BUSY");
}
