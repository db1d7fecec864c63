import { boundsOf, toBin } from "../facts/bins.ts";
import type { Bin } from "../statistics/bins.ts";
import type { HistogramBin } from "../statistics/quantiles.ts";
import type { Histogram } from "./speed-counts.ts";

/** Where a bin of whole seconds begins and ends. The one around 0 holds exactly 0, so that signs are not mixed. */
export function toDurationBin(bin: number): Bin {
  return bin === 0 ? { from: 0, to: 0 } : boundsOf(bin);
}

/** The last bin that ends at or before `seconds`: what is longer than that many seconds lies in a later one. */
export function binBefore(seconds: number): number {
  return toBin(seconds) - 1;
}

/** Ascending. */
export function toHistogramBins(histogram: Histogram): HistogramBin[] {
  return [...histogram].sort(([a], [b]) => a - b).map(([bin, count]) => ({ ...toDurationBin(bin), count }));
}

/** What is known of a duration in seconds. An end of a range that is not known is `null`, and so is one without end. */
export interface Range {
  readonly from: number | null;
  readonly to: number | null;
}

/** Durations are whole seconds: the first and the last of them in the bin. */
export function toRange({ from, to }: Bin): Range {
  return {
    from: Number.isFinite(from) ? Math.ceil(from) : null,
    to: Number.isFinite(to) ? Math.floor(to) : null,
  };
}
