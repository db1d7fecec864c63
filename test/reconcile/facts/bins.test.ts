import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { boundsOf, middleOf, toBin } from "../../../src/reconcile/facts/bins.ts";

describe("bins of durations", () => {
  it("hold each duration between their bounds, on its own side of nothing", () => {
    fc.assert(
      fc.property(fc.integer({ min: -400_000, max: 400_000 }), (seconds) => {
        const bin = toBin(seconds);
        const { from, to } = boundsOf(bin);
        expect(seconds).toBeGreaterThanOrEqual(from - 1e-6);
        expect(seconds).toBeLessThanOrEqual(to + 1e-6);
        expect(toBin(-seconds)).toBe(bin === 0 ? 0 : -bin);
      }),
    );
  });

  it("grow by less than a fifth and stand for their middle", () => {
    for (const bin of [-80, -12, 0, 1, 4, 40, 73]) {
      expect(toBin(middleOf(bin))).toBe(bin);
      const { from, to } = boundsOf(bin);
      expect(1 + Math.max(Math.abs(from), Math.abs(to))).toBeLessThan((1 + Math.abs(middleOf(bin))) * 1.2);
    }
  });
});
