/** Repeated requests that may still be made; a fraction until the next one. */
export type RetryBudget = number;

/** A tenth of the requests may be repeated: a service in trouble must not get twice the load from us. */
const SHARE = 0.1;
/** So that a run of few requests may repeat some, and one of many cannot save them all up for one bad moment. */
const MOST = 10;

export const FULL_BUDGET: RetryBudget = MOST;

/** A request, not a repeated one, adds its share. */
export function earnRetry(budget: RetryBudget): RetryBudget {
  return Math.min(MOST, budget + SHARE);
}

/** What is left after one more repetition; `null` where there is none to spend. */
export function spendRetry(budget: RetryBudget): RetryBudget | null {
  // Ten tenths add up to a little less than one.
  return budget >= 1 - 1e-9 ? Math.max(0, budget - 1) : null;
}
