import { describe, expect, it } from "vitest";
import { measureSkew } from "../../../src/reconcile/speed/measure-skew.ts";

describe("measureSkew", () => {
  it("gives the median, its exact interval and the spread", () => {
    // 100 pairs: the ranks of the interval at 95 % are 40 and 61 (Conover 1999, 3.2; binomial of 100 and a half).
    const seconds = new Map([
      [-40, 5],
      [1, 35],
      [3, 20],
      [7, 35],
      [50, 5],
    ]);
    expect(measureSkew(seconds, 0.95)).toEqual({
      pairs: 100,
      median: 3,
      medianInterval: { from: 1, to: 7 },
      p5: -40,
      p95: 7,
      matters: true,
    });
  });

  it("matters above two seconds only, in either direction", () => {
    const matters = (at: number) => measureSkew(new Map([[at, 9]]), 0.95)?.matters;
    expect([-3, -2, 0, 2, 3].map(matters)).toEqual([true, false, false, false, true]);
  });

  it("is nothing without pairs", () => {
    expect(measureSkew(new Map(), 0.95)).toBeNull();
  });
});
