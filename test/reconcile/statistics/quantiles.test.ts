import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type HistogramBin,
  histogramQuantile,
  histogramQuantileInterval,
  quantileRanks,
} from "../../../src/reconcile/statistics/quantiles.ts";
import { expectClose } from "./close.ts";
import { atMostExactly } from "./exactly.ts";

describe("histogramQuantile", () => {
  it("holds the value that counting through a sorted list finds", () => {
    const arbitrary = fc.tuple(
      fc.array(fc.integer({ min: 0, max: 999 }), { minLength: 1, maxLength: 200 }),
      fc.integer({ min: 1, max: 99 }),
    );
    fc.assert(
      fc.property(arbitrary, ([values, percent]) => {
        const bins = Array.from({ length: 20 }, (_, index) => {
          const [from, to] = [index * 50, index * 50 + 50];
          return { from, to, count: values.filter((value) => from <= value && value < to).length };
        });
        // The smallest value with at least this share at or below it, in whole numbers.
        const expected = values
          .toSorted((a, b) => a - b)
          .find((value) => values.filter((other) => other <= value).length * 100 >= percent * values.length)!;
        const bin = histogramQuantile(bins, percent / 100)!;
        expect(bin.from).toBeLessThanOrEqual(expected);
        expect(bin.to).toBeGreaterThan(expected);
      }),
    );
  });

  it("is absent of nothing", () => {
    expect(histogramQuantile([], 0.5)).toBeUndefined();
    expect(histogramQuantile([{ from: 0, to: 1, count: 0 }], 0.5)).toBeUndefined();
  });

  it("does not take a share that was rounded up for a rank more", () => {
    const bins: HistogramBin[] = Array.from({ length: 100 }, (_, at) => ({
      from: at + 1,
      to: at + 1,
      count: 1,
    }));
    expect(histogramQuantile(bins, 0.07)).toEqual({ from: 7, to: 7 });
    expect(histogramQuantile(bins, 0.29)).toEqual({ from: 29, to: 29 });
  });

  it("refuses bins out of order", () => {
    const bins = [
      { from: 0, to: 10, count: 1 },
      { from: 5, to: 20, count: 1 },
    ];
    expect(() => histogramQuantile(bins, 0.5)).toThrow(RangeError);
  });
});

describe("quantileRanks", () => {
  // Ranks for the median at 95 % with their exact confidence, as in W. J. Dixon and F. J. Massey, "Introduction to
  // Statistical Analysis", and D. G. Altman et al., "Statistics with Confidence", 2000.
  it.each([
    [6, 1, 6, 0.969],
    [10, 2, 9, 0.979],
    [15, 4, 12, 0.965],
    [20, 6, 15, 0.959],
    [25, 8, 18, 0.957],
    [30, 10, 21, 0.957],
    [50, 18, 33, 0.967],
  ])("of %s for the median are %s and %s, as tabled", (count, lower, upper, coverage) => {
    expect(quantileRanks(count, 0.5, 0.95)).toEqual({ lower, upper, coverage: expect.closeTo(coverage, 3) });
  });

  it("has no limits for the median of five at 95 %", () => {
    expect(quantileRanks(5, 0.5, 0.95)).toEqual({ lower: null, upper: null, coverage: 1 });
    expect(quantileRanks(0, 0.5, 0.95)).toEqual({ lower: null, upper: null, coverage: 1 });
  });

  it("has no upper limit for a late quantile of few", () => {
    const { lower, upper } = quantileRanks(30, 0.95, 0.95);
    expect(lower).not.toBeNull();
    expect(upper).toBeNull();
  });

  it("covers what it says, and would not with the limits one rank closer", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 120 }), fc.integer({ min: 1, max: 99 }), (count, percent) => {
        const { lower, upper, coverage } = quantileRanks(count, percent / 100, 0.95);
        // Of the values, how many lie below the quantile: fewer than `lower` is a miss, and so is `upper` or more.
        const fewer = (rank: number): number =>
          rank === 0 ? 0 : atMostExactly({ hits: rank - 1, trials: count }, [percent, 100]);
        const orMore = (rank: number): number => (rank > count ? 0 : 1 - fewer(rank));
        const missedBelow = fewer(lower ?? 0);
        const missedAbove = orMore(upper ?? count + 1);
        expectClose(coverage, 1 - missedBelow - missedAbove, 1e-9);
        expect(coverage).toBeGreaterThanOrEqual(0.95);
        expect(fewer((lower ?? 0) + 1)).toBeGreaterThan(0.025);
        expect(orMore((upper ?? count + 1) - 1)).toBeGreaterThan(0.025);
      }),
    );
  });
});

describe("histogramQuantileInterval", () => {
  const bins = [
    { from: 0, to: 60, count: 4 },
    { from: 60, to: 300, count: 4 },
    { from: 300, to: 900, count: 2 },
  ];

  it("spans from the bin of the lower rank to that of the upper one", () => {
    expect(histogramQuantileInterval(bins, 0.5, 0.95)).toEqual({ from: 0, to: 900 });
    expect(histogramQuantileInterval(bins, 0.5, 0.6)).toEqual({ from: 0, to: 300 });
  });

  it("is open where there is no rank", () => {
    expect(histogramQuantileInterval(bins, 0.9, 0.95)).toEqual({ from: 60, to: Number.POSITIVE_INFINITY });
    expect(histogramQuantileInterval([], 0.9, 0.95)).toBeUndefined();
  });
});
