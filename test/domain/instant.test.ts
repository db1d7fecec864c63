import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError } from "../../src/domain/errors.ts";
import type { LocalParts, LocalReading } from "../../src/domain/instant.ts";
import {
  makeZoneReader,
  parseInstant,
  readUsualInstant,
  toIsoUtc,
  toIsoUtcOrNull,
} from "../../src/domain/instant.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const utc = (text: string): number => Temporal.Instant.from(text).epochMilliseconds;

/** A wall-clock reading; what is not said is zero. */
function local(
  date: string,
  hour = 0,
  minute = 0,
  { second = 0, millisecond = 0 }: Partial<LocalParts> = {},
): LocalParts {
  const [year = 0, month = 0, day = 0] = date.split("-").map(Number);
  return { year, month, day, hour, minute, second, millisecond };
}

/**
 * Every UTC minute around a day, by the wall clock that it shows in the zone.
 * Asks another part of the runtime than the code under test, in the other
 * direction, so that it shares none of its rules.
 */
function listMinutes(date: string, zone: string): ReadonlyMap<string, readonly number[]> {
  const clock = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
  });
  const minutes = new Map<string, number[]>();
  const start = utc(`${date}T00:00Z`) - 14 * HOUR;
  for (let at = start; at < start + 54 * HOUR; at += MINUTE) {
    const shown = Object.fromEntries(clock.formatToParts(at).map(({ type, value }) => [type, value]));
    const key = `${shown.year}-${shown.month}-${shown.day} ${shown.hour}:${shown.minute}`;
    minutes.set(key, [...(minutes.get(key) ?? []), at]);
  }
  return minutes;
}

const twoDigits = (value: number): string => String(value).padStart(2, "0");

/** What must be read of each of a day's 1,440 wall-clock minutes. */
function expectReadings(date: string, zone: string): LocalReading[] {
  const minutes = listMinutes(date, zone);
  const find = (hour: number, minute: number): readonly number[] =>
    minutes.get(`${date} ${twoDigits(hour)}:${twoDigits(minute)}`) ?? [];
  return Array.from({ length: 1440 }, (_, at) => {
    const [hour, minute] = [Math.floor(at / 60), at % 60];
    const [earlier, later = null] = find(hour, minute);
    if (earlier !== undefined) return { at: earlier, laterAt: later, nonexistentTime: false };
    const [shifted] = find(hour + 1, minute);
    if (shifted === undefined) throw new Error(`no minute after ${date} ${hour}:${minute}`);
    return { at: shifted, laterAt: null, nonexistentTime: true };
  });
}

function readDay(
  read: (parts: LocalParts) => LocalReading | undefined,
  date: string,
): (LocalReading | undefined)[] {
  return Array.from({ length: 1440 }, (_, at) => read(local(date, Math.floor(at / 60), at % 60)));
}

