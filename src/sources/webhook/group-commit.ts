/** Gathers what comes in and saves it together: one commit, and one wait for the disk, for all of it. */
export interface GroupCommit<T> {
  /**
   * Resolves once the save that holds `item` is done; rejects with its error,
   * or with {@link QueueFull} at once.
   */
  readonly add: (item: T) => Promise<void>;
  /** Resolves once nothing is waiting or being saved. */
  readonly drain: () => Promise<void>;
}

/** So much is waiting that more would only wait in vain. */
export class QueueFull extends Error {
  override readonly name = "QueueFull";
}

export interface GroupCommitLimits<T> {
  /** So many may wait at a time; and so many bytes, give or take the last. */
  readonly mostWaiting: number;
  readonly mostWaitingBytes: number;
  /** So many go into one save; and so many bytes, unless one alone has more. */
  readonly mostPerSave: number;
  readonly mostBytesPerSave: number;
  readonly bytesOf: (item: T) => number;
}

interface Waiting<T> {
  readonly item: T;
  readonly done: (failure: Failure | null) => void;
}

interface Failure {
  readonly error: unknown;
}

/**
 * Makes a group commit: everything that arrives within a tick, or while a save
 * is running, goes into the next save, in order of arrival. One save runs at a
 * time. A save that fails fails for all that was in it, and for nothing else.
 *
 * @param save must resolve only when everything is durable
 */
export function makeGroupCommit<T>(
  save: (items: readonly T[]) => Promise<void>,
  { mostWaiting, mostWaitingBytes, mostPerSave, mostBytesPerSave, bytesOf }: GroupCommitLimits<T>,
): GroupCommit<T> {
  const waiting: Waiting<T>[] = [];
  let waitingBytes = 0;
  let running: Promise<void> | null = null;

  /** One at the least, however large. */
  const countForSave = (): number => {
    let bytes = 0;
    const tooMany = waiting.findIndex(({ item }, n) => {
      bytes += bytesOf(item);
      return n === mostPerSave || (n > 0 && bytes > mostBytesPerSave);
    });
    return tooMany === -1 ? waiting.length : tooMany;
  };

  const run = async (): Promise<void> => {
    await new Promise((resolve) => setImmediate(resolve));
    while (waiting.length > 0) {
      const batch = waiting.splice(0, countForSave());
      waitingBytes -= batch.reduce((sum, { item }) => sum + bytesOf(item), 0);
      let failure: Failure | null = null;
      try {
        await save(batch.map(({ item }) => item));
      } catch (error) {
        failure = { error };
      }
      for (const { done } of batch) done(failure);
    }
    running = null;
  };

  return {
    add: (item) =>
      new Promise((resolve, reject) => {
        if (waiting.length >= mostWaiting || waitingBytes >= mostWaitingBytes) {
          reject(new QueueFull(`${waiting.length} are waiting`));
          return;
        }
        waitingBytes += bytesOf(item);
        waiting.push({ item, done: (failure) => (failure === null ? resolve() : reject(failure.error)) });
        running ??= run();
      }),
    drain: async () => {
      while (running !== null) await running;
    },
  };
}
