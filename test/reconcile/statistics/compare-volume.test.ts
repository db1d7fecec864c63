import { describe, expect, it } from "vitest";
import { compareVolume, type VolumeComparison } from "../../../src/reconcile/statistics/compare-volume.ts";
import { normalQuantile } from "../../../src/reconcile/statistics/normal.ts";
import { Prng } from "../../../src/sandbox/prng.ts";

const POLICY = { leastDays: 6, significance: 0.001 };
const MONDAYS = [9800, 10_350, 10_120, 9640, 10_480, 10_010, 9900, 10_230];

function judged(comparison: VolumeComparison): Exclude<VolumeComparison, { kind: "not_enough_history" }> {
  if (comparison.kind === "not_enough_history") throw new Error("not enough history");
  return comparison;
}

describe("compareVolume", () => {
  // scipy 1.17.1: stats.t.sf and stats.t.ppf on √(count + ⅜) of the same days, 7 degrees of freedom.
  it.each([
    [10_200, "usual", 0.6675808112216065],
    [8900, "usual", 0.005303211503662617],
    [5000, "low", 2.157566282144904e-7],
    [11_800, "high", 0.0008780158944992064],
  ])("calls %s after eight Mondays of some ten thousand %s", (today, kind, pValue) => {
    const comparison = judged(compareVolume(MONDAYS, today, POLICY));
    expect(comparison.kind).toBe(kind);
    expect(comparison.pValue).toBeCloseTo(pValue, 10);
    expect(comparison.expected).toBeCloseTo(10_064.4956, 3);
    expect([comparison.lower, comparison.upper]).toEqual([8501, 11_760]);
  });

  it("calls a day usual from the lower limit to the upper one, and not beyond", () => {
    const kindOf = (today: number) => compareVolume(MONDAYS, today, POLICY).kind;
    expect([8500, 8501, 11_760, 11_761].map(kindOf)).toEqual(["low", "usual", "usual", "high"]);
  });

  it("has no answer before enough days of this weekday", () => {
    expect(compareVolume([], 5, POLICY)).toEqual({ kind: "not_enough_history", days: 0, setAside: [] });
    expect(compareVolume(MONDAYS.slice(0, 5), 0, POLICY).kind).toBe("not_enough_history");
  });

  it("learns nothing from a holiday, and still notices that half is missing", () => {
    const withHoliday = [...MONDAYS.slice(0, 3), 12, ...MONDAYS.slice(3)];
    const comparison = judged(compareVolume(withHoliday, 5000, POLICY));
    expect(comparison.setAside).toEqual([3]);
    expect(comparison.kind).toBe("low");
  });

  it("never takes days that happened to be alike for a promise", () => {
    const alike = [100, 100, 100, 100, 100, 100];
    expect(compareVolume(alike, 110, POLICY).kind).toBe("usual");
    expect(compareVolume([0, 0, 0, 0, 0, 0], 1, POLICY).kind).toBe("usual");
    expect(compareVolume(alike, 0, POLICY).kind).toBe("low");
  });

  it("raises about as many false alarms as it may, where counts vary far more than Poisson's", () => {
    const prng = new Prng(1948);
    const normal = (): number => normalQuantile((prng.bits() + 0.5) / 2 ** 32);
    const falseAlarms = (days: number, spread: number): number => {
      let alarms = 0;
      for (let round = 0; round < 4000; round += 1) {
        const [today = 0, ...history] = Array.from({ length: days + 1 }, () =>
          Math.round(10_000 * Math.exp(spread * normal())),
        );
        const { kind } = compareVolume(history, today, { leastDays: 4, significance: 0.01 });
        if (kind === "low" || kind === "high") alarms += 1;
      }
      return alarms / 4000;
    };
    for (const [days, spread] of [
      [6, 0.1],
      [8, 0.1],
      [8, 0.3],
      [26, 0.1],
    ] as const) {
      expect(falseAlarms(days, spread)).toBeGreaterThan(0.004);
      expect(falseAlarms(days, spread)).toBeLessThan(0.025);
    }
  });

  it.each([
    [[1.5], 1, POLICY],
    [[1], -1, POLICY],
    [[1], 1, { ...POLICY, leastDays: 2 }],
    [[1], 1, { ...POLICY, significance: 0 }],
  ])("refuses %o, %s with %o", (history, today, policy) => {
    expect(() => compareVolume(history, today, policy)).toThrow(RangeError);
  });
});
