import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  exactInterval,
  exactLower,
  exactUpper,
  ruleOfThree,
  trialsNeeded,
  trialsNeededByRule,
} from "../../../src/reconcile/statistics/exact-binomial.ts";
import type { Interval, Proportion } from "../../../src/reconcile/statistics/proportion.ts";
import { wilsonInterval } from "../../../src/reconcile/statistics/wilson.ts";
import { expectClose } from "./close.ts";
import { binomialExactly } from "./exactly.ts";

describe("exactInterval", () => {
  // R. G. Newcombe, "Two-sided Confidence Intervals for the Single Proportion", Statistics in Medicine 17, 1998,
  // table I, method 5, at 95 %.
  it.each([
    [81, 263, 0.2527, 0.3676],
    [15, 148, 0.0578, 0.1617],
    [0, 20, 0, 0.1684],
    [1, 29, 0.0009, 0.1776],
  ])("of %s in %s is as Newcombe prints it", (hits, trials, lower, upper) => {
    const interval = exactInterval({ hits, trials }, 0.95);
    expect(interval.lower).toBeCloseTo(lower, 4);
    expect(interval.upper).toBeCloseTo(upper, 4);
  });

  // scipy 1.17.1: binomtest(hits, trials).proportion_ci(0.95, "exact")
  it.each([
    [0, 100, 0, 0.03621669264519054],
    [3, 1000, 0.0006190999316499173, 0.008742023238657654],
    [17, 40_000, 0.0002475970329026819, 0.0006803792511223049],
    [250, 300, 0.7862443212001095, 0.87369430811134],
    [40, 40, 0.9119026971211966, 1],
  ])("of %s in %s is as scipy says", (hits, trials, lower, upper) => {
    const interval = exactInterval({ hits, trials }, 0.95);
    expectClose(interval.lower, lower, 1e-9);
    expectClose(interval.upper, upper, 1e-9);
  });

  it("keeps eight digits of ten million", () => {
    // By bisection in mpmath 1.3 with 60 digits.
    const interval = exactInterval({ hits: 1, trials: 10_000_000 }, 0.95);
    expectClose(interval.lower, 2.53178079522403e-9, 1e-8);
    expectClose(interval.upper, 5.571642117360731e-7, 1e-8);
  });

  /** How often the interval holds the rate, by going through all outcomes. */
  function coverageOf(interval: (counts: Proportion) => Interval, trials: number, over: number): number {
    let covered = 0;
    for (let hits = 0; hits <= trials; hits += 1) {
      const { lower, upper } = interval({ hits, trials });
      if (lower <= over / 200 && over / 200 <= upper)
        covered += binomialExactly({ hits, trials }, [over, 200]);
    }
    return covered;
  }

  it("never covers a rate less often than it says, and Wilson's sometimes does", () => {
    const rates = Array.from({ length: 199 }, (_, index) => index + 1);
    const least = (interval: (counts: Proportion) => Interval): number =>
      Math.min(...[5, 12, 30].flatMap((trials) => rates.map((over) => coverageOf(interval, trials, over))));
    expect(least((counts) => exactInterval(counts, 0.95))).toBeGreaterThanOrEqual(0.95);
    expect(least((counts) => wilsonInterval(counts, 0.95))).toBeLessThan(0.9);
  });
});

describe("exactUpper and exactLower", () => {
  // scipy 1.17.1: binomtest(hits, trials, alternative="less" and "greater").proportion_ci(0.95, "exact")
  it.each([
    [3, 1000, 0.0008181753982217667, 0.007735244718481942],
    [17, 40_000, 0.00027082100500526424, 0.0006374130240238671],
    [40, 40, 0.9278424754944854, 1],
  ])("of %s in %s are as scipy says", (hits, trials, lower, upper) => {
    expectClose(exactLower({ hits, trials }, 0.95), lower, 1e-9);
    expectClose(exactUpper({ hits, trials }, 0.95), upper, 1e-9);
  });

  it("knows nothing of nothing", () => {
    expect(exactUpper({ hits: 0, trials: 0 }, 0.95)).toBe(1);
    expect(exactLower({ hits: 0, trials: 0 }, 0.95)).toBe(0);
  });

  it("is 1 − 0.05^(1/n) for 0 of n, always a little below the rule of three", () => {
    for (const trials of [1, 10, 100, 1000, 1_000_000, 1_000_000_000]) {
      const upper = exactUpper({ hits: 0, trials }, 0.95);
      expectClose(upper, 1 - 0.05 ** (1 / trials), trials > 1_000_000 ? 1e-5 : 1e-9);
      expect(upper).toBeLessThan(ruleOfThree(trials));
    }
  });

  it("says of 0 of 14 at most 19 %, and 21 % by the rule", () => {
    expect(exactUpper({ hits: 0, trials: 14 }, 0.95)).toBeCloseTo(0.193, 3);
    expect(ruleOfThree(14)).toBeCloseTo(0.214, 3);
  });
});

describe("trialsNeeded", () => {
  // The classical sizes of "success runs": 59 for 95 % at 5 %, 299 at 1 %, 459 for 99 % at 1 %, 2995 at 0.1 %.
  it.each([
    [0.05, 0.95, 59],
    [0.01, 0.95, 299],
    [0.01, 0.99, 459],
    [0.1, 0.9, 22],
    [0.001, 0.95, 2995],
  ])("for rate %s at confidence %s is %s, as tabled", (rate, confidence, trials) => {
    expect(trialsNeeded(rate, confidence)).toBe(trials);
  });

  // Sampling tables for 95 % at 5 %: 93 with one, 124 with two allowed.
  it.each([
    [1, 93],
    [2, 124],
  ])("with %s bad ones is %s, as tabled", (hits, trials) => {
    expect(trialsNeeded(0.05, 0.95, hits)).toBe(trials);
  });

  it("is the least that brings the bound down to the rate", () => {
    // Of a hundred million trials doubles carry the bound to eight digits.
    const slack = 1e-7;
    fc.assert(
      fc.property(
        fc.double({ min: 1e-7, max: 0.9, noNaN: true }),
        fc.double({ min: 0.5, max: 0.9999, noNaN: true }),
        fc.nat(20),
        (rate, confidence, hits) => {
          const trials = trialsNeeded(rate, confidence, hits);
          expect(exactUpper({ hits, trials }, confidence)).toBeLessThanOrEqual(rate * (1 + slack));
          if (trials > Math.max(1, hits)) {
            expect(exactUpper({ hits, trials: trials - 1 }, confidence)).toBeGreaterThan(rate * (1 - slack));
          }
        },
      ),
    );
  });

  it("is never more than the rule of three says", () => {
    for (const rate of [0.3, 0.01, 0.0001]) {
      expect(trialsNeeded(rate, 0.95)).toBeLessThanOrEqual(trialsNeededByRule(rate));
    }
    expect(trialsNeededByRule(0.001)).toBe(3000);
  });
});
