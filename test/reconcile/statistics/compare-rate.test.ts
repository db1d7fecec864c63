import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareRate } from "../../../src/reconcile/statistics/compare-rate.ts";
import { expectClose } from "./close.ts";
import { binomialExactly } from "./exactly.ts";

const proportion = fc
  .integer({ min: 1, max: 100_000 })
  .chain((trials) => fc.record({ hits: fc.nat(trials), trials: fc.constant(trials) }));

describe("compareRate", () => {
  // R. G. Newcombe, "Interval Estimation for the Difference between Independent Proportions", Statistics in
  // Medicine 17, 1998, table II, method 10, at 95 %: his examples (a) to (h).
  it.each([
    [56, 70, 48, 80, 0.0524, 0.3339],
    [9, 10, 3, 10, 0.1705, 0.809],
    [6, 7, 2, 7, 0.0582, 0.8062],
    [5, 56, 0, 29, -0.0381, 0.1926],
    [0, 10, 0, 20, -0.1611, 0.2775],
    [0, 10, 0, 10, -0.2775, 0.2775],
    [10, 10, 0, 20, 0.6791, 1],
    [10, 10, 0, 10, 0.6075, 1],
  ])("of %s/%s and %s/%s is as Newcombe prints it", (hits, trials, otherHits, otherTrials, lower, upper) => {
    const found = compareRate({ hits, trials }, { hits: otherHits, trials: otherTrials }, 0.95);
    expectClose(found!.difference, hits / trials - otherHits / otherTrials);
    expect(found?.lower).toBeCloseTo(lower, 4);
    expect(found?.upper).toBeCloseTo(upper, 4);
  });

  it("stays within −1 and 1, around the difference, and turns round with its arguments", () => {
    fc.assert(
      fc.property(proportion, proportion, (first, second) => {
        const { difference, lower, upper } = compareRate(first, second, 0.95)!;
        expect(lower).toBeGreaterThanOrEqual(-1 - 1e-12);
        expect(upper).toBeLessThanOrEqual(1 + 1e-12);
        expect(lower).toBeLessThanOrEqual(difference);
        expect(upper).toBeGreaterThanOrEqual(difference);
        const turned = compareRate(second, first, 0.95)!;
        expect(turned.lower).toBeCloseTo(-upper, 12);
        expect(turned.upper).toBeCloseTo(-lower, 12);
      }),
    );
  });

  it("covers the true difference about as often as it says, by going through all outcomes", () => {
    const coverageOf = (first: number, second: number): number => {
      let covered = 0;
      for (let a = 0; a <= 25; a += 1) {
        for (let b = 0; b <= 40; b += 1) {
          const { lower, upper } = compareRate({ hits: a, trials: 25 }, { hits: b, trials: 40 }, 0.95)!;
          const difference = (first - second) / 100;
          if (lower > difference || difference > upper) continue;
          covered +=
            binomialExactly({ hits: a, trials: 25 }, [first, 100]) *
            binomialExactly({ hits: b, trials: 40 }, [second, 100]);
        }
      }
      return covered;
    };
    const coverages = [
      [5, 5],
      [10, 3],
      [30, 20],
      [50, 50],
      [80, 60],
    ].map(([first, second]) => coverageOf(first!, second!));
    for (const coverage of coverages) expect(coverage).toBeGreaterThan(0.93);
    expect(coverages.reduce((sum, coverage) => sum + coverage, 0) / coverages.length).toBeGreaterThan(0.95);
  });

  it("has no answer against nothing", () => {
    expect(compareRate({ hits: 0, trials: 0 }, { hits: 1, trials: 2 }, 0.95)).toBeUndefined();
    expect(compareRate({ hits: 1, trials: 2 }, { hits: 0, trials: 0 }, 0.95)).toBeUndefined();
  });
});
