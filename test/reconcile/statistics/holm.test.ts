import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { holm } from "../../../src/reconcile/statistics/holm.ts";

const rounded = (values: readonly number[]): number[] => values.map((value) => Math.round(value * 1e6) / 1e6);

describe("holm", () => {
  it("adjusts as R does", () => {
    // R 4: p.adjust(p, "holm")
    expect(rounded(holm([0.01, 0.02, 0.03, 0.04, 0.05]))).toEqual([0.05, 0.08, 0.09, 0.09, 0.09]);
    expect(rounded(holm([0.04, 0.001, 0.3]))).toEqual([0.08, 0.003, 0.3]);
    expect(holm([0.9, 0.8])).toEqual([1, 1]);
    expect(holm([])).toEqual([]);
  });

  it("calls the same tests significant as stepping down by hand does", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 0.2, noNaN: true }), { maxLength: 8 }), (pValues) => {
        const alpha = 0.05;
        const order = pValues.map((_, index) => index).toSorted((a, b) => pValues[a]! - pValues[b]!);
        const rejected = new Set<number>();
        for (const [rank, index] of order.entries()) {
          if (pValues[index]! * (pValues.length - rank) > alpha) break;
          rejected.add(index);
        }
        const adjusted = holm(pValues);
        for (const index of pValues.keys()) expect(adjusted[index]! <= alpha).toBe(rejected.has(index));
      }),
    );
  });
});
