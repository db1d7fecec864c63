import { describe, expect, it } from "vitest";
import { makeTimeParser, saysOffset, saysSeconds } from "../../../src/sources/legacy-scan/time-pattern.ts";

const parts = (
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second = 0,
  millisecond = 0,
  offsetMinutes: number | null = null,
) => ({ year, month, day, hour, minute, second, millisecond, offsetMinutes });

describe("makeTimeParser", () => {
  it.each([
    ["dd-MM-yyyy HH:mm:ss", "07-03-2026 23:22:56", parts(2026, 3, 7, 23, 22, 56)],
    ["yyyyMMddHHmmss", "20260307232256", parts(2026, 3, 7, 23, 22, 56)],
    ["yyyy-MM-ddTHH:mm:ss[.SSS]", "2026-03-07T23:22:56", parts(2026, 3, 7, 23, 22, 56)],
    ["yyyy-MM-ddTHH:mm:ss[.SSS]", "2026-03-07T23:22:56.326", parts(2026, 3, 7, 23, 22, 56, 326)],
    ["dd.MM.yy HH:mm", "07.03.26 00:05", parts(2026, 3, 7, 0, 5)],
    ["yyyy-MM-ddTHH:mm:ssXXX", "2026-03-07T23:22:56+01:00", parts(2026, 3, 7, 23, 22, 56, 0, 60)],
    ["yyyy-MM-ddTHH:mm:ssXXX", "2026-03-07T23:22:56-03:30", parts(2026, 3, 7, 23, 22, 56, 0, -210)],
    ["yyyy-MM-ddTHH:mm:ssXXX", "2026-03-07T23:22:56Z", parts(2026, 3, 7, 23, 22, 56, 0, 0)],
    ["yyyy-MM-ddTHH:mm:ss[.SSS]XXX", "2026-03-07T23:22:56.5+1", undefined],
    ["yyyy-MM-ddTHH:mm:ss[.SSS]XXX", "2026-03-07T23:22:56.500+01:00", parts(2026, 3, 7, 23, 22, 56, 500, 60)],
    ["yyyy-MM-ddTHH:mm:ss[.SSS]XXX", "2026-03-07T23:22:56+01:00", parts(2026, 3, 7, 23, 22, 56, 0, 60)],
    ["yyyyMMddHHmmssXX", "20260307232256+0100", parts(2026, 3, 7, 23, 22, 56, 0, 60)],
    ["yyyy-MM-dd HH:mm[XXX]", "2026-03-07 23:22", parts(2026, 3, 7, 23, 22)],
    ["yyyy-MM-dd HH:mm[XXX]", "2026-03-07 23:22Z", parts(2026, 3, 7, 23, 22, 0, 0, 0)],
    // What looks like an offset at the end is the year.
    ["HH:mm dd-MM-yyyy[XX]", "23:22 07-03-2021", parts(2021, 3, 7, 23, 22)],
  ])("reads %s", (pattern, text, expected) => {
    expect(makeTimeParser(pattern)(text)).toEqual(expected);
  });

  it.each([
    ["", "nothing"],
    ["7-03-2026 23:22:56", "a digit missing"],
    ["07-03-2026 23:22:56 ", "a blank behind"],
    ["07/03/2026 23:22:56", "other signs between"],
    ["2026-03-07 23:22:56", "another order"],
    ["07-03-2026 23:22:5x", "a letter"],
    ["07-03-2026 23:22:+5", "a sign"],
    ["07-03-2026 24:00:00", "hour 24"],
    ["32-03-2026 10:00:00", "day 32"],
    ["33-01-2026 10:00:00", "day 33"],
    ["07-13-2026 10:00:00", "month 13"],
    ["01-01-0001 00:00:00", "the carrier's year for no time"],
    ["07-03-1999 10:00:00", "a year before parcels were scanned"],
    ["07-03-2100 10:00:00", "a year beyond all plans"],
    ["٠٧-٠٣-٢٠٢٦ ٢٣:٢٢:٥٦", "digits of another script"],
  ])("refuses '%s': %s", (text) => {
    expect(makeTimeParser("dd-MM-yyyy HH:mm:ss")(text)).toBeUndefined();
  });

  it.each([
    ["2026-03-07T23:22:56", "none"],
    ["2026-03-07T23:22:56+0100", "another form"],
    ["2026-03-07T23:22:56+24:00", "more than a day"],
    ["2026-03-07T23:22:56+01:60", "an hour of 61 minutes"],
    ["2026-03-07T23:22:56z", "a small letter"],
    ["2026-03-07T23:22:56 +01:00", "a blank before it"],
  ])("refuses '%s' where an offset is needed: %s", (text) => {
    expect(makeTimeParser("yyyy-MM-ddTHH:mm:ssXXX")(text)).toBeUndefined();
  });

  it("takes blanks for zeros only where a layout says so", () => {
    expect(makeTimeParser("dd.MM.yy HH:mm:ss", true)(" 7. 3.26   :05: 9")).toEqual(
      parts(2026, 3, 7, 0, 5, 9),
    );
    expect(makeTimeParser("dd.MM.yy HH:mm:ss")(" 7. 3.26   :05: 9")).toBeUndefined();
    expect(makeTimeParser("dd.MM.yy HH:mm:ss", true)(" 7- 3-26   :05: 9")).toBeUndefined();
  });

  it.each([
    "dd-MM-yyyy",
    "HH:mm",
    "dd-MM-yyyy HH:mm:ss dd",
    "yyyy-M-dd HH:mm",
    "yyyy-MM-dd HH:mm[:ss",
    "XXX",
    "yyyy-MM-dd HH:mmXXXX",
  ])("knows no pattern %s", (pattern) => {
    expect(() => makeTimeParser(pattern)).toThrow(RangeError);
  });
});

describe("saysOffset", () => {
  it("is false where an offset is absent or may be absent", () => {
    expect(saysOffset("yyyy-MM-dd HH:mm:ssXXX")).toBe(true);
    expect(saysOffset("yyyy-MM-dd HH:mm:ss[XXX]")).toBe(false);
    expect(saysOffset("yyyy-MM-dd HH:mm:ss")).toBe(false);
  });
});

describe("saysSeconds", () => {
  it("is false where seconds are absent or may be absent", () => {
    expect(saysSeconds("yyyy-MM-dd HH:mm:ss")).toBe(true);
    expect(saysSeconds("yyyy-MM-dd HH:mm:ss[.SSS]")).toBe(true);
    expect(saysSeconds("yyyy-MM-dd HH:mm:ss[.SSS]XXX")).toBe(true);
    expect(saysSeconds("yyyy-MM-dd HH:mm[:ss]")).toBe(false);
    expect(saysSeconds("yyyy-MM-dd HH:mm")).toBe(false);
  });
});
