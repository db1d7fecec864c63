/** What is known of a service's health. Moments are UTC epoch milliseconds. */
export type Breaker =
  /** The latest outcomes, oldest first; `true`: failed. */
  | { readonly kind: "closed"; readonly failed: readonly boolean[] }
  | { readonly kind: "open"; readonly since: number }
  /** One request is on its way to find out. */
  | { readonly kind: "probing"; readonly since: number };

export const BREAKER_RULES = {
  /** It opens after so many failures in a row, */
  consecutive: 5,
  /** or when this share */
  share: 0.5,
  /** of so many outcomes failed. */
  window: 20,
  /** Then nothing is sent for so long, and one probe after that. */
  openMs: 30_000,
  /** A probe that nobody has heard of for so long is given up; longer than any exchange may take. */
  probeMs: 90_000,
} as const;

export const CLOSED: Breaker = { kind: "closed", failed: [] };

/**
 * Asks whether a request may leave now.
 *
 * @returns the breaker with that request on its way; or until when none may leave
 */
export function askBreaker(breaker: Breaker, now: number): { readonly breaker: Breaker } | { until: number } {
  if (breaker.kind === "closed") return { breaker };
  const until = breaker.since + (breaker.kind === "open" ? BREAKER_RULES.openMs : BREAKER_RULES.probeMs);
  return now < until ? { until } : { breaker: { kind: "probing", since: now } };
}

/**
 * Tells how a request ended. While the breaker is open, latecomers change nothing.
 *
 * @param failed whether the service gave no answer, or said that it is broken
 */
export function tellBreaker(breaker: Breaker, failed: boolean, now: number): Breaker {
  switch (breaker.kind) {
    case "open":
      return breaker;
    case "probing":
      return failed ? { kind: "open", since: now } : CLOSED;
    case "closed": {
      const outcomes = [...breaker.failed, failed].slice(-BREAKER_RULES.window);
      return isTooMuch(outcomes) ? { kind: "open", since: now } : { kind: "closed", failed: outcomes };
    }
  }
}

function isTooMuch(outcomes: readonly boolean[]): boolean {
  const { consecutive, share, window } = BREAKER_RULES;
  const latest = outcomes.slice(-consecutive);
  if (latest.length === consecutive && latest.every((failed) => failed)) return true;
  return outcomes.length === window && outcomes.filter((failed) => failed).length >= share * window;
}
