import type { Database } from "better-sqlite3";
import { toStoreError } from "./failures.ts";
import type { InTurn } from "./turn.ts";
import { withoutWaiting } from "./when-free.ts";

/** So many pages that are only in the log are worth a checkpoint: 32 MB. */
const WORTHWHILE_PAGES = 2048;

/** What `PRAGMA wal_checkpoint` says: the pages in the log, and how many of them are in the file, too. */
interface Progress {
  readonly log: number;
  readonly checkpointed: number;
}

/**
 * Makes what writes the log back into the file. Where nobody calls it,
 * `wal_autocheckpoint` has whoever makes the log too long do so within a
 * commit, and all who wait for that commit wait for it.
 *
 * Nearly all is written while others go on to commit (`PASSIVE`). What they
 * have committed meanwhile follows while none of them can (`FULL`), so that the
 * next one begins the log anew: a log that is never caught up with only grows.
 * Pages that a reader still needs from the log stay there until the next time.
 *
 * @see https://sqlite.org/pragma.html#pragma_wal_checkpoint
 */
export function makeCheckpoint(database: Database, path: string, inTurn: InTurn): () => Promise<void> {
  const run = (mode: "NOOP" | "PASSIVE" | "FULL"): Progress | undefined => {
    const [progress] = withoutWaiting(database, () =>
      database.pragma(`wal_checkpoint(${mode})`),
    ) as Progress[];
    return progress;
  };
  return async () => {
    try {
      const { log, checkpointed } = run("NOOP") ?? { log: 0, checkpointed: 0 };
      if (log - checkpointed < WORTHWHILE_PAGES) return;
      run("PASSIVE");
    } catch (error) {
      throw toStoreError(path, error);
    }
    await inTurn(() => run("FULL"));
  };
}
