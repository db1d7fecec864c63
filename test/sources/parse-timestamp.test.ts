import { describe, expect, it } from "vitest";
import { InputError } from "../../src/domain/errors.ts";
import { makeZoneReader } from "../../src/domain/instant.ts";
import { parseTimestamp } from "../../src/sources/parse-timestamp.ts";
import { timeOf } from "../support/observations.ts";

const amsterdam = makeZoneReader("Europe/Amsterdam");

describe("parseTimestamp", () => {
  it.each([
    ["2026-03-07T23:22:56+01:00", "2026-03-07T22:22:56Z", 1000],
    ["2026-03-07T22:22:56Z", "2026-03-07T22:22:56Z", 1000],
    ["2026-03-07t22:22:56z", "2026-03-07T22:22:56Z", 1000],
    ["2026-03-07T23:22:56.120+01:00", "2026-03-07T22:22:56.120Z", 1],
    ["2026-03-07T23:22:56.000+01:00", "2026-03-07T22:22:56Z", 1],
    ["2026-03-07T23:22:56.1239999+01:00", "2026-03-07T22:22:56.123Z", 1],
    ["2026-03-07T23:22+01:00", "2026-03-07T22:22:00Z", 60_000],
    ["2026-03-07T16:52:56-05:30", "2026-03-07T22:22:56Z", 1000],
  ])("reads %s with its own offset, zone or not", (text, instant, precisionMs) => {
    for (const zone of [null, amsterdam]) {
      expect(parseTimestamp(text, zone, "x")).toMatchObject({
        at: timeOf(instant),
        laterAt: null,
        nonexistentTime: false,
        precisionMs,
      });
    }
  });

  it.each([
    ["07-03-2018 23:22:56.326", "2018-03-07T22:22:56.326Z", 1, "2018-03-07T23:22:56.326"],
    ["07-03-2018 23:22:56", "2018-03-07T22:22:56Z", 1000, "2018-03-07T23:22:56.000"],
    ["2022-11-08T14:50:00", "2022-11-08T13:50:00Z", 1000, "2022-11-08T14:50:00.000"],
    ["2022-07-08 14:50:00.5", "2022-07-08T12:50:00.500Z", 1, "2022-07-08T14:50:00.500"],
    ["2022-11-08T14:50", "2022-11-08T13:50:00Z", 60_000, "2022-11-08T14:50:00.000"],
  ])("reads %s by the zone's wall clock", (text, instant, precisionMs, canonical) => {
    expect(parseTimestamp(text, amsterdam, "x")).toEqual({
      at: timeOf(instant),
      laterAt: null,
      nonexistentTime: false,
      precisionMs,
      canonical,
    });
  });

  it("gives both instants of the hour that autumn repeats", () => {
    expect(parseTimestamp("25-10-2026 02:30:00", amsterdam, "x")).toMatchObject({
      at: timeOf("2026-10-25T00:30:00Z"),
      laterAt: timeOf("2026-10-25T01:30:00Z"),
    });
  });

  it("reads the hour that spring skips an hour later, and says so", () => {
    expect(parseTimestamp("29-03-2026 02:30:00", amsterdam, "x")).toMatchObject({
      at: timeOf("2026-03-29T01:30:00Z"),
      laterAt: null,
      nonexistentTime: true,
    });
  });

  it("writes an instant with offset in UTC as its canonical form", () => {
    expect(parseTimestamp("2026-03-07T23:22:56+01:00", amsterdam, "x").canonical).toBe(
      "2026-03-07T22:22:56.000Z",
    );
  });

  it("refuses a time without offset where there is no zone, and says what to do", () => {
    expect(() => parseTimestamp("2026-03-07T23:22:56", null, "line 3")).toThrow(
      "line 3: '2026-03-07T23:22:56' → an ISO 8601 date and time with an offset, such as 2026-03-07T23:22:56+01:00 → correct the value, or give the contract a zone for times without offset",
    );
  });

  it.each([
    "31-02-2026 10:00:00",
    "07-13-2026 10:00:00",
    "07-03-2026 25:00:00",
    "07-03-2026 10:60:00",
    "2026-02-30T10:00:00Z",
    "2026-03-07",
    "11/07/2022 12:36:41",
    "7-3-2026 10:00:00",
    "yesterday",
    "1772922176",
    "",
  ])("refuses '%s'", (text) => {
    for (const zone of [null, amsterdam]) {
      expect(() => parseTimestamp(text, zone, "x")).toThrow(InputError);
    }
  });
});
