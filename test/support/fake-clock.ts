/** A clock that moves only when somebody sleeps on it; `slept` holds every sleep in order, in milliseconds. */
export interface FakeClock {
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  /** Always half: a wait drawn from 0 up to 1000 ms is 500 ms. */
  readonly random: () => number;
  readonly slept: readonly number[];
  readonly advance: (ms: number) => void;
}

/** @param start UTC epoch milliseconds */
export function makeFakeClock(start: number): FakeClock {
  let at = start;
  const slept: number[] = [];
  return {
    now: () => at,
    sleep: async (ms) => {
      slept.push(ms);
      at += ms;
    },
    random: () => 0.5,
    slept,
    advance: (ms) => {
      at += ms;
    },
  };
}
