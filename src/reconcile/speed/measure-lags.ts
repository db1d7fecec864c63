import type { Side } from "../../domain/channel.ts";
import { CHANNELS_OF, SIDES } from "../../domain/channel.ts";
import { compareText } from "../../domain/observation.ts";
import { boundsOf } from "../facts/bins.ts";
import { HOUR_SECONDS } from "../facts/sums.ts";
import { kaplanMeier, type Reach, survivalQuantile } from "../statistics/kaplan-meier.ts";
import { histogramQuantile, histogramQuantileInterval } from "../statistics/quantiles.ts";
import { binBefore, type Range, toDurationBin, toHistogramBins, toRange } from "./duration-bins.ts";
import { areReceiptsKnown } from "./receipt-times.ts";
import { addUp, countOf, type Feed, type Histogram, type SpeedCounts, type Untold } from "./speed-counts.ts";

/** Until when each side has spoken; UTC epoch seconds, `null`: never. */
export type Watermarks = Readonly<Record<Side, number | null>>;

/** The delays `received − occurred` of a feed, in seconds. */
export interface Lags {
  readonly feed: Feed;
  /** `null`: all of them. */
  readonly status: string | null;
  /** Episodes that it told of. */
  readonly told: number;
  /** Of a side: episodes of which only the other side has told. `null` of a channel: nobody expects both of a side's to tell of everything. */
  readonly untold: number | null;
  /** Received before they happened, as they say: a clock is ahead. */
  readonly early: number;
  /** Of those: by no more than the clocks of the two feeds differ. */
  readonly earlyBySkew: number;
  /** Absent where the receipts do not say when the feed spoke. */
  readonly quantiles: LagQuantiles | null;
  /** What it told, by bin, ascending; `null` of a single status. */
  readonly bins: readonly (Range & { readonly count: number })[] | null;
}

/** The ranges in which a quantile lies. */
export interface LagQuantiles {
  readonly p5: Range;
  readonly p50: Range;
  readonly p95: Range;
  /** The confidence interval of the median. */
  readonly medianInterval: Range;
}

/**
 * The delays of each channel, among what it told, and of each side, where what
 * it has not told counts as later than its watermark (Kaplan–Meier): first over
 * all statuses, then by status.
 *
 * @param skewSeconds how far the feeds' clocks are apart at most, usually
 */
export function measureLags(
  counts: SpeedCounts,
  watermarks: Watermarks,
  skewSeconds: number,
  confidence: number,
): Lags[] {
  return SIDES.flatMap((side) =>
    [side, ...CHANNELS_OF[side]].flatMap((feed) => {
      const untold = feed !== side ? null : side === "new" ? counts.onlyLegacy : counts.onlyNew;
      const byStatus = counts.lags.get(feed) ?? new Map<string, Histogram>();
      const isKnown = areReceiptsKnown(counts, feed);
      const measure = (status: string | null, lags: Histogram, missing: readonly Untold[] | null): Lags => ({
        feed,
        status,
        told: countOf(lags),
        untold: missing === null ? null : missing.reduce((sum, { count }) => sum + count, 0),
        early: countWhere(lags, (bin) => bin < 0),
        earlyBySkew: countWhere(lags, (bin) => bin < 0 && Math.ceil(boundsOf(bin).from) >= -skewSeconds),
        quantiles: isKnown ? toQuantiles(lags, missing ?? [], watermarks[side], confidence) : null,
        bins:
          status === null
            ? toHistogramBins(lags).map((bin) => ({ ...toRange(bin), count: bin.count }))
            : null,
      });
      const all = measure(
        null,
        addUp(byStatus.values()),
        untold === null ? null : [...untold.values()].flat(),
      );
      if (all.told === 0) return [];
      const statuses = [...new Set([...byStatus.keys(), ...(untold?.keys() ?? [])])].sort(compareText);
      return [
        all,
        ...statuses.map((status) =>
          measure(
            status,
            byStatus.get(status) ?? new Map<number, number>(),
            untold === null ? null : (untold.get(status) ?? []),
          ),
        ),
      ];
    }),
  );
}

function countWhere(histogram: Histogram, isIn: (bin: number) => boolean): number {
  return [...histogram].reduce((sum, [bin, count]) => (isIn(bin) ? sum + count : sum), 0);
}

function toQuantiles(
  lags: Histogram,
  missing: readonly Untold[],
  watermark: number | null,
  confidence: number,
): LagQuantiles | null {
  const censored = watermark === null ? new Map<number, number>() : toCensored(missing, watermark);
  if (censored.size === 0) {
    const bins = toHistogramBins(lags);
    const at = (share: number): Range => toRange(histogramQuantile(bins, share) ?? NOTHING);
    if (bins.length === 0) return null;
    const interval = histogramQuantileInterval(bins, 0.5, confidence) ?? NOTHING;
    return { p5: at(0.05), p50: at(0.5), p95: at(0.95), medianInterval: toRange(interval) };
  }
  const steps = kaplanMeier(
    [...new Set([...lags.keys(), ...censored.keys()])]
      .sort((a, b) => a - b)
      .map((bin) => ({
        ...toDurationBin(bin),
        events: lags.get(bin) ?? 0,
        censored: censored.get(bin) ?? 0,
      })),
  );
  const at = (share: number): Range => fromReach(survivalQuantile(steps, share, confidence).estimate);
  const { lower, upper } = survivalQuantile(steps, 0.5, confidence);
  return {
    p5: at(0.05),
    p50: at(0.5),
    p95: at(0.95),
    medianInterval: { from: fromReach(lower).from, to: fromReach(upper).to },
  };
}

const NOTHING = { from: -Infinity, to: Infinity };

/** Of each that was not told: the bin after which its delay lies. */
function toCensored(missing: readonly Untold[], watermark: number): Map<number, number> {
  const censored = new Map<number, number>();
  for (const { bin, hour, count } of missing) {
    // It happened its lag before its receipt, which was before the hour's end.
    const waited = watermark - (hour + 1) * HOUR_SECONDS + Math.ceil(boundsOf(bin).from);
    const before = binBefore(waited);
    censored.set(before, (censored.get(before) ?? 0) + count);
  }
  return censored;
}

function fromReach(reach: Reach): Range {
  return reach.kind === "reached"
    ? toRange(reach)
    : toRange({ from: reach.after ?? -Infinity, to: Infinity });
}
