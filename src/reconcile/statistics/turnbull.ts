import { assertAscending } from "./bins.ts";
import type { GainBin } from "./gain-bin.ts";
import { innermostRanges } from "./innermost-ranges.ts";
import { assertCount } from "./proportion.ts";

export interface GainEstimate {
  /**
   * The estimated share in each bin; with `below` and `above` together 1. What lies between bins with exact
   * values, and which nothing exact can place, is spread evenly over the bins in question.
   */
  readonly shares: readonly number[];
  /** The share before `edge`, below all else: left-censored, and nothing exact to place it by. */
  readonly below: Outside;
  /** The share from `edge` on, above all else. */
  readonly above: Outside;
  readonly iterations: number;
  /** Whether the likelihood is as great as it gets. */
  readonly converged: boolean;
}

/** `edge` is `null` when there is no such share. */
export interface Outside {
  readonly share: number;
  readonly edge: number | null;
}

/** How much likelier, in logarithm and for each observation, what was seen could still become. */
const NEGLIGIBLE = 1e-8;
const MOST_ITERATIONS = 20_000;

/**
 * The self-consistent (maximum likelihood) estimate from doubly censored
 * counts: each censored one is spread over the bins it may lie in, as the
 * estimate itself says, until that makes no difference. Without left-censored
 * counts it is the Kaplan–Meier estimate. It comes without an interval.
 *
 * @returns `undefined` when nothing was observed
 * @throws RangeError for bins that do not ascend, or impossible counts
 * @see B. W. Turnbull, "Nonparametric Estimation of a Survivorship Function with Doubly
 *   Censored Data", JASA 69, 1974, 169–173
 */
export function turnbull(bins: readonly GainBin[]): GainEstimate | undefined {
  assertAscending(bins);
  let total = 0;
  for (const { exact, leftCensored, rightCensored } of bins) {
    assertCount("exact", exact);
    assertCount("left-censored", leftCensored);
    assertCount("right-censored", rightCensored);
    total += exact + leftCensored + rightCensored;
  }
  if (total === 0) return undefined;

  const { belowEdge, aboveEdge, masses } = innermostRanges(bins);
  const sum = masses.reduce((left, right) => left + right, 0);
  let cells = masses.map((mass) => mass / sum);
  for (let iterations = 1; ; iterations += 1) {
    const next = spread(bins, cells).map((count) => count / total);
    // By how much the fastest growing cell grows bounds what is still to be won, also where a share creeps towards 0
    // (B. G. Lindsay, "The Geometry of Mixture Likelihoods", 1983).
    const growth = next.reduce(
      (most, share, at) => Math.max(most, share > 0 ? share / (cells[at] ?? 0) : 0),
      0,
    );
    cells = next;
    const converged = growth - 1 <= NEGLIGIBLE;
    if (converged || iterations === MOST_ITERATIONS) {
      return {
        shares: cells.slice(1, -1),
        below: { share: cells.at(0) ?? 0, edge: belowEdge },
        above: { share: cells.at(-1) ?? 0, edge: aboveEdge },
        iterations,
        converged,
      };
    }
  }
}

/** The expected count of each cell (below, the bins, above) when censored ones lie as `cells` say. */
function spread(bins: readonly GainBin[], cells: readonly number[]): number[] {
  const cellOf = (at: number): number => cells[at] ?? 0;
  // What one unit of a cell's share gets from the censored ones that may lie in it.
  const pull = cells.map(() => 0);
  let mass = cellOf(cells.length - 1);
  const fromRight: number[] = bins.map(() => 0);
  for (let bin = bins.length - 1; bin >= 0; bin -= 1) {
    const { rightCensored = 0 } = bins[bin] ?? {};
    if (rightCensored > 0) fromRight[bin] = rightCensored / mass;
    mass += cellOf(bin + 1);
  }
  let gathered = 0;
  for (let bin = 0; bin < bins.length; bin += 1) {
    pull[bin + 1] = gathered;
    gathered += fromRight[bin] ?? 0;
  }
  pull[cells.length - 1] = gathered;

  mass = cellOf(0);
  const fromLeft = bins.map(({ leftCensored }, bin) => {
    mass += cellOf(bin + 1);
    return leftCensored > 0 ? leftCensored / mass : 0;
  });
  gathered = 0;
  for (let bin = bins.length - 1; bin >= 0; bin -= 1) {
    gathered += fromLeft[bin] ?? 0;
    pull[bin + 1] = (pull[bin + 1] ?? 0) + gathered;
  }
  pull[0] = gathered;
  return cells.map((share, at) => (bins[at - 1]?.exact ?? 0) + share * (pull[at] ?? 0));
}
