import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { assignByEither, assignByTime } from "../../src/reconcile/assign.ts";
import { assignByTrying } from "../support/oracle.ts";

const LIMIT = 120;

const arbitraryTimes = fc
  .array(fc.constantFrom(0, 1, 30, 60, 90, 119, 120, 121, 180, 240, 241, 300, 360, 1000), { maxLength: 6 })
  .map((times) => times.toSorted((a, b) => a - b));

/** With and without a second instant, an "hour" (400) later. */
const arbitraryInstants = arbitraryTimes.chain((times) =>
  fc.tuple(...times.map((at) => fc.constantFrom([at], [at, at + 400]))),
);

function distance(firsts: readonly number[], second: number | undefined): number | null {
  const apart = Math.min(...firsts.map((first) => Math.abs(first - (second ?? Number.NaN))));
  return apart <= LIMIT ? apart : null;
}

describe("assignByTime", () => {
  it("finds the assignment that trying every one finds", () => {
    fc.assert(
      fc.property(arbitraryTimes, arbitraryTimes, (first, second) => {
        const expected = assignByTrying(first.length, second.length, (i, j) =>
          distance([first[i] ?? Number.NaN], second[j]),
        );
        expect(assignByTime(first, second, LIMIT)).toEqual(expected);
      }),
      { numRuns: 5000 },
    );
  });

  it("prefers more pairs to less distance", () => {
    expect(assignByTime([0, 100], [100, 200], LIMIT)).toEqual([
      [0, 0],
      [1, 1],
    ]);
  });

  it("prefers less distance among as many pairs", () => {
    expect(assignByTime([0, 100], [90], LIMIT)).toEqual([[1, 0]]);
  });

  it("takes the earliest among equals, in the first list", () => {
    expect(assignByTime([0, 100], [50], LIMIT)).toEqual([[0, 0]]);
  });

  it("takes the earliest among equals, in the second list", () => {
    expect(assignByTime([50], [0, 100], LIMIT)).toEqual([[0, 0]]);
  });

  it("takes the earliest among equals after one that has no partner at all", () => {
    expect(assignByTime([0, 1000], [950, 1050], LIMIT)).toEqual([[1, 0]]);
  });

  it("pairs at the limit and not beyond", () => {
    expect(assignByTime([0], [120], LIMIT)).toEqual([[0, 0]]);
    expect(assignByTime([0], [121], LIMIT)).toEqual([]);
    expect(assignByTime([0, 1000], [121], LIMIT)).toEqual([]);
  });

  it("has nothing to pair where a side is empty", () => {
    expect(assignByTime([], [1], LIMIT)).toEqual([]);
    expect(assignByTime([1], [], LIMIT)).toEqual([]);
  });
});

describe("assignByEither", () => {
  it("finds the assignment that trying every one finds, either instant counting", () => {
    fc.assert(
      fc.property(arbitraryInstants, arbitraryTimes, (first, second) => {
        const expected = assignByTrying(first.length, second.length, (i, j) =>
          distance(first[i] ?? [], second[j]),
        );
        expect(assignByEither(first, second, LIMIT)).toEqual(expected);
      }),
      { numRuns: 3000 },
    );
  });

  it("crosses where the later instants ask for it", () => {
    const crossing = assignByEither([[0, 400], [10]], [10, 400], LIMIT);
    expect(crossing).toEqual([
      [0, 1],
      [1, 0],
    ]);
  });
});
