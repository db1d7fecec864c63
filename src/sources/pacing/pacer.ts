import { toIsoUtc } from "../../domain/instant.ts";
import { HttpFailure } from "../http-failure.ts";
import type { HttpReply } from "../http-reply.ts";
import type { Breaker } from "./circuit-breaker.ts";
import { askBreaker, CLOSED, tellBreaker } from "./circuit-breaker.ts";
import type { PaceState } from "./pace-state.ts";
import { parsePaceText, toPaceText } from "./pace-state.ts";
import { parseRetryAfter } from "./parse-retry-after.ts";
import type { Bucket, Rate } from "./token-bucket.ts";
import { emptyBucket, fillBucket, takeToken } from "./token-bucket.ts";

/** Where the pace is kept between processes. Each call stands for itself: never within a transaction of the caller's. */
export interface PaceMemory {
  /** What was saved last; `null`: nothing yet. */
  readonly load: () => Promise<string | null>;
  /** Durable when it returns. */
  readonly save: (text: string) => Promise<void>;
}

/** Time, handed in. `now` is UTC epoch milliseconds, and must go on by itself or by sleeping. */
export interface PaceClock {
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
}

/** When requests of one credential may leave: not before the service wants them, not faster than agreed, not into a dead one. */
export interface Pacer {
  /**
   * Lets one attempt leave when it may, and learns from how it ends.
   *
   * @param prepare run before each wait for a token; may send requests of its own
   * @returns the reply, or why there is none
   * @throws HttpFailure `RETRY_LATER` or `CIRCUIT_OPEN` when nothing was sent; whatever `prepare` throws
   */
  readonly dispatch: (
    origin: string,
    place: string,
    prepare: () => Promise<void>,
    attempt: () => Promise<HttpReply>,
  ) => Promise<HttpReply | HttpFailure>;
  /** The moment before which an origin wants no request; in the past where it wants any. */
  readonly notBefore: (origin: string) => number;
  /** The latest of these moments that is still to come, of all origins. */
  readonly waitsUntil: () => number | null;
  /** Keeps what the next process must know. */
  readonly close: () => Promise<void>;
}

/** So often a request looks again because somebody else was told to wait while it waited. */
const MOST_ROUNDS = 5;

/** Makes a pacer that knows of no process before it, and leaves nothing to the next. */
export function makePacer(rate: Rate | null, longestWaitMs: number, clock: PaceClock): Pacer {
  return paceFrom(null, rate, longestWaitMs, clock, async () => {}).pacer;
}

/**
 * Opens a pacer where the last process left off.
 *
 * While it is open the memory holds no bucket, so that the process after one
 * that was killed begins with an empty one. A moment before which nothing may
 * be sent, and a breaker that changes, are saved before the reply is given back.
 *
 * @param longestWaitMs for longer waits a request is refused
 */
export async function openPacer(
  memory: PaceMemory,
  rate: Rate,
  longestWaitMs: number,
  clock: PaceClock,
): Promise<Pacer> {
  const { pacer, keep } = paceFrom(await memory.load(), rate, longestWaitMs, clock, memory.save);
  await keep(null);
  return pacer;
}

