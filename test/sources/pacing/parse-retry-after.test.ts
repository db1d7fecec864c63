import { describe, expect, it } from "vitest";
import { parseRetryAfter } from "../../../src/sources/pacing/parse-retry-after.ts";
import { timeOf } from "../../support/observations.ts";

const START = timeOf("2026-03-07T22:30:00Z");

describe("parseRetryAfter", () => {
  it.each([
    ["0", 0],
    ["120", 120_000],
    [" 5 ", 5_000],
    ["Sat, 07 Mar 2026 22:31:00 GMT", 60_000],
    ["Sat, 07 Mar 2026 22:29:00 GMT", 0],
    ["-1", null],
    ["1.5", null],
    ["soon", null],
    ["", null],
    [null, null],
    ["Sat, 31 Feb 2026 22:31:00 GMT", null],
    ["2026-03-07T22:31:00Z", null],
    ["99999999999", null],
  ])("reads '%s' as %j ms", (text, ms) => {
    expect(parseRetryAfter(text, null, START)).toBe(ms);
  });
});
