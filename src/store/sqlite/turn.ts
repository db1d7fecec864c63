/** Memory that the connections of all threads of a process share. */
export function makeTurnMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
}

const FREE = 0;
const TAKEN = 1;
/** Who has the turn for longer is taken for dead: a thread that ran out of memory gives nothing back. */
const LONGEST_TURN_MS = 30_000;

/** Runs work when nobody else in this process writes. */
export type InTurn = <Result>(work: () => Result | Promise<Result>) => Promise<Result>;

/**
 * Makes the turns of one connection: what it is given it does one after the
 * other, and never while another thread has its turn. SQLite lets one
 * connection write at a time, too, but the others ask again and again until it
 * is done. So turns only spare the asking: two at once do no harm.
 *
 * @param memory of {@link makeTurnMemory}; without it there are no other threads
 */
export function makeTurns(memory: SharedArrayBuffer | undefined, longestMs = LONGEST_TURN_MS): InTurn {
  const turn = memory === undefined ? undefined : new Int32Array(memory);
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const done = last.then(async () => {
      if (turn === undefined) return work();
      while (Atomics.compareExchange(turn, 0, FREE, TAKEN) !== FREE) {
        if (Atomics.wait(turn, 0, TAKEN, longestMs) === "timed-out") break;
      }
      try {
        return await work();
      } finally {
        Atomics.store(turn, 0, FREE);
        Atomics.notify(turn, 0, 1);
      }
    });
    last = done.catch(() => undefined);
    return done;
  };
}
