import { setTimeout as sleep } from "node:timers/promises";
import type { App } from "./open-app.ts";

/** Keeps the store's write-ahead log short. */
export interface Checkpointer {
  /** Something has been saved: soon a thread looks whether the log is worth writing back. */
  readonly onSaved: () => void;
  /** Ends once no thread does so any more. */
  readonly close: () => Promise<void>;
}

const WAITS = {
  /** From a save to the next look at the log; the fastest receiver saves some megabytes in that time. */
  soonMs: 200,
  /** Meanwhile SQLite itself keeps the log within 512 MB, in the commits of whoever saves. */
  afterFailureMs: 60_000,
};

/**
 * Makes what has another thread write the log back: who saves need not wait
 * for it. A thread looks at once, and so is there when the first save comes.
 *
 * @param onFailure told why it could not; it is tried again later
 * @returns `null` where nobody needs to: the store does so itself, or there are no threads
 */
export function makeCheckpointer(
  { store, threads }: Pick<App, "store" | "threads">,
  onFailure: (error: unknown) => void,
  { soonMs, afterFailureMs } = WAITS,
): Checkpointer | null {
  if (threads === null || store.checkpoint === null) return null;
  const stopping = new AbortController();
  const { signal } = stopping;
  let running: Promise<void> | null = null;

  const checkpoint = async (): Promise<void> => {
    try {
      await Array.fromAsync(threads.submit({ kind: "checkpoint" }));
    } catch (error) {
      onFailure(error);
      await sleep(afterFailureMs, undefined, { signal });
    }
  };
  const begin = (afterMs: number): void => {
    if (signal.aborted) return;
    running ??= sleep(afterMs, undefined, { signal })
      .then(checkpoint)
      // The only failure that is left: it is closed while it sleeps.
      .catch(() => undefined)
      .finally(() => {
        running = null;
      });
  };
  begin(0);
  return {
    onSaved: () => begin(soonMs),
    async close() {
      stopping.abort();
      await running;
    },
  };
}
