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
  { mostWaiting, mostPerSave }: { readonly mostWaiting: number; readonly mostPerSave: number },
): GroupCommit<T> {
  let waiting: Waiting<T>[] = [];
  let running: Promise<void> | null = null;

  const run = async (): Promise<void> => {
    await new Promise((resolve) => setImmediate(resolve));
    while (waiting.length > 0) {
      const batch = waiting.slice(0, mostPerSave);
      waiting = waiting.slice(mostPerSave);
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
        if (waiting.length >= mostWaiting) {
          reject(new QueueFull(`${waiting.length} are waiting`));
          return;
        }
        waiting.push({ item, done: (failure) => (failure === null ? resolve() : reject(failure.error)) });
        running ??= run();
      }),
    drain: async () => {
      while (running !== null) await running;
    },
  };
}
