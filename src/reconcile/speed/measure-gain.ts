import { toBin } from "../facts/bins.ts";
import { HOUR_SECONDS } from "../facts/sums.ts";
import type { GainBin } from "../statistics/gain-bin.ts";
import { type GainReach, gainQuantile, shareBelow } from "../statistics/gain-distribution.ts";
import type { Interval } from "../statistics/proportion.ts";
import { histogramQuantile, histogramQuantileInterval } from "../statistics/quantiles.ts";
import { type GainEstimate, turnbull } from "../statistics/turnbull.ts";
import { wilsonInterval } from "../statistics/wilson.ts";
import { binBefore, type Range, toDurationBin, toHistogramBins, toRange } from "./duration-bins.ts";
import type { Watermarks } from "./measure-lags.ts";
import { countOf, type Histogram, type Untold } from "./speed-counts.ts";

/** The carrier says that the new feed is this much faster, in seconds. */
export const CLAIM = { from: 5 * 60, to: 6 * HOUR_SECONDS } as const;

/** Episodes of which one side or both have told. */
export interface GainCounts {
  readonly exact: Histogram;
  readonly onlyLegacy: readonly Untold[];
  readonly onlyNew: readonly Untold[];
}

/** By how many seconds the new feed was received before the old one; negative where it was slower. */
export interface Gain {
  /** Episodes told by both, by the new side alone, by the old side alone. */
  readonly both: number;
  readonly onlyNew: number;
  readonly onlyLegacy: number;
  /**
   * Who was first. What one side alone has told it told first, once the other
   * side's watermark has passed its receipt; until then it is undecided.
   */
  readonly faster: number;
  readonly slower: number;
  readonly same: number;
  readonly undecided: number;
  /** faster ÷ (faster + slower + same); `null` of nothing. */
  readonly fasterShare: ShareWithInterval | null;
  readonly slowerShare: ShareWithInterval | null;
  /** `null` of nothing. */
  readonly distribution: GainDistribution | null;
  /** What leaving out all that only one side has told would say: for comparison only. */
  readonly pairsOnly: { readonly fasterShare: number; readonly median: Range } | null;
}

export interface ShareWithInterval extends Interval {
  readonly share: number;
}

export interface GainDistribution {
  readonly p5: Range;
  readonly p50: Range;
  readonly p95: Range;
  /** Of the median, by order statistics, with each one-sided episode at its worst: it holds whatever those come to. */
  readonly medianInterval: Range;
  /** The shares that lie below, within and above what the carrier says; a bin at an end may belong to either. */
  readonly claim: { readonly below: Interval; readonly within: Interval; readonly above: Interval };
  /** The estimated share by bin, ascending; `from` or `to` is `null` at an end without limit. */
  readonly shares: readonly (Range & { readonly share: number })[];
}

/**
 * Estimates the distribution of the gain from exact and one-sided episodes
 * (Turnbull, see `statistics/turnbull.ts`), and who was first with its interval
 * (Wilson, as if episodes were independent; those of one file are not, so that
 * it is rather too short).
 *
 * @param watermarks what a side has not told by then it tells later
 */
export function measureGain(counts: GainCounts, watermarks: Watermarks, confidence: number): Gain {
  const { exact } = counts;
  const sided = toLimits(counts, watermarks);
  const sum = (isIn: (bin: number) => boolean): number =>
    [...exact].reduce((total, [bin, count]) => (isIn(bin) ? total + count : total), 0);
  const faster = sum((bin) => bin > 0) + total(sided.above.filter(({ limit }) => limit >= 0));
  const slower = sum((bin) => bin < 0) + total(sided.below.filter(({ limit }) => limit <= 0));
  const same = sum((bin) => bin === 0);
  const decided = faster + slower + same;
  const shareOf = (hits: number): ShareWithInterval | null =>
    decided === 0
      ? null
      : { share: hits / decided, ...wilsonInterval({ hits, trials: decided }, confidence) };
  const both = countOf(exact);
  const onlyNew = total(counts.onlyNew);
  const onlyLegacy = total(counts.onlyLegacy);
  const median = histogramQuantile(toHistogramBins(exact), 0.5);
  return {
    both,
    onlyNew,
    onlyLegacy,
    faster,
    slower,
    same,
    undecided: both + onlyNew + onlyLegacy - decided,
    fasterShare: shareOf(faster),
    slowerShare: shareOf(slower),
    distribution: toDistribution(exact, sided, confidence),
    pairsOnly:
      median === undefined ? null : { fasterShare: sum((bin) => bin > 0) / both, median: toRange(median) },
  };
}

