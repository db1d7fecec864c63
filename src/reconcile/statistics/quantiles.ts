import { assertAscending, type Bin } from "./bins.ts";
import { binomialAtLeast, binomialAtMost } from "./exact-binomial.ts";
import { assertBetween0And1, assertCount } from "./proportion.ts";
import { bisectWhole } from "./search.ts";

/** Values of which only the bin is known. */
export interface HistogramBin extends Bin {
  readonly count: number;
}

/** The ranks, from 1, between which a quantile lies. */
export interface QuantileRanks {
  /** `null` when even the smallest value is not surely below. */
  readonly lower: number | null;
  /** `null` when even the greatest value is not surely above. */
  readonly upper: number | null;
  /** How likely the true quantile is between the two: at least the confidence asked for. */
  readonly coverage: number;
}

/**
 * The bin of a quantile: of the smallest value that has at least this share of
 * all at or below it. The value lies in the bin; where is not known.
 *
 * @param share 0.5 for the median
 * @returns `undefined` of nothing
 * @throws RangeError for bins that do not ascend, impossible counts or shares
 */
export function histogramQuantile(bins: readonly HistogramBin[], share: number): Bin | undefined {
  assertBetween0And1("share", share);
  const total = countOf(bins);
  return total === 0 ? undefined : binOfRank(bins, leastRank(total, share));
}

/**
 * The exact interval of a quantile by order statistics, for any distribution:
 * the number of values below the quantile is binomial. Each side has half of the error.
 *
 * @throws RangeError for impossible counts, shares or confidences
 * @see W. J. Conover, "Practical Nonparametric Statistics", 1999, 3.2
 */
export function quantileRanks(count: number, share: number, confidence: number): QuantileRanks {
  assertCount("count", count);
  assertBetween0And1("share", share);
  assertBetween0And1("confidence", confidence);
  const error = (1 - confidence) / 2;
  const atMost = (hits: number): number => binomialAtMost({ hits, trials: count }, share);
  const atLeast = (hits: number): number => binomialAtLeast({ hits, trials: count }, share);

  // The greatest rank with P(fewer than `rank` values lie below) ≤ error, the least with P(at least `rank` do) ≤ error.
  const lower = bisectWhole((rank) => rank === 0 || atMost(rank - 1) <= error, 0, count + 1);
  const upper = bisectWhole((rank) => atLeast(rank) > error, 0, count + 1) + 1;
  const missed = (lower === 0 ? 0 : atMost(lower - 1)) + (upper > count ? 0 : atLeast(upper));
  return {
    lower: lower === 0 ? null : lower,
    upper: upper > count ? null : upper,
    coverage: 1 - missed,
  };
}

/**
 * The interval of a quantile from a histogram: from the bin of the lower rank
 * to that of the upper one. An open side is infinite.
 *
 * @returns `undefined` of nothing
 */
export function histogramQuantileInterval(
  bins: readonly HistogramBin[],
  share: number,
  confidence: number,
): Bin | undefined {
  const total = countOf(bins);
  if (total === 0) return undefined;
  const { lower, upper } = quantileRanks(total, share, confidence);
  return {
    from: lower === null ? Number.NEGATIVE_INFINITY : binOfRank(bins, lower).from,
    to: upper === null ? Number.POSITIVE_INFINITY : binOfRank(bins, upper).to,
  };
}

function countOf(bins: readonly HistogramBin[]): number {
  assertAscending(bins);
  return bins.reduce((sum, { count }) => {
    assertCount("count", count);
    return sum + count;
  }, 0);
}

/** ⌈total · share⌉; 0.07 · 100 is a little more than 7, which must not make it the eighth. */
function leastRank(total: number, share: number): number {
  const product = total * share;
  const rounded = Math.round(product);
  return Math.max(1, Math.abs(product - rounded) <= product * 1e-12 ? rounded : Math.ceil(product));
}

function binOfRank(bins: readonly HistogramBin[], rank: number): Bin {
  let seen = 0;
  for (const { from, to, count } of bins) {
    seen += count;
    if (seen >= rank) return { from, to };
  }
  throw new RangeError(`rank ${rank} of ${seen} values`);
}
