import type { LocalParts, LocalReading, ZoneReader } from "../../domain/instant.ts";
import { makeZoneReader } from "../../domain/instant.ts";
import { makeTimeParser } from "./time-pattern.ts";

/** What a layout says of its times; see `LAYOUT_SCHEMA`. */
export interface TimeRule {
  readonly pattern: string;
  readonly zone: string;
  readonly zoneColumn?: string | undefined;
  readonly zones: Readonly<Record<string, string>>;
  readonly blankDigits: boolean;
}

/** A row's time. */
export interface RowTime {
  readonly reading: LocalReading;
  /**
   * What tells rows apart: the wall clock as digits (`20260307232256`, with a
   * fraction where there is one); of a time with offset those of UTC and a `Z`,
   * because then the instant is what is written, in whichever offset.
   */
  readonly written: string;
}

/** Reads a row's time and what its zone column says; else what of the two cannot be read. */
export type TimeReader = (time: string, zone: string) => RowTime | "time" | "zone";

const MINUTE_MS = 60_000;
/** More than any feed has; a file full of invented names must not fill the memory. */
const MOST_ZONES = 64;
/**
 * Names that mean one thing only. `CET` in summer may be Dutch time or an hour
 * less, and `IST` is three zones: such names have to be in the layout's `zones`.
 */
const PLAIN_ZONE = /^(?:UTC|GMT|Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9]|[A-Za-z_]+(?:\/[A-Za-z0-9_+-]+)+)$/;

/**
 * Makes the reader of a layout's times. An offset in the text counts before
 * the zone column, a zone column before the layout's zone.
 *
 * @throws RangeError for a pattern or a zone that is none
 */
export function makeTimeReader({ pattern, zone, zones, blankDigits }: TimeRule): TimeReader {
  const parse = makeTimeParser(pattern, blankDigits);
  const readUtc = makeZoneReader("UTC");
  const readZone = makeZoneReader(zone);
  const readNamed = makeNamedZones(zones);
  return (time, zoneName) => {
    const local = parse(time);
    if (local === undefined) return "time";
    if (local.offsetMinutes !== null) {
      const utc = readUtc(local);
      if (utc === undefined) return "time";
      const at = utc.at - local.offsetMinutes * MINUTE_MS;
      return { reading: { ...utc, at }, written: toUtcText(at) };
    }
    const read = zoneName === "" ? readZone : readNamed(zoneName);
    if (read === undefined) return "zone";
    const reading = read(local);
    return reading === undefined ? "time" : { reading, written: toLocalText(local) };
  };
}

/** Finds the wall clocks that a zone column names; `undefined` for what names none. */
function makeNamedZones(zones: TimeRule["zones"]): (name: string) => ZoneReader | undefined {
  const given = new Map(Object.entries(zones).map(([name, zone]) => [name, makeZoneReader(zone)]));
  let met = new Map<string, ZoneReader | undefined>();
  return (name) => {
    const own = given.get(name);
    if (own !== undefined) return own;
    if (met.has(name)) return met.get(name);
    if (met.size >= MOST_ZONES) met = new Map();
    const reader = PLAIN_ZONE.test(name) ? tryZone(name === "Z" ? "UTC" : name) : undefined;
    met.set(name, reader);
    return reader;
  };
}

function tryZone(name: string): ZoneReader | undefined {
  try {
    return makeZoneReader(name);
  } catch {
    return undefined;
  }
}

function toLocalText({ year, month, day, hour, minute, second, millisecond }: LocalParts): string {
  const seconds = ((((year * 100 + month) * 100 + day) * 100 + hour) * 100 + minute) * 100 + second;
  return millisecond === 0 ? String(seconds) : `${seconds}.${millisecond}`;
}

function toUtcText(at: number): string {
  const utc = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO("UTC");
  return `${toLocalText(utc)}Z`;
}
