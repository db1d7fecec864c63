import { describe, expect, it } from "vitest";
import { listClockChanges } from "../../src/sandbox/clock-change.ts";
import { at } from "./world-options.ts";

const list = (from: string, until: string) => listClockChanges("Europe/Amsterdam", at(from), at(until));

describe("listClockChanges", () => {
  it("finds the two hours that show one local hour twice in autumn", () => {
    expect(list("2026-10-20T00:00:00Z", "2026-11-01T00:00:00Z")).toEqual([
      {
        kind: "repeated",
        from: at("2026-10-25T00:00:00Z"),
        until: at("2026-10-25T02:00:00Z"),
        offsetBefore: "+02:00",
      },
    ]);
  });

  it("finds the hour in which a clock that was not put forward is wrong in spring", () => {
    expect(list("2026-03-25T00:00:00Z", "2026-04-01T00:00:00Z")).toEqual([
      {
        kind: "skipped",
        from: at("2026-03-29T01:00:00Z"),
        until: at("2026-03-29T02:00:00Z"),
        offsetBefore: "+01:00",
      },
    ]);
  });

  it("finds both in a year, in order, and none in a month without", () => {
    expect(list("2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z").map(({ kind }) => kind)).toEqual([
      "skipped",
      "repeated",
    ]);
    expect(list("2026-06-01T00:00:00Z", "2026-07-01T00:00:00Z")).toEqual([]);
  });
});
