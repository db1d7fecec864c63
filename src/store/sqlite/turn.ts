import type { Database } from "better-sqlite3";

/**
 * Whose turn it is to write. SQLite lets one connection write at a time, and
 * the others ask again and again until it is done; the threads of one process
 * know better when that is.
 */
export interface Turn {
  /** Waits for this connection's turn; at once when it has it already. */
  readonly take: () => void;
  readonly give: () => void;
}

/** Memory that the connections of all threads share. */
export function makeTurnMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
}

const FREE = 0;
const TAKEN = 1;

/** @param memory of {@link makeTurnMemory}; without it there are no other threads */
export function makeTurn(database: Database, memory: SharedArrayBuffer | undefined): Turn {
  if (memory === undefined) return { take() {}, give() {} };
  const turn = new Int32Array(memory);
  let isOurs = false;
  return {
    take() {
      if (isOurs || database.inTransaction) return;
      while (Atomics.compareExchange(turn, 0, FREE, TAKEN) !== FREE) Atomics.wait(turn, 0, TAKEN);
      isOurs = true;
    },
    give() {
      if (!isOurs || database.inTransaction) return;
      isOurs = false;
      Atomics.store(turn, 0, FREE);
      Atomics.notify(turn, 0, 1);
    },
  };
}
