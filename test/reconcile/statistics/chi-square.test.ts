import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chiSquareSurvival } from "../../../src/reconcile/statistics/chi-square.ts";
import { expectClose } from "./close.ts";

describe("chiSquareSurvival", () => {
  // M. Abramowitz and I. A. Stegun, "Handbook of Mathematical Functions", table 26.8; the table gives the statistic.
  it.each([
    [3.84146, 1, 0.05],
    [6.6349, 1, 0.01],
    [5.99147, 2, 0.05],
    [18.307, 10, 0.05],
    [23.2093, 10, 0.01],
    [3.9403, 10, 0.95],
    [43.773, 30, 0.05],
    [124.342, 100, 0.05],
    [77.9295, 100, 0.95],
  ])("of %s with %s degrees of freedom is %s by the table", (statistic, degrees, probability) => {
    expectClose(chiSquareSurvival(statistic, degrees), probability, 3e-5);
  });

  // scipy 1.17.1: stats.chi2.sf(statistic, df)
  it.each([
    [0.5, 1, 0.47950012218695337],
    [0.297, 4, 0.9900070082353177],
    [500, 100, 1.720121005369523e-54],
    [300, 24, 1.6769065659778778e-49],
    [1000, 1000, 0.49405285382923964],
  ])("of %s with %s degrees of freedom is as scipy says", (statistic, degrees, probability) => {
    expectClose(chiSquareSurvival(statistic, degrees), probability, 1e-11);
  });

  it("is a sum of Poisson probabilities for an even number of degrees", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.double({ min: 0.001, max: 200, noNaN: true }),
        (half, x) => {
          let term = Math.exp(-x / 2);
          let sum = term;
          for (let k = 1; k < half; k += 1) {
            term *= x / 2 / k;
            sum += term;
          }
          expectClose(chiSquareSurvival(x, 2 * half), sum, 1e-11);
        },
      ),
    );
  });

  it("is certain of at least nothing", () => {
    expect(chiSquareSurvival(0, 3)).toBe(1);
  });

  it.each([
    [-1, 2],
    [1, 0],
    [1, 1.5],
    [Number.NaN, 1],
  ])("refuses %s with %s degrees of freedom", (statistic, degrees) => {
    expect(() => chiSquareSurvival(statistic, degrees)).toThrow(RangeError);
  });
});
