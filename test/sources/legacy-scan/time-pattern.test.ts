import { describe, expect, it } from "vitest";
import { makeTimeParser, saysSeconds } from "../../../src/sources/legacy-scan/time-pattern.ts";

const parts = (
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second = 0,
  millisecond = 0,
) => ({ year, month, day, hour, minute, second, millisecond });

describe("makeTimeParser", () => {
  it.each([
    ["dd-MM-yyyy HH:mm:ss", "07-03-2026 23:22:56", parts(2026, 3, 7, 23, 22, 56)],
    ["yyyyMMddHHmmss", "20260307232256", parts(2026, 3, 7, 23, 22, 56)],
    ["yyyy-MM-ddTHH:mm:ss[.SSS]", "2026-03-07T23:22:56", parts(2026, 3, 7, 23, 22, 56)],
    ["yyyy-MM-ddTHH:mm:ss[.SSS]", "2026-03-07T23:22:56.326", parts(2026, 3, 7, 23, 22, 56, 326)],
    ["dd.MM.yy HH:mm", "07.03.26 00:05", parts(2026, 3, 7, 0, 5)],
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

  it.each(["dd-MM-yyyy", "HH:mm", "dd-MM-yyyy HH:mm:ss dd", "yyyy-M-dd HH:mm", "yyyy-MM-dd HH:mm[:ss"])(
    "knows no pattern %s",
    (pattern) => {
      expect(() => makeTimeParser(pattern)).toThrow(RangeError);
    },
  );
});

describe("saysSeconds", () => {
  it("is false where seconds are absent or may be absent", () => {
    expect(saysSeconds("yyyy-MM-dd HH:mm:ss")).toBe(true);
    expect(saysSeconds("yyyy-MM-dd HH:mm:ss[.SSS]")).toBe(true);
    expect(saysSeconds("yyyy-MM-dd HH:mm[:ss]")).toBe(false);
    expect(saysSeconds("yyyy-MM-dd HH:mm")).toBe(false);
  });
});
