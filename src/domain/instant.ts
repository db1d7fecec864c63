import { InputError } from "./errors.ts";

/** Milliseconds of a UTC day. */
export const DAY_MS = 86_400_000;

/**
 * A local wall-clock reading turned into instants (UTC epoch milliseconds).
 * `at` is the only one, or the earlier of two; a reading in the skipped hour
 * of spring is taken one hour later.
 */
export interface LocalReading {
  readonly at: number;
  readonly laterAt: number | null;
  readonly nonexistentTime: boolean;
}

/** The parts of a wall-clock reading, as written. */
export interface LocalParts {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly millisecond: number;
}

/** What ten minutes of wall clock in a zone start with; `null`: no such date. */
type Slice = LocalReading | null;

/** Zones change their offset on whole ten-minute marks, so one answer serves ten minutes. */
const SLICE_MINUTES = 10;
const MOST_SLICES = 200_000;

/** Resolves wall-clock readings of one zone; remembers each ten minutes it has met, because files repeat them a million times. */
export type ZoneReader = (parts: LocalParts) => LocalReading | undefined;

/** Whether it is the IANA name of a time zone. */
export function isZone(text: string): boolean {
  try {
    Temporal.PlainDate.from("2026-01-01").toZonedDateTime(text);
    return true;
  } catch {
    return false;
  }
}

/**
 * Makes the reader of a zone's wall clock. It gives `undefined` for a date or
 * time that no calendar has (31 February, 25:00).
 *
 * @throws RangeError when the zone is not an IANA name
 */
export function makeZoneReader(zone: string): ZoneReader {
  Temporal.PlainDate.from("2026-01-01").toZonedDateTime(zone);
  const slices = new Map<number, Slice>();
  return (parts) => {
    const { month, day, hour, minute, second, millisecond } = parts;
    if (month > 12 || day > 31 || hour > 23 || minute > 59 || second > 59 || millisecond > 999)
      return undefined;
    const tens = Math.floor(minute / SLICE_MINUTES);
    const key = (((parts.year * 13 + month) * 32 + day) * 24 + hour) * 6 + tens;
    let slice = slices.get(key);
    if (slice === undefined) {
      slice = resolveSlice(parts, tens * SLICE_MINUTES, zone);
      if (slices.size >= MOST_SLICES) slices.clear();
      slices.set(key, slice);
    }
    if (slice === null) return undefined;
    const within = (minute - tens * SLICE_MINUTES) * 60_000 + second * 1000 + millisecond;
    return {
      at: slice.at + within,
      laterAt: slice.laterAt === null ? null : slice.laterAt + within,
      nonexistentTime: slice.nonexistentTime,
    };
  };
}

function resolveSlice(parts: LocalParts, minute: number, zone: string): Slice {
  let local: Temporal.PlainDateTime;
  try {
    local = Temporal.PlainDateTime.from(
      { year: parts.year, month: parts.month, day: parts.day, hour: parts.hour, minute },
      { overflow: "reject" },
    );
  } catch {
    return null;
  }
  const earlier = local.toZonedDateTime(zone, { disambiguation: "earlier" });
  const later = local.toZonedDateTime(zone, { disambiguation: "later" });
  if (earlier.epochMilliseconds === later.epochMilliseconds) {
    return { at: earlier.epochMilliseconds, laterAt: null, nonexistentTime: false };
  }
  return later.toPlainDateTime().equals(local)
    ? { at: earlier.epochMilliseconds, laterAt: later.epochMilliseconds, nonexistentTime: false }
    : { at: later.epochMilliseconds, laterAt: null, nonexistentTime: true };
}

/**
 * Reads an ISO 8601 date-time with offset or `Z` as UTC epoch milliseconds
 * (finer digits are cut off).
 *
 * @throws InputError `TIME_INVALID` when the text is something else, an
 *   offset is missing, or the date does not exist
 */
export function parseInstant(text: string, place: string): number {
  const usual = readUsualInstant(text);
  if (usual !== undefined) return usual;
  try {
    return Temporal.Instant.from(text.trim()).epochMilliseconds;
  } catch (cause) {
    throw new InputError(
      "TIME_INVALID",
      {
        place,
        value: `'${text}'`,
        expected: "an ISO 8601 date and time with an offset, such as 2026-03-07T23:22:56+01:00",
        todo: "correct the value, or give the contract a zone for times without offset",
      },
      { cause },
    );
  }
}

