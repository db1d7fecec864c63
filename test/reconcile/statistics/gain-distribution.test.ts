import { describe, expect, it } from "vitest";
import { gainQuantile, shareBelow } from "../../../src/reconcile/statistics/gain-distribution.ts";
import type { GainEstimate } from "../../../src/reconcile/statistics/turnbull.ts";

const BINS = [
  { from: -60, to: 0 },
  { from: 0, to: 0 },
  { from: 0, to: 60 },
  { from: 60, to: 120 },
];

const ESTIMATE: GainEstimate = {
  shares: [0.1, 0.05, 0.25, 0.4],
  below: { share: 0.05, edge: -30 },
  above: { share: 0.15, edge: 100 },
  iterations: 1,
  converged: true,
};

describe("shareBelow", () => {
  it("is certain where a bin begins, and does not count those exactly there", () => {
    expect(shareBelow(BINS, ESTIMATE, 0)).toEqual({
      lower: expect.closeTo(0.15, 10),
      upper: expect.closeTo(0.15, 10),
    });
  });

  it("leaves open what lies in the bin that the value cuts", () => {
    expect(shareBelow(BINS, ESTIMATE, 30)).toEqual({
      lower: expect.closeTo(0.2, 10),
      upper: expect.closeTo(0.45, 10),
    });
  });

  it("leaves open what nothing exact could place", () => {
    expect(shareBelow(BINS, ESTIMATE, -40)).toEqual({ lower: 0, upper: expect.closeTo(0.15, 10) });
    expect(shareBelow(BINS, ESTIMATE, 130)).toEqual({
      lower: expect.closeTo(0.85, 10),
      upper: expect.closeTo(1, 10),
    });
  });
});

describe("gainQuantile", () => {
  it("finds the bin in which the share is reached", () => {
    expect(gainQuantile(BINS, ESTIMATE, 0.5)).toEqual({ kind: "reached", from: 60, to: 120 });
    expect(gainQuantile(BINS, ESTIMATE, 0.2)).toEqual({ kind: "reached", from: 0, to: 0 });
  });

  it("says on which side of what was seen it lies otherwise", () => {
    expect(gainQuantile(BINS, ESTIMATE, 0.05)).toEqual({ kind: "below", edge: -30 });
    expect(gainQuantile(BINS, ESTIMATE, 0.95)).toEqual({ kind: "above", edge: 100 });
  });
});
