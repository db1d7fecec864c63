import type { GainBin } from "./gain-bin.ts";

/** Where an estimate from censored counts may put mass, and with how much to start. */
export interface InnermostRanges {
  /** Where the range before all bins ends, and that after all begins; `null` where there is none. */
  readonly belowEdge: number | null;
  readonly aboveEdge: number | null;
  /** Of the cells: below, the bins, above. */
  readonly masses: readonly number[];
}

/**
 * Where mass may lie: the likelihood is greatest with all of it in the ranges
 * that begin where some observation's range begins and end where one ends, with
 * none beginning or ending between. Elsewhere none is put, and so none ever comes.
 *
 * @see B. W. Turnbull, "The Empirical Distribution Function with Arbitrarily Grouped, Censored
 *   and Truncated Data", JRSS B 38, 1976
 */
export function innermostRanges(bins: readonly GainBin[]): InnermostRanges {
  const masses = [0, ...bins.map(({ exact }) => exact), 0];
  let belowEdge: number | null = null;
  // The bin after which a range last began, and none has ended since; −1: the ranges of left-censored ones, before all bins.
  let open: number | null = -1;
  for (const [bin, { to, exact, leftCensored, rightCensored }] of bins.entries()) {
    if (exact > 0) {
      open = null;
    } else if (leftCensored > 0 && open !== null) {
      if (open === -1) {
        belowEdge = to;
        masses[0] = 1;
      } else {
        masses.fill(1 / (bin - open), open + 2, bin + 2);
      }
      open = null;
    }
    if (rightCensored > 0) open = bin;
  }
  const aboveEdge = open === null ? null : (bins[open]?.to ?? null);
  if (aboveEdge !== null) masses[masses.length - 1] = 1;
  return { belowEdge, aboveEdge, masses };
}