function paceFrom(
  text: string | null,
  rate: Rate | null,
  longestWaitMs: number,
  { now, sleep }: PaceClock,
  save: PaceMemory["save"],
): { readonly pacer: Pacer; readonly keep: (bucket: Bucket | null) => Promise<void> } {
  const before = parsePaceText(text, now());
  const origins = new Map(Object.entries(before?.origins ?? {}));
  let bucket = rate === null ? null : toFirstBucket(text, before, rate, now());
  let saving: Promise<void> = Promise.resolve();

  const healthOf = (origin: string): PaceState["origins"][string] =>
    origins.get(origin) ?? { notBefore: 0, breaker: CLOSED };
  const setBreaker = (origin: string, breaker: Breaker): void => {
    origins.set(origin, { ...healthOf(origin), breaker });
  };
  const keep = (kept: Bucket | null): Promise<void> => {
    const saveNow = () =>
      save(toPaceText({ savedAt: now(), bucket: kept, origins: Object.fromEntries(origins) }));
    // One after the other, the latest last; whoever asked for one that fails is told, and nobody else.
    saving = saving.then(saveNow, saveNow);
    return saving;
  };

  const waitUntilAsked = async (origin: string, place: string): Promise<void> => {
    const { notBefore } = healthOf(origin);
    const waitMs = notBefore - now();
    if (waitMs > longestWaitMs) throw retryLater(place, notBefore);
    if (waitMs > 0) await sleep(waitMs);
  };
  const waitForToken = async (place: string): Promise<void> => {
    if (rate === null || bucket === null) return;
    const { bucket: next, waitMs } = takeToken(bucket, rate, now());
    if (waitMs > longestWaitMs) throw retryLater(place, now() + waitMs);
    bucket = next;
    if (waitMs > 0) await sleep(waitMs);
  };
  const refuseWhileOpen = (origin: string, place: string): Breaker => {
    const answer = askBreaker(healthOf(origin).breaker, now());
    if ("until" in answer) throw circuitOpen(place, answer.until);
    return answer.breaker;
  };
  const learn = async (origin: string, outcome: HttpReply | HttpFailure): Promise<void> => {
    const { notBefore, breaker } = healthOf(origin);
    const failed = outcome instanceof HttpFailure || outcome.httpStatus >= 500;
    const next = tellBreaker(breaker, failed, now());
    const asked = outcome instanceof HttpFailure ? 0 : toAskedMoment(outcome, now());
    origins.set(origin, { notBefore: Math.max(notBefore, asked), breaker: next });
    if (asked > notBefore || next.kind !== breaker.kind) await keep(null);
  };

  const pacer: Pacer = {
    async dispatch(origin, place, prepare, attempt) {
      for (let round = 0; round < MOST_ROUNDS; round += 1) {
        refuseWhileOpen(origin, place);
        await waitUntilAsked(origin, place);
        await prepare();
        // What was told meanwhile, to this request or another, counts before a token is taken, and after.
        if (healthOf(origin).notBefore > now()) continue;
        await waitForToken(place);
        if (healthOf(origin).notBefore > now()) continue;
        // From here to the attempt nothing else gets a turn: what was checked still holds when it leaves.
        setBreaker(origin, refuseWhileOpen(origin, place));
        const outcome = await attempt().catch(toFailure);
        await learn(origin, outcome);
        return outcome;
      }
      throw retryLater(place, healthOf(origin).notBefore);
    },
    notBefore: (origin) => healthOf(origin).notBefore,
    waitsUntil: () => {
      const latest = Math.max(0, ...[...origins.values()].map(({ notBefore }) => notBefore));
      return latest > now() ? latest : null;
    },
    close: () => keep(bucket),
  };
  return { pacer, keep };
}

/** Full where nobody was before; empty where nobody knows what the last process took. */
function toFirstBucket(text: string | null, before: PaceState | null, rate: Rate, now: number): Bucket {
  return text === null ? fillBucket(rate, now) : (before?.bucket ?? emptyBucket(now));
}

/** UTC epoch milliseconds; 0 where the reply asks for nothing. Only errors ask for patience. */
function toAskedMoment({ httpStatus, retryAfter, date }: HttpReply, now: number): number {
  const askedMs = httpStatus >= 400 ? parseRetryAfter(retryAfter, date, now) : null;
  return askedMs === null ? 0 : now + askedMs;
}

function toFailure(cause: unknown): HttpFailure {
  if (cause instanceof HttpFailure) return cause;
  throw cause;
}

/**
 * Nothing was sent, or nothing more will be: the service, or our own rate, wants a longer wait than a run has.
 *
 * @param told the reply's status, where a reply says so
 */
export function retryLater(place: string, until: number, told: number | null = null): HttpFailure {
  return new HttpFailure(
    "RETRY_LATER",
    {
      place,
      value: `${told === null ? "" : `HTTP ${told}, and `}no request may be sent before ${toIsoUtc(until)}`,
      expected: "a wait that fits into this run",
      todo: "nothing; the next run after that moment fetches what is missing",
    },
    until,
  );
}

function circuitOpen(place: string, until: number): HttpFailure {
  return new HttpFailure(
    "CIRCUIT_OPEN",
    {
      place,
      value: `the service failed again and again; the next attempt is due at ${toIsoUtc(until)}`,
      expected: "a service that answers",
      todo: "check address, network and the service's state; the next run fetches what is missing",
    },
    until,
  );
}
