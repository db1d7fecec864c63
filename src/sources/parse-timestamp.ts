import { InputError } from "../domain/errors.ts";
import type { LocalReading, ZoneReader } from "../domain/instant.ts";
import { parseInstant, readUsualInstant } from "../domain/instant.ts";

/** A timestamp as a payload writes it, with what is known about it. */
export interface Timestamp extends LocalReading {
  /** 1 where it is written with a fraction, 1000 with seconds, 60 000 without. */
  readonly precisionMs: number;
  /** The wall clock as written, `yyyy-MM-ddTHH:mm:ss.SSS`; with an offset in the source, UTC and a `Z`. */
  readonly canonical: string;
}

const CLOCK = "([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]{1,9}))?)?";
/** `2022-11-08T14:50:00`, `2022-11-08 14:50` */
const LOCAL_ISO = new RegExp(`^([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt ]${CLOCK}$`);
/** `07-03-2018 23:22:56.326` */
const LOCAL_DUTCH = new RegExp(`^([0-9]{2})-([0-9]{2})-([0-9]{4})[Tt ]${CLOCK}$`);
const FRACTION = /:[0-9]{2}[.,][0-9]/;
/** How many characters a date and time to the second has. */
const USUAL_SECONDS = 19;
const SECONDS = /[0-9]{2}:?[0-9]{2}:[0-9]{2}/;

/**
 * Reads a date and time: ISO 8601 with offset; or, where `readZone` is given,
 * a wall clock without one, as ISO 8601 or `dd-MM-yyyy HH:mm:ss[.SSS]`.
 * Digits finer than a millisecond are cut off.
 *
 * @param readZone the wall clock of times without offset; `null`: they are refused
 * @throws InputError `TIME_INVALID`
 */
export function parseTimestamp(text: string, readZone: ZoneReader | null, place: string): Timestamp {
  const usual = readUsualInstant(text);
  if (usual !== undefined) return toTimestamp(usual, text[USUAL_SECONDS] === "." ? 1 : 1000);
  const iso = LOCAL_ISO.exec(text);
  const local = iso ?? LOCAL_DUTCH.exec(text);
  if (local === null || readZone === null) return parseWithOffset(text, place);

  const [, first = "", month = "", third = "", hour = "", minute = "", second, fraction] = local;
  const year = iso === null ? third : first;
  const day = iso === null ? first : third;
  const milliseconds = (fraction ?? "").slice(0, 3).padEnd(3, "0");
  const reading = readZone({
    year: Number(year),
    month: Number(month),
    day: Number(day),
    hour: Number(hour),
    minute: Number(minute),
    second: Number(second ?? 0),
    millisecond: Number(milliseconds),
  });
  if (reading === undefined) {
    throw new InputError("TIME_INVALID", {
      place,
      value: `'${text}'`,
      expected: "a date and time that the calendar has",
      todo: "ask the carrier; the row is set aside",
    });
  }
  return {
    ...reading,
    precisionMs: second === undefined ? 60_000 : fraction === undefined ? 1000 : 1,
    canonical: `${year}-${month}-${day}T${hour}:${minute}:${second ?? "00"}.${milliseconds}`,
  };
}

function parseWithOffset(text: string, place: string): Timestamp {
  return toTimestamp(parseInstant(text, place), FRACTION.test(text) ? 1 : SECONDS.test(text) ? 1000 : 60_000);
}

function toTimestamp(at: number, precisionMs: number): Timestamp {
  return {
    at,
    laterAt: null,
    nonexistentTime: false,
    precisionMs,
    get canonical() {
      return Temporal.Instant.fromEpochMilliseconds(at).toString({ fractionalSecondDigits: 3 });
    },
  };
}
