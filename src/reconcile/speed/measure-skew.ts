import { histogramQuantile, histogramQuantileInterval } from "../statistics/quantiles.ts";
import type { Range } from "./duration-bins.ts";
import { toRange } from "./duration-bins.ts";
import { countOf, type Histogram } from "./speed-counts.ts";

/** From here on a clock is said to be wrong; seconds. */
export const SKEW_THAT_MATTERS = 2;

/** How far the new feed's clock is ahead of the old feed's, by agreed pairs; seconds, negative: behind. */
export interface Skew {
  readonly pairs: number;
  readonly median: number;
  readonly medianInterval: Range;
  readonly p5: number;
  readonly p95: number;
  /** Whether the median is more than {@link SKEW_THAT_MATTERS} away from nothing. */
  readonly matters: boolean;
}

/**
 * The median of new time minus old time over agreed pairs, with its exact
 * interval. Pairs agree within the tolerance only: a clock that is further off
 * shows in `time_mismatch`.
 *
 * @param seconds how often each difference was seen
 * @returns `null` without pairs
 */
export function measureSkew(seconds: Histogram, confidence: number): Skew | null {
  const bins = [...seconds].sort(([a], [b]) => a - b).map(([at, count]) => ({ from: at, to: at, count }));
  const at = (share: number): number => histogramQuantile(bins, share)?.from ?? 0;
  const interval = histogramQuantileInterval(bins, 0.5, confidence);
  if (interval === undefined) return null;
  const median = at(0.5);
  return {
    pairs: countOf(seconds),
    median,
    medianInterval: toRange(interval),
    p5: at(0.05),
    p95: at(0.95),
    matters: Math.abs(median) > SKEW_THAT_MATTERS,
  };
}
