import { InputError } from "./errors.ts";

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

/** UTC, ISO 8601, `Z`; fractions only where there are any: `2026-03-07T22:22:56Z`. */
export function toIsoUtc(epochMs: number): string {
  return Temporal.Instant.fromEpochMilliseconds(epochMs).toString();
}

/** {@link toIsoUtc}, passing `null` on. */
export function toIsoUtcOrNull(epochMs: number | null): string | null {
  return epochMs === null ? null : toIsoUtc(epochMs);
}
