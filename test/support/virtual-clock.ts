/** A clock for much at once: when nothing else can go on, it jumps to the next moment that somebody sleeps for. */
export interface VirtualClock {
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  /** Lets time pass until `work` has ended. */
  readonly run: <Result>(work: Promise<Result>) => Promise<Result>;
}

/** @param start UTC epoch milliseconds */
export function makeVirtualClock(start: number): VirtualClock {
  let at = start;
  const sleepers: { readonly until: number; readonly wake: () => void }[] = [];
  return {
    now: () => at,
    sleep: (ms) => new Promise((wake) => sleepers.push({ until: at + ms, wake })),
    async run(work) {
      let hasEnded = false;
      const end = () => {
        hasEnded = true;
      };
      work.then(end, end);
      for (;;) {
        // Everything that can go on without time passing has gone on after this.
        await new Promise((resolve) => setImmediate(resolve));
        if (hasEnded) return work;
        const [next] = sleepers.sort((a, b) => a.until - b.until);
        if (next === undefined) throw new Error("everybody waits, and nobody sleeps");
        sleepers.shift();
        at = Math.max(at, next.until);
        next.wake();
      }
    },
  };
}