const MINUTE = 60_000;
/** Where each character of `2026-03-07T23:22:56` that is no digit stands. */
const DASHES = [4, 7] as const;
const COLONS = [13, 16] as const;
const SECONDS_END = 19;
const MILLISECONDS_END = 23;

/**
 * Reads the two forms in which nearly all instants come, to the second and to
 * the millisecond; `undefined` for every other text. Temporal gives the same
 * twenty times slower.
 */
export function readUsualInstant(text: string): number | undefined {
  for (const at of DASHES) if (text[at] !== "-") return undefined;
  for (const at of COLONS) if (text[at] !== ":") return undefined;
  if (text[10] !== "T") return undefined;
  const hasFraction = text[SECONDS_END] === ".";
  const zoneAt = hasFraction ? MILLISECONDS_END : SECONDS_END;
  const millisecond = hasFraction ? digitsOf(text, SECONDS_END + 1, MILLISECONDS_END) : 0;
  const date = toDate(digitsOf(text, 0, 4), digitsOf(text, 5, 7), digitsOf(text, 8, 10));
  const hour = digitsOf(text, 11, 13);
  const minute = digitsOf(text, 14, 16);
  const second = digitsOf(text, 17, 19);
  const offset = readOffset(text, zoneAt);
  // A part that is no number is NaN, and no comparison holds for that.
  if (!(hour <= 23 && minute <= 59 && second <= 59 && millisecond <= 999)) return undefined;
  if (date === undefined || offset === undefined) return undefined;
  return date + (hour * 60 + minute - offset) * MINUTE + second * 1000 + millisecond;
}

/** In minutes; `undefined` when the text does not end in `Z` or `±hh:mm`. */
function readOffset(text: string, at: number): number | undefined {
  const sign = text[at];
  if (sign === "Z") return text.length === at + 1 ? 0 : undefined;
  if ((sign !== "+" && sign !== "-") || text.length !== at + 6 || text[at + 3] !== ":") return undefined;
  const hours = digitsOf(text, at + 1, at + 3);
  const minutes = digitsOf(text, at + 4, at + 6);
  if (!(hours <= 23 && minutes <= 59)) return undefined;
  return sign === "+" ? hours * 60 + minutes : -(hours * 60 + minutes);
}

/** The number that digits make; NaN when something else stands there. */
function digitsOf(text: string, from: number, to: number): number {
  let value = 0;
  for (let at = from; at < to; at += 1) {
    const digit = text.charCodeAt(at) - 48;
    if (!(digit >= 0 && digit <= 9)) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}

const MOST_DAYS = 10_000;
/** By year, month and day as one number: midnight UTC; `undefined` where no calendar has the day. */
const days = new Map<number, number | undefined>();

function toDate(year: number, month: number, day: number): number | undefined {
  const key = (year * 100 + month) * 100 + day;
  if (days.has(key)) return days.get(key);
  if (days.size >= MOST_DAYS) days.clear();
  const date = resolveDate(year, month, day);
  days.set(key, date);
  return date;
}

function resolveDate(year: number, month: number, day: number): number | undefined {
  try {
    const date = Temporal.PlainDate.from({ year, month, day }, { overflow: "reject" });
    return date.toZonedDateTime("UTC").epochMilliseconds;
  } catch {
    return undefined;
  }
}

/** UTC, ISO 8601, `Z`; fractions only where there are any: `2026-03-07T22:22:56Z`. */
export function toIsoUtc(epochMs: number): string {
  return Temporal.Instant.fromEpochMilliseconds(epochMs).toString();
}

/** {@link toIsoUtc}, passing `null` on. */
export function toIsoUtcOrNull(epochMs: number | null): string | null {
  return epochMs === null ? null : toIsoUtc(epochMs);
}

/** The zone of the carrier's days. */
const CARRIER_ZONE = "Europe/Amsterdam";

/** The first moment of an ISO 8601 day (`2026-06-30`) in Europe/Amsterdam, UTC epoch milliseconds; `undefined`: no such day. */
export function parseDay(text: string): number | undefined {
  if (!/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(text)) return undefined;
  try {
    return Temporal.PlainDate.from(text).toZonedDateTime(CARRIER_ZONE).epochMilliseconds;
  } catch {
    return undefined;
  }
}
