import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { twoSidedZ } from "../../../src/reconcile/statistics/normal.ts";
import { wilsonInterval, wilsonLower, wilsonUpper } from "../../../src/reconcile/statistics/wilson.ts";
import { expectClose } from "./close.ts";

describe("wilsonInterval", () => {
  // R. G. Newcombe, "Two-sided Confidence Intervals for the Single Proportion", Statistics in Medicine 17, 1998,
  // table I, method 3, at 95 %.
  it.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])("of %s in %s is as Newcombe prints it", (hits, trials, lower, upper) => {
    const interval = wilsonInterval({ hits, trials }, 0.95);
    expect(interval.lower).toBeCloseTo(lower, 4);
    expect(interval.upper).toBeCloseTo(upper, 4);
  });

  // scipy 1.17.1: binomtest(hits, trials).proportion_ci(0.99, "wilson")
  it.each([
    [3, 1000, 0.0007581012310614683, 0.011793516682924922],
    [17, 40_000, 0.00022978978513053116, 0.000785914152629892],
    [250, 300, 0.7708281758879459, 0.8814133080949763],
    [1, 10_000_000, 1.1740546520090505e-8, 8.517485406659499e-7],
  ])("of %s in %s at 99 %% is as scipy says", (hits, trials, lower, upper) => {
    const interval = wilsonInterval({ hits, trials }, 0.99);
    expectClose(interval.lower, lower, 1e-9);
    expectClose(interval.upper, upper, 1e-9);
  });

  it("ends where the score test gives exactly the critical z", () => {
    const arbitrary = fc
      .integer({ min: 2, max: 100_000 })
      .chain((trials) => fc.tuple(fc.integer({ min: 1, max: trials - 1 }), fc.constant(trials)));
    fc.assert(
      fc.property(
        arbitrary,
        fc.double({ min: 0.5, max: 0.9999, noNaN: true }),
        ([hits, trials], confidence) => {
          const z = (rate: number): number =>
            (hits / trials - rate) / Math.sqrt((rate * (1 - rate)) / trials);
          const { lower, upper } = wilsonInterval({ hits, trials }, confidence);
          expectClose(z(lower), twoSidedZ(confidence), 1e-6);
          expectClose(-z(upper), twoSidedZ(confidence), 1e-6);
        },
      ),
    );
  });

  it("knows nothing of nothing, and stays exactly at the ends", () => {
    expect(wilsonInterval({ hits: 0, trials: 0 }, 0.95)).toEqual({ lower: 0, upper: 1 });
    expect(wilsonInterval({ hits: 0, trials: 77 }, 0.95).lower).toBe(0);
    expect(wilsonInterval({ hits: 77, trials: 77 }, 0.95).upper).toBe(1);
  });

  it("mirrors when hits and misses change places", () => {
    const one = wilsonInterval({ hits: 3, trials: 50 }, 0.9);
    const other = wilsonInterval({ hits: 47, trials: 50 }, 0.9);
    expectClose(one.lower, 1 - other.upper, 1e-12);
    expectClose(one.upper, 1 - other.lower, 1e-12);
  });

  it.each([
    [3, 2],
    [-1, 2],
    [1.5, 2],
  ])("refuses %s of %s", (hits, trials) => {
    expect(() => wilsonInterval({ hits, trials }, 0.95)).toThrow(RangeError);
  });
});

describe("wilsonLower and wilsonUpper", () => {
  it("are the limits of the two-sided interval with twice the error", () => {
    const counts = { hits: 12, trials: 345 };
    const { lower, upper } = wilsonInterval(counts, 0.9);
    expectClose(wilsonLower(counts, 0.95), lower, 1e-12);
    expectClose(wilsonUpper(counts, 0.95), upper, 1e-12);
  });

  it("need 52 of 52 before a rate is surely 95 %, and the two-sided one 73 of 73", () => {
    const all = (trials: number) => ({ hits: trials, trials });
    expect(wilsonLower(all(51), 0.95)).toBeLessThan(0.95);
    expect(wilsonLower(all(52), 0.95)).toBeGreaterThanOrEqual(0.95);
    expect(wilsonInterval(all(72), 0.95).lower).toBeLessThan(0.95);
    expect(wilsonInterval(all(73), 0.95).lower).toBeGreaterThanOrEqual(0.95);
  });

  it("refuse a confidence at which the limits would change places", () => {
    expect(() => wilsonLower({ hits: 1, trials: 2 }, 0.4)).toThrow(RangeError);
  });
});
