import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findUsual } from "../../../src/reconcile/file-calendar/outliers.ts";

describe("findUsual", () => {
  it("knows nothing of fewer than four values", () => {
    expect(findUsual([1, 1, 1])).toBeUndefined();
    expect(findUsual([1, 1, 1, 1])).toEqual({ median: 1, lower: 1, upper: 1 });
  });

  it("goes by the median and its absolute deviations", () => {
    // The deviations from 10 are 2 1 0 0 1 2 2, their median 1: 10 - 3 × 1.4826.
    expect(findUsual([8, 9, 10, 10, 11, 12, 12])).toMatchObject({ median: 10, lower: 10 - 4.4478 });
  });

  it("is not moved by one bad value of eight", () => {
    expect(findUsual([4, 4, 4, 4, 4, 4, 4, 0])).toEqual({ median: 4, lower: 4, upper: 4 });
    expect(findUsual([4, 4, 4, 4, 4, 4, 0])).toMatchObject({ lower: 0 });
  });

  it("finds at most one value in n+1 unusual on each side, or two of more than eight (property)", () => {
    const values = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 5, maxLength: 20 });
    fc.assert(
      fc.property(values, (all) => {
        const isLow = (value: number, i: number) => {
          const usual = findUsual(all.toSpliced(i, 1));
          return usual !== undefined && value < usual.lower;
        };
        expect(all.filter(isLow).length).toBeLessThanOrEqual(all.length > 8 ? 2 : 1);
      }),
    );
  });
});