describe("makeZoneReader", () => {
  const SPRING = ["2025-03-30", "2026-03-29", "2027-03-28"];
  const AUTUMN = ["2025-10-26", "2026-10-25", "2027-10-31"];
  const isNonexistent = (reading: LocalReading | undefined): boolean => reading?.nonexistentTime === true;
  const isAmbiguous = (reading: LocalReading | undefined): boolean => typeof reading?.laterAt === "number";

  it.each([...SPRING, ...AUTUMN])("reads all 1,440 minutes of %s in Europe/Amsterdam", (date) => {
    const readings = readDay(makeZoneReader("Europe/Amsterdam"), date);
    expect(readings).toEqual(expectReadings(date, "Europe/Amsterdam"));
    const isSpring = SPRING.includes(date);
    expect(readings.filter(isNonexistent)).toHaveLength(isSpring ? 60 : 0);
    expect(readings.filter(isAmbiguous)).toHaveLength(isSpring ? 0 : 60);
    expect(readings.slice(120, 180).every(isSpring ? isNonexistent : isAmbiguous)).toBe(true);
  });

  it("reads the same from one reader, in any order and again", () => {
    const dates = [...SPRING, ...AUTUMN, "2026-01-01", "2026-07-01"];
    const read = makeZoneReader("Europe/Amsterdam");
    const first = dates.toReversed().map((date) => readDay(read, date));
    expect(dates.map((date) => readDay(read, date)).toReversed()).toEqual(first);
    expect(first).toEqual(dates.toReversed().map((date) => expectReadings(date, "Europe/Amsterdam")));
  });

  it.each([
    ["2026-10-25", 2, 30, "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", false],
    ["2026-03-29", 2, 30, "2026-03-29T01:30:00Z", null, true],
    ["2026-03-29", 3, 0, "2026-03-29T01:00:00Z", null, false],
    ["2026-03-07", 23, 22, "2026-03-07T22:22:00Z", null, false],
    ["2024-02-29", 12, 0, "2024-02-29T11:00:00Z", null, false],
  ])("reads %s %i:%i as %s", (date, hour, minute, at, laterAt, nonexistentTime) => {
    expect(makeZoneReader("Europe/Amsterdam")(local(date, hour, minute))).toEqual({
      at: utc(at),
      laterAt: laterAt === null ? null : utc(laterAt),
      nonexistentTime,
    });
  });

  it("keeps seconds and milliseconds, in both instants", () => {
    expect(
      makeZoneReader("Europe/Amsterdam")(local("2026-10-25", 2, 59, { second: 59, millisecond: 999 })),
    ).toEqual({
      at: utc("2026-10-25T00:59:59.999Z"),
      laterAt: utc("2026-10-25T01:59:59.999Z"),
      nonexistentTime: false,
    });
  });

  it.each([
    ["America/New_York", "2026-03-08"],
    ["America/New_York", "2026-11-01"],
    ["Asia/Kolkata", "2026-03-29"],
    ["UTC", "2026-03-29"],
  ])("reads other zones too: %s on %s", (zone, date) => {
    expect(readDay(makeZoneReader(zone), date)).toEqual(expectReadings(date, zone));
  });

  it.each([
    ["31 February", local("2026-02-31", 10)],
    ["29 February of a common year", local("2026-02-29", 10)],
    ["day 0", local("2026-01-00", 10)],
    ["day 32", local("2026-01-32", 10)],
    ["day 33, which is no 1 February", local("2026-01-33", 10)],
    ["month 0", local("2026-00-10", 10)],
    ["month 13", local("2026-13-01", 10)],
    ["month 14, which is no January", local("2026-14-01", 10)],
    ["hour 24", local("2026-01-09", 24)],
    ["hour 25, which is not the next day's first", local("2026-01-09", 25)],
    ["minute 60", local("2026-01-31", 10, 60)],
    ["second 60", local("2026-01-31", 10, 0, { second: 60 })],
    ["millisecond 1000", local("2026-01-31", 10, 0, { millisecond: 1000 })],
  ])("reads nothing of %s, whatever was read before", (_what, parts) => {
    const read = makeZoneReader("Europe/Amsterdam");
    expect(read(parts)).toBeUndefined();
    for (const date of ["2026-01-10", "2026-02-01", "2027-01-01", "2027-02-01"]) {
      for (let hour = 0; hour < 24; hour += 1) read(local(date, hour));
    }
    expect(read(parts)).toBeUndefined();
    expect(read(local("2026-02-01", 10))?.at).toBe(utc("2026-02-01T09:00:00Z"));
    expect(read(local("2026-01-10", 0))?.at).toBe(utc("2026-01-09T23:00:00Z"));
  });

  it("knows no zone by another name", () => {
    expect(() => makeZoneReader("Europe/Bonn")).toThrow(RangeError);
    expect(() => makeZoneReader("")).toThrow(RangeError);
  });
});

describe("parseInstant", () => {
  it("reads an offset or Z, and cuts off what is finer than a millisecond", () => {
    expect(parseInstant("2026-03-07T23:22:56+01:00", "here")).toBe(utc("2026-03-07T22:22:56Z"));
    expect(parseInstant(" 2026-03-07T22:22:56.1239Z ", "here")).toBe(utc("2026-03-07T22:22:56.123Z"));
  });

  it.each(["2026-03-07T23:22:56", "2026-02-30T10:00:00Z", "yesterday", ""])("refuses '%s'", (text) => {
    expect(() => parseInstant(text, "body, eventTime")).toThrow(InputError);
    expect(() => parseInstant(text, "body, eventTime")).toThrow(/^body, eventTime: /);
  });
});

/** What Temporal says of a text; `undefined` when that is no instant. */
function readInstant(text: string): number | undefined {
  try {
    return utc(text);
  } catch {
    return undefined;
  }
}

