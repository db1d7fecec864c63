import { describe, expect, it } from "vitest";
import { parseHttpDate, parseRetryAfter } from "../../../src/sources/pacing/parse-retry-after.ts";
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

describe("parseHttpDate", () => {
  it.each([
    // RFC 9110, section 5.6.7.
    ["Sun, 06 Nov 1994 08:49:37 GMT", timeOf("1994-11-06T08:49:37Z")],
    ["Sun, 06 Nov 1994 24:49:37 GMT", null],
    ["Sunday, 06-Nov-94 08:49:37 GMT", null],
  ])("reads '%s' as %j", (text, at) => {
    expect(parseHttpDate(text)).toBe(at);
  });
});
