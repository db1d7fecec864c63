import { HttpFailure } from "./http-failure.ts";
import type { HttpReply } from "./http-reply.ts";
import type { PaceClock, Pacer } from "./pacing/pacer.ts";
import { makePacer, retryLater } from "./pacing/pacer.ts";
import { earnRetry, FULL_BUDGET, spendRetry } from "./pacing/retry-budget.ts";

/** How often and how long a request is tried again. */
export interface RetryPolicy {
  /** All attempts, the first included. */
  readonly attempts: number;
  /** The upper bound of the first wait; it doubles with every attempt. */
  readonly baseMs: number;
  /** The upper bound of any wait that we choose ourselves. */
  readonly capMs: number;
  /** The longest wait that the other side may ask for; for longer ones the request is given up until later. */
  readonly longestWaitMs: number;
}

export const RETRY_POLICY: RetryPolicy = {
  attempts: 3,
  baseMs: 1_000,
  capMs: 10_000,
  longestWaitMs: 120_000,
};

/** Time and chance, handed in. `random` is from 0 up to 1. */
export interface RetryClock extends PaceClock {
  readonly random: () => number;
}

/**
 * Replies that another attempt may change.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-15 and, for 521 to 524,
 *   Cloudflare's "Cloudflare 5xx errors"
 */
export const RETRYABLE_STATUSES: ReadonlySet<number> = new Set([
  408, // the server waited too long for us
  429, // too many requests
  500, // something broke there
  502, // the gateway got a bad answer
  503, // overloaded or in maintenance
  504, // the gateway got no answer
  521, // origin refused the connection
  522, // origin did not take the connection in time
  523, // origin not reachable
  524, // origin did not answer in time
]);

/**
 * Failures that another attempt may change; every request here may be repeated,
 * because all of them only read.
 *
 * @see https://nodejs.org/api/errors.html#common-system-errors
 * @see https://undici.nodejs.org/#/docs/api/Errors
 */
const RETRYABLE_CODES: ReadonlySet<string> = new Set([
  "ECONNREFUSED", // nobody listens: a restart over there
  "ECONNRESET", // cut by the other side, also on a reused connection
  "EPIPE", // cut while we were sending
  "ETIMEDOUT", // the network gave up
  "EHOSTUNREACH", // no way there at the moment
  "ENETUNREACH", // no network at the moment
  "EAI_AGAIN", // the name server is busy
  "TIMEOUT", // our own deadline for the whole exchange
  "UND_ERR_SOCKET", // cut in the middle, a body shorter than announced included
  "UND_ERR_CONNECT_TIMEOUT",
  "UND_ERR_HEADERS_TIMEOUT",
  "UND_ERR_BODY_TIMEOUT",
  "UND_ERR_RES_CONTENT_LENGTH_MISMATCH", // the body is not as long as announced
  "HPE_INVALID_EOF_STATE", // cut in the middle of a chunk
]);

/** Runs attempts at one origin until one stands. */
export type Retry = (
  origin: string,
  place: string,
  attempt: () => Promise<HttpReply>,
  prepare?: () => Promise<void>,
) => Promise<HttpReply>;

/**
 * Makes the one layer that repeats requests.
 *
 * Waits are drawn evenly between nothing and a doubling bound (full jitter). A
 * `Retry-After` is a floor, for every later request to the same origin too: no
 * request leaves before it. Only so many requests may be repeated as the budget
 * allows; the last attempt's reply is given back as it is.
 *
 * @throws HttpFailure of the last attempt; `RETRY_LATER` where the wait that the
 *   service asks for is longer than the policy allows; `CIRCUIT_OPEN` before the first
 */
export function makeRetry(
  policy: RetryPolicy,
  clock: RetryClock,
  pacer: Pacer = makePacer(null, policy.longestWaitMs, clock),
): Retry {
  let budget = FULL_BUDGET;

  return async (origin, place, attempt, prepare = async () => {}) => {
    budget = earnRetry(budget);
    let last: HttpReply | HttpFailure | undefined;
    // Once the breaker has opened, what was heard before is the answer: only that says which request was at fault.
    const orLast = (refusal: unknown): HttpReply | HttpFailure => {
      if (last === undefined || !isOpenCircuit(refusal)) throw refusal;
      return last;
    };
    for (let made = 1; ; made += 1) {
      // What is thrown here was refused before it left, or has been repeated by its own request already.
      const outcome = await pacer.dispatch(origin, place, prepare, attempt).catch(orLast);
      const isSame = outcome === last;
      last = outcome;
      const isFailure = outcome instanceof HttpFailure;
      const mayPass = isFailure
        ? RETRYABLE_CODES.has(outcome.code)
        : RETRYABLE_STATUSES.has(outcome.httpStatus);
      const notBefore = pacer.notBefore(origin);
      if (mayPass && !isFailure && notBefore - clock.now() > policy.longestWaitMs) {
        throw retryLater(place, notBefore, outcome.httpStatus);
      }
      const left = mayPass && !isSame && made < policy.attempts ? spendRetry(budget) : null;
      if (left === null) {
        if (isFailure) throw outcome;
        return outcome;
      }
      budget = left;
      const boundMs = Math.min(policy.capMs, policy.baseMs * 2 ** (made - 1));
      await clock.sleep(Math.floor(clock.random() * boundMs));
    }
  };
}

function isOpenCircuit(error: unknown): boolean {
  return error instanceof HttpFailure && error.code === "CIRCUIT_OPEN";
}