describe("readUsualInstant", () => {
  const digits = (most: number, length = 2) =>
    fc.integer({ min: 0, max: most }).map((value) => String(value).padStart(length, "0"));
  /** Both usual forms; one part in some hundreds is on no calendar or clock. */
  const arbitraryUsual = fc
    .tuple(
      fc.oneof(
        fc.integer({ min: 1970, max: 2100 }).map(String),
        fc.constantFrom("1970", "2000", "2026", "9999"),
      ),
      digits(13),
      fc.oneof(digits(32), fc.constantFrom("28", "29", "30", "31")),
      digits(24),
      digits(60),
      digits(60),
      fc.oneof(
        fc.constant(""),
        digits(999, 3).map((fraction) => `.${fraction}`),
      ),
      fc.oneof(
        fc.constantFrom("Z", "+01:00", "+02:00", "-00:00", "+23:59", "+24:00", "+01:60"),
        fc.tuple(fc.constantFrom("+", "-"), digits(24), digits(60)).map(([sign, h, m]) => `${sign}${h}:${m}`),
      ),
    )
    .map(
      ([year, month, day, hour, minute, second, fraction, offset]) =>
        `${year}-${month}-${day}T${hour}:${minute}:${second}${fraction}${offset}`,
    );
  const arbitraryBroken = fc
    .tuple(
      arbitraryUsual,
      fc.nat(),
      fc.nat({ max: 3 }),
      fc.oneof(
        fc.string({ maxLength: 3 }),
        fc.constantFrom("-", ":", ".", "+", "Z", "T", "t", " ", "0", "٣", "−"),
      ),
    )
    .map(([text, at, cut, put]) => {
      const place = at % (text.length + 1);
      return text.slice(0, place) + put + text.slice(place + cut);
    });

  it("reads of every usual form what Temporal reads, and nothing where that reads nothing", () => {
    fc.assert(
      fc.property(arbitraryUsual, (text) => {
        // Temporal takes a leap second for the second before it.
        fc.pre(!/:60[.Z+-]/.test(text.slice(16)));
        expect(readUsualInstant(text)).toBe(readInstant(text));
      }),
      { numRuns: 5000 },
    );
  });

  it("reads of a broken text nothing, or what Temporal reads", () => {
    fc.assert(
      fc.property(arbitraryBroken, (text) => {
        const read = readUsualInstant(text);
        if (read !== undefined) expect(read).toBe(readInstant(text));
      }),
      { numRuns: 5000 },
    );
  });

  it("reads every day from 1970 to 2105, and no other", () => {
    const wrong: string[] = [];
    for (let year = 1970; year <= 2105; year += 1) {
      for (let month = 0; month <= 13; month += 1) {
        for (let day = 0; day <= 32; day += 1) {
          const text = `${year}-${twoDigits(month)}-${twoDigits(day)}T00:00:00Z`;
          if (readUsualInstant(text) !== readInstant(text)) wrong.push(text);
        }
      }
    }
    expect(wrong).toEqual([]);
  });

  it.each([
    ["a leap second", "2016-12-31T23:59:60Z"],
    ["two digits of fraction", "2026-03-07T22:22:56.12Z"],
    ["an offset of hours", "2026-03-07T23:22:56+01"],
    ["blanks", " 2026-03-07T22:22:56Z"],
    ["small letters", "2026-03-07t22:22:56z"],
  ])("leaves %s to Temporal", (_what, text) => {
    expect(readUsualInstant(text)).toBeUndefined();
    expect(parseInstant(text, "here")).toBe(utc(text.trim()));
  });

  it("leaves nothing usual to Temporal", () => {
    const moments = fc.integer({ min: 0, max: 253_402_300_799_999 });
    fc.assert(
      fc.property(moments, (at) => {
        const instant = Temporal.Instant.fromEpochMilliseconds(at);
        const second = Math.floor(at / 1000) * 1000;
        expect(readUsualInstant(instant.toString({ smallestUnit: "second" }))).toBe(second);
        expect(readUsualInstant(instant.toString({ smallestUnit: "millisecond" }))).toBe(at);
        const dutch = { smallestUnit: "millisecond", timeZone: "Europe/Amsterdam" } as const;
        if (at < 253_402_200_000_000) expect(readUsualInstant(instant.toString(dutch))).toBe(at);
      }),
    );
  });
});

describe("toIsoUtc", () => {
  it("writes UTC with Z, and a fraction only where there is one", () => {
    expect(toIsoUtc(1_772_922_176_000)).toBe("2026-03-07T22:22:56Z");
    expect(toIsoUtc(1_772_922_176_120)).toBe("2026-03-07T22:22:56.12Z");
    expect(toIsoUtcOrNull(1_772_922_176_000)).toBe("2026-03-07T22:22:56Z");
    expect(toIsoUtcOrNull(null)).toBeNull();
  });
});
