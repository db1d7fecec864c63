import type { Bin } from "./bins.ts";
import { assertBetween0And1, type Interval } from "./proportion.ts";
import type { GainEstimate } from "./turnbull.ts";

/** A quantile of the gains as far as the bins can tell, or that it lies outside what was seen exactly. */
export type GainReach =
  | { readonly kind: "reached"; readonly from: number; readonly to: number }
  /** It is less than `edge`. */
  | { readonly kind: "below"; readonly edge: number }
  /** It is at least `edge`. */
  | { readonly kind: "above"; readonly edge: number };

/**
 * The share of gains less than `value`, as far as the bins can tell: `lower`
 * counts what certainly is, `upper` also the bin that `value` cuts. For "the
 * new feed was slower" ask for 0 and let a bin begin there.
 */
export function shareBelow(
  bins: readonly Bin[],
  { shares, below, above }: GainEstimate,
  value: number,
): Interval {
  const sumWhere = (isIn: (bin: Bin) => boolean): number =>
    shares.reduce((sum, share, at) => {
      const bin = bins[at];
      return bin !== undefined && isIn(bin) ? sum + share : sum;
    }, 0);
  const isBelowCertain = below.edge !== null && below.edge <= value;
  const mayBeAbove = above.edge !== null && above.edge < value;
  return {
    lower:
      (isBelowCertain ? below.share : 0) +
      sumWhere(({ from, to }) => (from === to ? to < value : to <= value)),
    upper: below.share + sumWhere(({ from }) => from < value) + (mayBeAbove ? above.share : 0),
  };
}

/**
 * Where this share of the gains lies at or below.
 *
 * @param share 0.5 for the median
 * @throws RangeError unless between 0 and 1
 */
export function gainQuantile(
  bins: readonly Bin[],
  { shares, below, above }: GainEstimate,
  share: number,
): GainReach {
  assertBetween0And1("share", share);
  let sum = below.share;
  if (below.edge !== null && sum >= share - ROUNDING) return { kind: "below", edge: below.edge };
  for (const [at, { from, to }] of bins.entries()) {
    sum += shares[at] ?? 0;
    if (sum >= share - ROUNDING) return { kind: "reached", from, to };
  }
  // Shares sum to 1, so that what is missing lies above.
  return { kind: "above", edge: above.edge ?? Number.POSITIVE_INFINITY };
}

/** What a sum of shares may miss its true value by. */
const ROUNDING = 1e-9;
