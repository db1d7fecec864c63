import { assertAscending, type Bin } from "./bins.ts";
import { assertCount } from "./proportion.ts";

/**
 * The gain `received by the old feed − received by the new`, where one of the
 * two may still be missing.
 *
 * - Both have it: exact.
 * - Only the new feed has it: the gain is at least the old feed's watermark less
 *   what the new one received: right-censored there.
 * - Only the old feed has it: the gain is at most what the old one received less
 *   the new feed's watermark: left-censored there.
 */
export interface GainBin extends Bin {
  readonly exact: number;
  /** Known only to lie in this bin or a lower one. */
  readonly leftCensored: number;
  /** Known only to lie in a higher bin. */
  readonly rightCensored: number;
}

export interface GainEstimate {
  /** The estimated share in each bin; with `below` and `above` together 1. */
  readonly shares: readonly number[];
  /** The share before `edge`, below every exact value: left-censored, and nothing exact to place it by. */
  readonly below: Outside;
  /** The share from `edge` on, above every exact value. */
  readonly above: Outside;
  readonly iterations: number;
  /** Whether the shares stood still at the end. */
  readonly converged: boolean;
}

/** `edge` is `null` when there is no such share. */
export interface Outside {
  readonly share: number;
  readonly edge: number | null;
}

const STANDS_STILL = 1e-12;
const MOST_ITERATIONS = 50_000;

/**
 * The self-consistent (maximum likelihood) estimate from doubly censored
 * counts: each censored one is spread over the bins it may lie in, as the
 * estimate itself says, until nothing moves. Without left-censored counts it is
 * the Kaplan–Meier estimate.
 *
 * @returns `undefined` when nothing was observed
 * @throws RangeError for bins that do not ascend, or impossible counts
 * @see B. W. Turnbull, "Nonparametric Estimation of a Survivorship Function with Doubly
 *   Censored Data", JASA 69, 1974, https://doi.org/10.1080/01621459.1974.10480146
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

  const { belowEdge, aboveEdge } = edgesOf(bins);
  const start = [belowEdge === null ? 0 : 1, ...bins.map(({ exact }) => exact), aboveEdge === null ? 0 : 1];
  const sum = start.reduce((left, right) => left + right, 0);
  let cells = start.map((count) => count / sum);
  for (let iterations = 1; ; iterations += 1) {
    const next = spread(bins, cells).map((count) => count / total);
    const moved = next.reduce((most, share, at) => Math.max(most, Math.abs(share - (cells[at] ?? 0))), 0);
    cells = next;
    const converged = moved <= STANDS_STILL;
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

/**
 * The likelihood is greatest with mass only where something exact lies, and
 * outside where censored ones have nothing exact on their side. Elsewhere none
 * is put at the start, and so none ever comes.
 */
function edgesOf(bins: readonly GainBin[]): { belowEdge: number | null; aboveEdge: number | null } {
  const firstExact = bins.findIndex(({ exact }) => exact > 0);
  const lastExact = bins.findLastIndex(({ exact }) => exact > 0);
  const firstLeft = bins.findIndex(({ leftCensored }) => leftCensored > 0);
  const lastRight = bins.findLastIndex(({ rightCensored }) => rightCensored > 0);
  const isBelow = firstLeft !== -1 && (firstExact === -1 || firstLeft < firstExact);
  const isAbove = lastRight !== -1 && (lastExact === -1 || lastRight >= lastExact);
  return {
    belowEdge: isBelow ? (bins[firstLeft]?.to ?? null) : null,
    aboveEdge: isAbove ? (bins[lastRight]?.to ?? null) : null,
  };
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
