import { MOST_SKEW_MS } from "../judge-clock.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** The carrier's rules for `updatedshipments`: how wide a period may be, how far back, how often to ask. */
const WIDEST_MS = 2 * HOUR;
const FARTHEST_BACK_MS = 48 * HOUR;
const LEAST_WAIT_MS = 5 * MINUTE;

/** UTC epoch milliseconds. */
export interface Period {
  readonly from: number;
  readonly until: number;
}

/** What is asked next, together. */
export interface Stretch {
  /** Each begins where the one before ends, by the wall clock. */
  readonly periods: readonly Period[];
  /** Everything up to here has been asked for, once all the periods have. */
  readonly mark: number;
  /** What changed in it cannot be asked for any more. */
  readonly lost: Period | null;
}

/**
 * Plans which periods `updatedshipments` is asked for next, from the mark of
 * the last one, minus an overlap for clocks that differ.
 *
 * The service takes wall-clock times without offset, so those of the hour that
 * autumn repeats stand for two instants, and nobody knows which the carrier
 * means. A mark never lies in those two hours: they are asked for when they
 * are over, in periods that follow each other by the wall clock. So each way
 * to read the times covers all of both hours, and none is wider than allowed.
 *
 * @param mark of the last stretch; `null` for the first time: then as far back as is allowed
 * @param now UTC epoch milliseconds
 * @param zone of the service's wall clock
 * @returns `null` when it is too early to ask again
 */
export function planStretch(mark: number | null, now: number, zone: string): Stretch | null {
  const until = lastPlain(now, zone);
  if (mark !== null && until - mark < LEAST_WAIT_MS) return null;
  const oldest = now - FARTHEST_BACK_MS + MOST_SKEW_MS;
  const from = Math.max(oldest, (mark ?? oldest) - MOST_SKEW_MS);
  const sureFrom = readingsOf(from, zone).latest;
  const lost = mark !== null && from === oldest && sureFrom > mark ? { from: mark, until: sureFrom } : null;

  const periods: Period[] = [];
  for (let start = from; ; ) {
    const end = Math.min(until, farthestEnd(start, zone));
    periods.push({ from: start, until: end });
    if (isPlain(end, zone)) return { periods, mark: end, lost };
    start = end;
  }
}

/** The widest period that is allowed however its two times are read: by the wall clock, and as either instant. */
function farthestEnd(start: number, zone: string): number {
  const first = readingsOf(start, zone);
  for (let end = start + WIDEST_MS; ; ) {
    const last = readingsOf(end, zone);
    const shown = first.local.until(last.local, { largestUnit: "millisecond" }).milliseconds;
    const tooWide = Math.max(shown, last.latest - first.earliest) - WIDEST_MS;
    if (tooWide <= 0) return end;
    end -= tooWide;
  }
}

/** The last instant up to `now` whose wall-clock time no other instant has. */
function lastPlain(now: number, zone: string): number {
  const { earliest, latest } = readingsOf(now, zone);
  if (earliest === latest) return now;
  const change = toLocal(earliest, zone).getTimeZoneTransition("next");
  if (change === null) throw new Error(`${zone} repeats an hour without a clock change`);
  return change.epochMilliseconds - (latest - earliest) - 1;
}

function isPlain(at: number, zone: string): boolean {
  const { earliest, latest } = readingsOf(at, zone);
  return earliest === latest;
}

/** The instants that the wall-clock time of an instant may stand for. */
function readingsOf(
  at: number,
  zone: string,
): { readonly local: Temporal.PlainDateTime; readonly earliest: number; readonly latest: number } {
  const local = toLocal(at, zone).toPlainDateTime();
  const [earliest, latest] = (["earlier", "later"] as const).map(
    (disambiguation) => local.toZonedDateTime(zone, { disambiguation }).epochMilliseconds,
  ) as [number, number];
  return { local, earliest, latest };
}

function toLocal(at: number, zone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone);
}
