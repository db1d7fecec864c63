import { toIsoUtc } from "../domain/instant.ts";
import type { HttpReply } from "./http-client.ts";
import { HttpFailure } from "./http-failure.ts";

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

/** Time and chance, handed in. `now` is UTC epoch milliseconds, `random` from 0 up to 1. */
export interface RetryClock {
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  readonly random: () => number;
}

/**
 * Replies that another attempt may change.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-15 and, for 521 to 524,
 *   Cloudflare's "Cloudflare 5xx errors"
 */
const RETRYABLE_STATUSES: ReadonlySet<number> = new Set([
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
export type Retry = (origin: string, place: string, attempt: () => Promise<HttpReply>) => Promise<HttpReply>;

/**
 * Makes the one layer that repeats requests.
 *
 * Waits are drawn evenly between nothing and a doubling bound (full jitter). A
 * `Retry-After` is a floor, for every later request to the same origin too: no
 * request leaves before it. The last attempt's reply is given back as it is; so
 * is one that asks for a longer wait than the policy allows.
 *
 * @throws HttpFailure of the last attempt, or `RETRY_LATER` while an origin's wait is too long
 */
export function makeRetry(policy: RetryPolicy, clock: RetryClock): Retry {
  /** MUTABLE: by origin, the moment before which it wants no request. */
  const notBefore = new Map<string, number>();

  const waitForOrigin = async (origin: string, place: string): Promise<void> => {
    // Others may be told to wait longer while this one sleeps, so it looks again; not for ever.
    for (let round = 0; round < policy.attempts; round += 1) {
      const until = notBefore.get(origin) ?? 0;
      const waitMs = until - clock.now();
      if (waitMs <= 0) return;
      if (waitMs > policy.longestWaitMs) throw retryLater(place, until);
      await clock.sleep(waitMs);
    }
    const until = notBefore.get(origin) ?? 0;
    if (until > clock.now()) throw retryLater(place, until);
  };

  return async (origin, place, attempt) => {
    for (let made = 1; ; made += 1) {
      await waitForOrigin(origin, place);
      const outcome = await attempt().catch(toFailure);
      const isLast = made >= policy.attempts;
      if (outcome instanceof HttpFailure) {
        if (isLast || !RETRYABLE_CODES.has(outcome.code)) throw outcome;
      } else {
        if (!RETRYABLE_STATUSES.has(outcome.httpStatus)) return outcome;
        const askedMs = parseRetryAfter(outcome.retryAfter, outcome.date, clock.now());
        if (askedMs !== null) {
          notBefore.set(origin, Math.max(notBefore.get(origin) ?? 0, clock.now() + askedMs));
        }
        if (isLast || (askedMs ?? 0) > policy.longestWaitMs) return outcome;
      }
      const boundMs = Math.min(policy.capMs, policy.baseMs * 2 ** (made - 1));
      await clock.sleep(Math.floor(clock.random() * boundMs));
    }
  };
}

const SECONDS = /^[0-9]{1,9}$/;
const HTTP_DATE =
  /^[A-Z][a-z]{2}, ([0-9]{2}) (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) ([0-9]{4}) ([0-9]{2}):([0-9]{2}):([0-9]{2}) GMT$/;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/**
 * How long the other side wants us to wait, in milliseconds; `null` where it
 * does not say so in a way that can be read. A date is measured by the reply's
 * own `Date`, so that two clocks that differ do no harm.
 *
 * @param retryAfter the header, in seconds or as a date
 * @param date the reply's `Date` header
 * @param now UTC epoch milliseconds, for replies without `Date`
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3
 */
export function parseRetryAfter(retryAfter: string | null, date: string | null, now: number): number | null {
  const text = retryAfter?.trim() ?? "";
  if (SECONDS.test(text)) return Number(text) * 1000;
  const until = parseHttpDate(text);
  if (until === null) return null;
  return Math.max(0, until - (parseHttpDate(date ?? "") ?? now));
}

/** A date in the form that HTTP prefers (`Sun, 06 Nov 1994 08:49:37 GMT`), as UTC epoch milliseconds. */
export function parseHttpDate(text: string): number | null {
  const [, day, month = "", year, hour, minute, second] = HTTP_DATE.exec(text) ?? [];
  if (day === undefined) return null;
  const monthNumber = String(MONTHS.indexOf(month) + 1).padStart(2, "0");
  try {
    return Temporal.Instant.from(`${year}-${monthNumber}-${day}T${hour}:${minute}:${second}Z`)
      .epochMilliseconds;
  } catch {
    return null;
  }
}

function toFailure(cause: unknown): HttpFailure {
  if (cause instanceof HttpFailure) return cause;
  throw cause;
}

function retryLater(place: string, until: number): HttpFailure {
  return new HttpFailure(
    "RETRY_LATER",
    {
      place,
      value: `the service asked for no request before ${toIsoUtc(until)}`,
      expected: "a wait that fits into this run",
      todo: "nothing; the next run after that moment fetches what is missing",
    },
    until,
  );
}