/** So many gains are more than `limit` seconds, or less. */
interface Limit {
  readonly limit: number;
  readonly count: number;
}

interface Limits {
  readonly above: readonly Limit[];
  readonly below: readonly Limit[];
}

/** A side that never spoke limits nothing. */
function toLimits({ onlyLegacy, onlyNew }: GainCounts, { legacy, new: newSide }: Watermarks): Limits {
  // A receipt is known to its hour: its end is the careful choice on both sides.
  const endOf = ({ hour }: Untold): number => (hour + 1) * HOUR_SECONDS;
  return {
    above:
      legacy === null
        ? []
        : onlyNew.map((untold) => ({ limit: legacy - endOf(untold), count: untold.count })),
    below:
      newSide === null
        ? []
        : onlyLegacy.map((untold) => ({ limit: endOf(untold) - newSide, count: untold.count })),
  };
}

function total(counted: readonly { readonly count: number }[]): number {
  return counted.reduce((sum, { count }) => sum + count, 0);
}

function toDistribution(
  exact: Histogram,
  { above, below }: Limits,
  confidence: number,
): GainDistribution | null {
  const right = toHistogram(above, binBefore);
  const left = toHistogram(below, toBin);
  const ids = [...new Set([...exact.keys(), ...right.keys(), ...left.keys()])].sort((a, b) => a - b);
  const bins = ids.map(
    (bin): GainBin => ({
      ...toDurationBin(bin),
      exact: exact.get(bin) ?? 0,
      leftCensored: left.get(bin) ?? 0,
      rightCensored: right.get(bin) ?? 0,
    }),
  );
  const estimate = turnbull(bins);
  if (estimate === undefined) return null;
  const quantile = (share: number): Range => fromReach(gainQuantile(bins, estimate, share));
  const atFrom = shareBelow(bins, estimate, CLAIM.from);
  const atTo = shareBelow(bins, estimate, CLAIM.to);
  return {
    p5: quantile(0.05),
    p50: quantile(0.5),
    p95: quantile(0.95),
    medianInterval: toMedianInterval(bins, confidence),
    claim: {
      below: clamp(atFrom.lower, atFrom.upper),
      within: clamp(atTo.lower - atFrom.upper, atTo.upper - atFrom.lower),
      above: clamp(1 - atTo.upper, 1 - atTo.lower),
    },
    shares: toShares(bins, estimate),
  };
}

function toHistogram(limits: readonly Limit[], toBinOf: (limit: number) => number): Map<number, number> {
  const histogram = new Map<number, number>();
  for (const { limit, count } of limits) {
    const bin = toBinOf(limit);
    histogram.set(bin, (histogram.get(bin) ?? 0) + count);
  }
  return histogram;
}

/** The lower limit as if all one-sided gains were as small as they may be, the upper as if as great. */
function toMedianInterval(bins: readonly GainBin[], confidence: number): Range {
  const leftCensored = bins.reduce((sum, bin) => sum + bin.leftCensored, 0);
  const rightCensored = bins.reduce((sum, bin) => sum + bin.rightCensored, 0);
  const least = histogramQuantileInterval(
    [
      { from: -Infinity, to: -Infinity, count: leftCensored },
      ...bins.map(({ from, to, exact, rightCensored: count }) => ({ from, to, count: exact + count })),
    ],
    0.5,
    confidence,
  );
  const greatest = histogramQuantileInterval(
    [
      ...bins.map(({ from, to, exact, leftCensored: count }) => ({ from, to, count: exact + count })),
      { from: Infinity, to: Infinity, count: rightCensored },
    ],
    0.5,
    confidence,
  );
  return toRange({ from: least?.from ?? -Infinity, to: greatest?.to ?? Infinity });
}

function toShares(
  bins: readonly GainBin[],
  { shares, below, above }: GainEstimate,
): GainDistribution["shares"] {
  const outer = (range: Range, share: number) => (share > 0 ? [{ ...range, share }] : []);
  return [
    ...outer(toRange({ from: -Infinity, to: below.edge ?? Infinity }), below.share),
    ...bins.flatMap((bin, at) => outer(toRange(bin), shares[at] ?? 0)),
    ...outer(toRange({ from: above.edge ?? -Infinity, to: Infinity }), above.share),
  ];
}

function fromReach(reach: GainReach): Range {
  if (reach.kind === "reached") return toRange(reach);
  return toRange(
    reach.kind === "below" ? { from: -Infinity, to: reach.edge } : { from: reach.edge, to: Infinity },
  );
}

/** Sums of shares may miss 0 and 1 by a rounding. */
function clamp(lower: number, upper: number): Interval {
  return { lower: Math.max(0, lower), upper: Math.min(1, upper) };
}
