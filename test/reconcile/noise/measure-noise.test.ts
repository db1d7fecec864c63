import { describe, expect, it } from "vitest";
import { measureNoise } from "../../../src/reconcile/noise/measure-noise.ts";

const POLICY = { confidence: 0.95, margin: 0.001 };

const measure = (sums: Readonly<Record<string, number>>, until: string | null = "2026-03-10") =>
  measureNoise(new Map(Object.entries(sums)), until, POLICY);

describe("measureNoise", () => {
  it("counts who told of what both old channels could have, against what the new feed does there", () => {
    const { all, statuses } = measure({
      "noise|2026-03-01|sorted|both|clean": 80,
      "noise|2026-03-01|sorted|scan|clean": 5,
      "noise|2026-03-02|sorted|api|open": 4,
      "noise|2026-03-02|sorted|api|known": 1,
      "noise|2026-03-02|delivered|both|open": 10,
      "noise|2026-03-02|delivered|none|open": 2,
    });
    expect(all).toMatchObject({
      witnesses: { both: 90, scan: 5, api: 5 },
      contested: { clean: 5, open: 4, known: 1, pending: 0 },
      noise: { hits: 10, trials: 100, rate: 0.1 },
      newFeed: { hits: 17, trials: 102 },
      verdict: "not_enough_data",
    });
    // Wilson's interval of 10 in 100 (Wilson 1927).
    expect(all.noise.interval.lower).toBeCloseTo(0.0552, 4);
    expect(all.noise.interval.upper).toBeCloseTo(0.1744, 4);
    expect(statuses.map(({ status, noise }) => [status, noise.hits, noise.trials])).toEqual([
      ["delivered", 0, 10],
      ["sorted", 10, 90],
    ]);
  });

  it("leaves out days of which scan files may still come", () => {
    const sums = { "noise|2026-03-10|sorted|both|clean": 7, "noise|2026-03-11|sorted|api|clean": 9 };
    expect(measure(sums).all.witnesses).toEqual({ both: 7, scan: 0, api: 0 });
    expect(measure(sums, "2026-03-11").all.witnesses).toEqual({ both: 7, scan: 0, api: 9 });
    expect(measure(sums, null).all.witnesses).toEqual({ both: 0, scan: 0, api: 0 });
  });

  it("does not hold against the new feed what is pending or explained by a code", () => {
    const { all } = measure({
      "noise|2026-03-01|sorted|both|clean": 10,
      "noise|2026-03-01|sorted|both|pending": 3,
      "noise|2026-03-01|sorted|scan|explained": 3,
    });
    expect(all.newFeed).toMatchObject({ hits: 0, trials: 10 });
    expect(all.noise).toMatchObject({ hits: 3, trials: 16 });
  });

  it("gives the match rate of events with and without the contested ones", () => {
    const { matchRate } = measure({
      "day|2026-03-01|all||clean": 90,
      "day|2026-03-01|all||open": 8,
      "day|2026-03-02|all||known": 2,
      "day|2026-03-02|all||pending": 5,
      "day|2026-03-01|customer|all||clean": 1000,
      "noise|2026-03-01|sorted|api|open": 6,
      "noise|2026-03-01|sorted|api|clean": 4,
    });
    expect(matchRate).toEqual({ all: { hits: 90, trials: 100 }, uncontested: { hits: 86, trials: 90 } });
  });

  it.each([
    ["worse_than_noise", 500],
    ["within_noise", 0],
  ] as const)("judges a new feed that is surely so (%s)", (verdict, open) => {
    const { all } = measure({
      "noise|2026-03-01|sorted|both|clean": 9_900 - open,
      "noise|2026-03-01|sorted|both|open": open,
      "noise|2026-03-01|sorted|scan|clean": 100,
    });
    expect(all.verdict).toBe(verdict);
  });

  it("tells nothing from nothing", () => {
    expect(measure({}).all).toMatchObject({ verdict: "not_enough_data", excess: null });
  });
});
