import { describe, expect, it } from "vitest";
import { judgeClock } from "../../src/sources/judge-clock.ts";
import { SECOND, timeOf } from "../support/observations.ts";

describe("judgeClock", () => {
  const DATE = "Sat, 07 Mar 2026 20:00:00 GMT";
  const THEIRS = timeOf("2026-03-07T20:00:00Z");

  it.each([
    [0, { kind: "near" }],
    [30, { kind: "near" }],
    [-30, { kind: "near" }],
    [31, { kind: "apart", seconds: 31 }],
    [-300, { kind: "apart", seconds: -300 }],
    [301, { kind: "lost", seconds: 301 }],
    [-86_400, { kind: "lost", seconds: -86_400 }],
  ])("judges a clock that is %i seconds ahead", (seconds, judgement) => {
    expect(judgeClock(DATE, THEIRS + seconds * SECOND)).toEqual(judgement);
  });

  it.each([null, "", "yesterday", "2026-03-07T20:00:00Z"])("judges nothing by the date %j", (date) => {
    expect(judgeClock(date, 0)).toEqual({ kind: "near" });
  });
});
