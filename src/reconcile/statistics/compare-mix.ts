import { chiSquareSurvival } from "./chi-square.ts";
import { assertCount } from "./proportion.ts";

/** How often each category was seen. */
export type Mix = ReadonlyMap<string, number>;

/** What is compared: one category, or the rare ones together. */
export interface MixCell {
  readonly categories: readonly string[];
  readonly learnt: number;
  readonly current: number;
}

export type MixComparison = MixFacts &
  (
    | { readonly kind: "not_enough_data" }
    | {
        readonly kind: "compared";
        readonly chiSquare: number;
        readonly degreesOfFreedom: number;
        /** Of this test alone: `judgeMixes` corrects for several. */
        readonly pValue: number;
        /** Population stability index: 0 the same; by custom, more than 0.1 is a shift and more than 0.25 a great one. */
        readonly stabilityIndex: number;
      }
  );

interface MixFacts {
  readonly cells: readonly MixCell[];
  /** Seen now and never before; in order. No statistics needed, and none applied. */
  readonly appeared: readonly string[];
  /** Not seen now, where at least five were to be expected; in order. */
  readonly vanished: readonly string[];
}

/** Below it the chi-square distribution is no good guide (W. G. Cochran, "Some Methods for Strengthening the Common χ² Tests", 1954). */
const LEAST_EXPECTED = 5;

/**
 * Whether two mixes can come from the same one: Pearson's chi-square test of
 * homogeneity, in which what was learnt is a sample too. Categories of which
 * fewer than five are expected in either mix are counted together, with the
 * next rarest if need be.
 *
 * @throws RangeError for impossible counts
 * @see N. Siddiqi, "Credit Risk Scorecards", 2006, for the stability index and its customary limits
 */
export function compareMix(learnt: Mix, current: Mix): MixComparison {
  const learntTotal = totalOf(learnt);
  const currentTotal = totalOf(current);
  const names = [...new Set([...learnt.keys(), ...current.keys()])].toSorted();
  const single = names.map((name) => ({
    categories: [name],
    learnt: learnt.get(name) ?? 0,
    current: current.get(name) ?? 0,
  }));
  const expectedNow = currentTotal / learntTotal;
  const cells = mergeRare(single, Math.min(learntTotal, currentTotal) / (learntTotal + currentTotal));
  const facts: MixFacts = {
    cells,
    appeared: single
      .filter((cell) => cell.learnt === 0 && cell.current > 0)
      .flatMap(({ categories }) => categories),
    vanished: single
      .filter((cell) => cell.current === 0 && cell.learnt * expectedNow >= LEAST_EXPECTED)
      .flatMap(({ categories }) => categories),
  };
  if (cells.length < 2) return { kind: "not_enough_data", ...facts };

  let chiSquare = 0;
  let stabilityIndex = 0;
  const halves = cells.length / 2;
  for (const cell of cells) {
    const both = cell.learnt + cell.current;
    for (const [seen, total] of [
      [cell.learnt, learntTotal],
      [cell.current, currentTotal],
    ] as const) {
      const expected = (both * total) / (learntTotal + currentTotal);
      chiSquare += (seen - expected) ** 2 / expected;
    }
    // Half an observation more in each cell, so that an empty one does not make the index infinite.
    const before = (cell.learnt + 0.5) / (learntTotal + halves);
    const now = (cell.current + 0.5) / (currentTotal + halves);
    stabilityIndex += (now - before) * Math.log(now / before);
  }
  const degreesOfFreedom = cells.length - 1;
  const pValue = chiSquareSurvival(chiSquare, degreesOfFreedom);
  return { kind: "compared", chiSquare, degreesOfFreedom, pValue, stabilityIndex, ...facts };
}

function totalOf(mix: Mix): number {
  let total = 0;
  for (const [category, count] of mix) {
    assertCount(category, count);
    total += count;
  }
  return total;
}

/** @param smallerShare the share of all observations that the smaller mix holds */
function mergeRare(single: readonly MixCell[], smallerShare: number): MixCell[] {
  const isEnough = ({ learnt, current }: MixCell): boolean =>
    (learnt + current) * smallerShare >= LEAST_EXPECTED;
  // A stable sort: equals stay in the order of their names.
  const rarestFirst = single
    .filter(({ learnt, current }) => learnt + current > 0)
    .toSorted((left, right) => left.learnt + left.current - right.learnt - right.current);
  const cells: MixCell[] = [];
  let rare: MixCell | undefined;
  for (const cell of rarestFirst) {
    if (isEnough(cell) && (rare === undefined || isEnough(rare))) {
      cells.push(cell);
      continue;
    }
    rare = {
      categories: [...(rare?.categories ?? []), ...cell.categories],
      learnt: (rare?.learnt ?? 0) + cell.learnt,
      current: (rare?.current ?? 0) + cell.current,
    };
  }
  if (rare === undefined) return cells;
  return isEnough(rare) ? [rare, ...cells] : [];
}
