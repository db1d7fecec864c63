import { describe, expect, it } from "vitest";
import { daysUntil, daysUntilTraffic, makeForecast } from "../../../src/reconcile/gate/forecast.ts";
import type { StratumCounts } from "../../../src/reconcile/gate/read-counts.ts";
import { dayOf } from "../../support/gate.ts";

/** Volumes of days from a Sunday on. */
function withVolumes(volumes: readonly number[]): StratumCounts {
  const days = volumes.map((clean, n) => [dayOf(n), { clean, bad: 0, pending: 0, known: 0 }] as const);
  return { dimension: "all", value: "", days: new Map(days.filter(([, { clean }]) => clean > 0)) };
}

/** Nothing on Sundays, half on Saturdays. */
const WEEK = [0, 100, 100, 100, 100, 100, 50];

describe("makeForecast", () => {
  it("expects of each weekday what it brought, beginning with the day after the last one", () => {
    const twoWeeks = withVolumes([...WEEK, ...WEEK]);
    expect(makeForecast(twoWeeks, dayOf(0), dayOf(13))).toEqual(WEEK);
    // The last one is a Thursday: Friday comes next.
    expect(makeForecast(twoWeeks, dayOf(0), dayOf(11))).toEqual([100, 50, 0, 100, 100, 100, 100]);
  });

  it("takes the median of four weeks, so that one odd week does not count", () => {
    const weeks = [WEEK, WEEK.map((volume) => volume * 50), WEEK, WEEK, WEEK].flat();
    expect(makeForecast(withVolumes(weeks), dayOf(0), dayOf(34))).toEqual(WEEK);
  });

  it("counts days without traffic since the first, and takes unseen weekdays for the median of the others", () => {
    // Monday to Wednesday; the Sunday before is the first day of another stratum.
    const counts = withVolumes([0, 100, 60, 80]);
    expect(makeForecast(counts, dayOf(0), dayOf(3))).toEqual([60, 60, 60, 0, 100, 60, 80]);
  });
});

describe("daysUntil", () => {
  it("walks over weekends", () => {
    // From a Sunday on: nothing, then five hundred until Friday, then fifty.
    expect([0, 1, 100, 101, 500, 501, 550, 551].map((needed) => daysUntil(WEEK, needed))).toEqual([
      0, 2, 2, 3, 6, 7, 7, 9,
    ]);
  });

  it("gives up where nothing comes, or too little ever", () => {
    expect(daysUntil([0, 0, 0, 0, 0, 0, 0], 1)).toBeNull();
    expect(daysUntil(WEEK, 1e9)).toBeNull();
  });
});

describe("daysUntilTraffic", () => {
  it("counts days, not volume", () => {
    expect(daysUntilTraffic(WEEK, 6)).toBe(7);
    expect(daysUntilTraffic(WEEK, 7)).toBe(9);
  });
});
