import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { GainBin } from "../../../src/reconcile/statistics/gain-bin.ts";
import { kaplanMeier } from "../../../src/reconcile/statistics/kaplan-meier.ts";
import { type GainEstimate, turnbull } from "../../../src/reconcile/statistics/turnbull.ts";

type Counts = readonly [exact: number, leftCensored: number, rightCensored: number];

function binsOf(counts: readonly Counts[]): GainBin[] {
  return counts.map(([exact, leftCensored, rightCensored], index) => ({
    from: index * 10,
    to: index * 10 + 10,
    exact,
    leftCensored,
    rightCensored,
  }));
}

function estimate(bins: readonly GainBin[]): GainEstimate {
  const found = turnbull(bins);
  expect(found?.converged).toBe(true);
  return found!;
}

/** What the estimate makes as great as can be. */
function logLikelihood(bins: readonly GainBin[], cells: readonly number[]): number {
  const total = (from: number, to: number): number =>
    cells.slice(from, to).reduce((sum, share) => sum + share, 0);
  const term = (count: number, share: number): number => (count === 0 ? 0 : count * Math.log(share));
  return bins.reduce(
    (sum, { exact, leftCensored, rightCensored }, bin) =>
      sum +
      term(exact, total(bin + 1, bin + 2)) +
      term(leftCensored, total(0, bin + 2)) +
      term(rightCensored, total(bin + 2, cells.length)),
    0,
  );
}

const arbitraryBins = fc
  .array(fc.tuple(fc.nat(5), fc.nat(3), fc.nat(3)), { minLength: 1, maxLength: 7 })
  .filter((counts) => counts.flat().some((count) => count > 0))
  .map(binsOf);

describe("turnbull", () => {
  it("gives the published estimate of when 191 boys first used marijuana", () => {
    // Turnbull and Weiss 1978; counts and estimate in J. P. Klein and M. L. Moeschberger, "Survival Analysis",
    // 2nd edition 2003, table 1.8 and example 5.1: ages 10 to 18, and more.
    const bins = binsOf([
      [4, 0, 0],
      [12, 0, 0],
      [19, 0, 2],
      [24, 1, 15],
      [20, 2, 24],
      [13, 3, 18],
      [3, 2, 14],
      [1, 3, 6],
      [0, 1, 0],
      [4, 0, 0],
    ]);
    let left = 1;
    const survival = estimate(bins).shares.map((share) => {
      left -= share;
      return Math.round(left * 1000) / 1000;
    });
    expect(survival.slice(0, -1)).toEqual([0.977, 0.906, 0.794, 0.651, 0.516, 0.392, 0.345, 0.308, 0.308]);
    expect(survival.at(-1)).toBeCloseTo(0, 6);
  });

  it("is the Kaplan–Meier estimate when nothing is left-censored", () => {
    fc.assert(
      fc.property(arbitraryBins, (mixed) => {
        const bins = mixed.map((bin) => ({ ...bin, leftCensored: 0 }));
        fc.pre(bins.some(({ exact, rightCensored }) => exact + rightCensored > 0));
        const { shares } = estimate(bins);
        let left = 1;
        const steps = kaplanMeier(
          bins.map((bin) => ({ ...bin, events: bin.exact, censored: bin.rightCensored })),
        );
        for (const [index, { survival }] of steps.entries()) {
          left -= shares[index]!;
          expect(left).toBeCloseTo(survival, 4);
        }
      }),
    );
  });

  it("adds up to one, and no shift of mass makes what was seen likelier", () => {
    fc.assert(
      fc.property(arbitraryBins, fc.nat(100), fc.nat(100), (bins, source, target) => {
        // Not held to have converged: some of the drawn ones hardly move any more before they do.
        const { shares, below, above } = turnbull(bins)!;
        const cells = [below.share, ...shares, above.share];
        expect(cells.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
        const best = logLikelihood(bins, cells);
        const from = source % cells.length;
        const moved = cells[from]! * 0.01;
        const shifted = cells.map((share, at) => (at === from ? share - moved : share));
        shifted[target % cells.length]! += moved;
        expect(logLikelihood(bins, shifted)).toBeLessThanOrEqual(best + 1e-4);
      }),
      { numRuns: 1000 },
    );
  });

  it("comes to an end where a share only creeps towards none", () => {
    const { shares, iterations } = estimate(
      binsOf([
        [1, 1, 2],
        [0, 3, 0],
        [3, 0, 0],
      ]),
    );
    expect(iterations).toBeGreaterThan(100);
    expect(shares.map((share) => Math.round(share * 1000) / 1000)).toEqual([0.5, 0, 0.5]);
  });

  it("says what nothing exact can place, and where it lies beyond", () => {
    const { shares, below, above } = estimate(
      binsOf([
        [0, 2, 0],
        [6, 0, 0],
        [0, 0, 2],
      ]),
    );
    expect(below).toEqual({ share: expect.closeTo(0.2, 9), edge: 10 });
    expect(above).toEqual({ share: expect.closeTo(0.2, 9), edge: 30 });
    expect(shares[1]).toBeCloseTo(0.6, 9);
  });

  it("puts between what must lie between, evenly over the bins in question", () => {
    const { shares, below, above } = estimate(
      binsOf([
        [0, 0, 3],
        [0, 0, 0],
        [0, 3, 0],
      ]),
    );
    expect([below.share, above.share]).toEqual([0, 0]);
    expect(shares).toEqual([0, expect.closeTo(0.5, 9), expect.closeTo(0.5, 9)]);
  });

  it("is absent when nothing was seen", () => {
    expect(turnbull([])).toBeUndefined();
    expect(turnbull(binsOf([[0, 0, 0]]))).toBeUndefined();
  });

  it("refuses counts that are none", () => {
    expect(() => turnbull(binsOf([[1, -1, 0]]))).toThrow(RangeError);
  });
});
