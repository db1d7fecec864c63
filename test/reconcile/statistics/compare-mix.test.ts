import { describe, expect, it } from "vitest";
import { compareMix, type MixComparison } from "../../../src/reconcile/statistics/compare-mix.ts";

function mixOf(...counts: readonly number[]): Map<string, number> {
  return new Map(counts.map((count, index) => [`status ${String.fromCharCode(97 + index)}`, count]));
}

function compared(comparison: MixComparison): Extract<MixComparison, { kind: "compared" }> {
  if (comparison.kind !== "compared") throw new Error("not compared");
  return comparison;
}

/** The ways to choose, as a number: small ones only. */
function choose(n: number, k: number): number {
  let ways = 1;
  for (let at = 1; at <= k; at += 1) ways = (ways * (n - k + at)) / at;
  return ways;
}

describe("compareMix", () => {
  it("gives the chi-square of scipy's own example", () => {
    // scipy 1.17.1, documentation of stats.chi2_contingency: [[10, 10, 20], [20, 20, 20]].
    const { chiSquare, pValue, degreesOfFreedom } = compared(
      compareMix(mixOf(10, 10, 20), mixOf(20, 20, 20)),
    );
    expect(chiSquare).toBeCloseTo(2.7777777777777777, 12);
    expect(pValue).toBeCloseTo(0.24935220877729622, 12);
    expect(degreesOfFreedom).toBe(2);
  });

  it("gives the stability index by hand", () => {
    // Shares 0.5, 0.3, 0.2 against 0.4, 0.3, 0.3: 0.1 ln 1.25 + 0 + 0.1 ln 1.5. The half observations do not count here.
    const { stabilityIndex } = compared(compareMix(mixOf(5e6, 3e6, 2e6), mixOf(4e6, 3e6, 3e6)));
    expect(stabilityIndex).toBeCloseTo(0.1 * Math.log(1.25) + 0.1 * Math.log(1.5), 6);
  });

  it("comes close to the exact test that goes through all tables with the same sums", () => {
    const [learnt, current] = [mixOf(24, 30, 16), mixOf(6, 12, 12)];
    const columns = [30, 42, 28];
    const total = (row: readonly number[]): number => row.reduce((sum, count) => sum + count, 0);
    const chiSquare = (row: readonly number[]): number =>
      row.reduce((sum, count, at) => {
        const [here, there] = [columns[at]! * 0.3, columns[at]! * 0.7];
        return sum + (count - here) ** 2 / here + (columns[at]! - count - there) ** 2 / there;
      }, 0);
    const seen = chiSquare([6, 12, 12]);
    let exact = 0;
    for (let a = 0; a <= 30; a += 1) {
      for (let b = 0; a + b <= 30; b += 1) {
        const row = [a, b, 30 - a - b];
        if (row[2]! > columns[2]! || chiSquare(row) < seen - 1e-9) continue;
        exact +=
          row.reduce((product, count, at) => product * choose(columns[at]!, count), 1) /
          choose(total(columns), 30);
      }
    }
    const { pValue, chiSquare: found } = compared(compareMix(learnt, current));
    expect(found).toBeCloseTo(seen, 9);
    expect(Math.abs(pValue - exact)).toBeLessThan(0.02);
  });

  it("calls the same mix another about as often as its p-value says, also with rare categories", () => {
    // All outcomes of 40 with shares 0.6, 0.25, 0.1, 0.05, against the same learnt from a million.
    const shares = [0.6, 0.25, 0.1, 0.05];
    const learnt = mixOf(600_000, 250_000, 100_000, 50_000);
    let wrong = 0;
    for (let a = 0; a <= 40; a += 1) {
      for (let b = 0; a + b <= 40; b += 1) {
        for (let c = 0; a + b + c <= 40; c += 1) {
          const counts = [a, b, c, 40 - a - b - c];
          const ways = choose(40, a) * choose(40 - a, b) * choose(40 - a - b, c);
          const chance = counts.reduce((product, count, at) => product * shares[at]! ** count, ways);
          if (chance < 1e-9) continue;
          if (compared(compareMix(learnt, mixOf(...counts))).pValue <= 0.05) wrong += chance;
        }
      }
    }
    expect(wrong).toBeGreaterThan(0.035);
    expect(wrong).toBeLessThan(0.06);
  });

  it("counts rare categories together, with the next rarest if need be", () => {
    const { cells } = compareMix(mixOf(500, 400, 3, 2, 60), mixOf(50, 40, 0, 1, 6));
    expect(cells).toEqual([
      { categories: ["status c", "status d", "status e"], learnt: 65, current: 7 },
      { categories: ["status b"], learnt: 400, current: 40 },
      { categories: ["status a"], learnt: 500, current: 50 },
    ]);
  });

  it("names what appeared, and what vanished although some were to be expected", () => {
    const { appeared, vanished } = compareMix(mixOf(5000, 300, 10), mixOf(500, 0, 0, 1));
    expect(appeared).toEqual(["status d"]);
    expect(vanished).toEqual(["status b"]);
  });

  it("has no answer where too little was seen, or only one category", () => {
    expect(compareMix(mixOf(), mixOf()).kind).toBe("not_enough_data");
    expect(compareMix(mixOf(1000, 1000), mixOf(3, 2)).kind).toBe("not_enough_data");
    expect(compareMix(mixOf(1000), mixOf(1000)).kind).toBe("not_enough_data");
    expect(compareMix(mixOf(), mixOf(1000, 1000))).toMatchObject({
      kind: "not_enough_data",
      appeared: ["status a", "status b"],
    });
  });

  it("does not depend on the order of the categories", () => {
    const turned = (mix: Map<string, number>) => new Map([...mix].toReversed());
    const [learnt, current] = [mixOf(500, 400, 3, 3, 40), mixOf(50, 40, 1, 1, 4)];
    expect(compareMix(turned(learnt), turned(current))).toEqual(compareMix(learnt, current));
  });
});
