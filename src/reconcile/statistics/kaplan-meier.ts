import { assertAscending, type Bin } from "./bins.ts";
import { twoSidedZ } from "./normal.ts";
import { assertBetween0And1, assertCount, type Interval } from "./proportion.ts";

/**
 * How long it took, where some have not happened yet.
 *
 * The delay of a feed (`received − occurred`) is right-censored where it has
 * not reported a status that the other feed has: it is longer than from that
 * status's time to the feed's own watermark, and nobody knows how much longer.
 * - A status that only the old feed has: the new feed's delay is censored at the new feed's watermark.
 * - A status that only the new feed has: the old feed's, at the old feed's watermark.
 * To leave these out would compare only what arrived: survivorship bias.
 *
 * A *gain* (received old − received new) is cut on both sides: see `turnbull.ts`.
 */
export interface DurationBin extends Bin {
  /** Happened after this long. */
  readonly events: number;
  /** Known only to take longer. In a bin with events they count as later than these. */
  readonly censored: number;
}

export interface SurvivalStep extends DurationBin {
  /** Not yet happened, and still watched, when the bin begins. */
  readonly atRisk: number;
  /** The estimated share that takes longer than the bin's end. */
  readonly survival: number;
  /** Greenwood's variance of `survival`; 0 before the first event, and where nothing survives. */
  readonly variance: number;
}

/** A quantile as far as bins can tell it, or that it lies beyond what was seen. */
export type Reach =
  | { readonly kind: "reached"; readonly from: number; readonly to: number }
  | {
      readonly kind: "not_reached";
      /** It is more than this: the end of the last bin that holds anything. `null` without observations. */
      readonly after: number | null;
      /** The share that had happened by then. */
      readonly share: number;
    };

export interface SurvivalQuantile {
  readonly estimate: Reach;
  /** The limits of the confidence interval. */
  readonly lower: Reach;
  readonly upper: Reach;
}

/**
 * The product-limit estimate, one step for each bin.
 *
 * @throws RangeError for bins that do not ascend, or impossible counts
 * @see E. L. Kaplan and P. Meier, "Nonparametric Estimation from Incomplete Observations",
 *   JASA 53, 1958, https://doi.org/10.1080/01621459.1958.10501452
 * @see M. Greenwood, "The Natural Duration of Cancer", 1926, for the variance
 */
export function kaplanMeier(bins: readonly DurationBin[]): SurvivalStep[] {
  assertAscending(bins);
  for (const { events, censored } of bins) {
    assertCount("events", events);
    assertCount("censored", censored);
  }
  let atRisk = bins.reduce((sum, { events, censored }) => sum + events + censored, 0);
  let survival = 1;
  let greenwood = 0;
  return bins.map((bin) => {
    const left = atRisk - bin.events;
    if (bin.events > 0) {
      survival *= left / atRisk;
      if (left > 0) greenwood += bin.events / (atRisk * left);
    }
    const step = { ...bin, atRisk, survival, variance: survival * survival * greenwood };
    atRisk = left - bin.censored;
    return step;
  });
}

/**
 * The interval for a step's survival on the scale ln(−ln S), which keeps it
 * between 0 and 1. Where S is 0 or 1 there is no variance: 0 to 1, nothing known.
 *
 * @see J. D. Kalbfleisch and R. L. Prentice, "The Statistical Analysis of Failure Time Data", 1980
 */
export function survivalInterval({ survival, variance }: SurvivalStep, confidence: number): Interval {
  const z = twoSidedZ(confidence);
  if (survival <= 0 || survival >= 1) return { lower: 0, upper: 1 };
  const log = Math.log(survival);
  const width = (z * Math.sqrt(variance)) / (survival * Math.abs(log));
  return { lower: Math.exp(log * Math.exp(width)), upper: Math.exp(log * Math.exp(-width)) };
}

/**
 * By when a share has happened: the first bin at whose end at most 1 − share survives.
 *
 * @param steps what `kaplanMeier` gave
 * @param share 0.5 for the median
 * @throws RangeError unless share and confidence are between 0 and 1
 * @see R. Brookmeyer and J. Crowley, "A Confidence Interval for the Median Survival Time",
 *   Biometrics 38, 1982, https://doi.org/10.2307/2530286 for the limits
 */
export function survivalQuantile(
  steps: readonly SurvivalStep[],
  share: number,
  confidence: number,
): SurvivalQuantile {
  assertBetween0And1("share", share);
  const limits = steps.map((step) => limitsOf(step, confidence));
  const reach = (curve: readonly number[]): Reach => firstAtMost(steps, curve, 1 - share);
  return {
    estimate: reach(steps.map(({ survival }) => survival)),
    lower: reach(limits.map(({ lower }) => lower)),
    upper: reach(limits.map(({ upper }) => upper)),
  };
}

/** Before the first event nothing is excluded that counts; once nothing survives the curve has ended, and with it the band. */
function limitsOf(step: SurvivalStep, confidence: number): Interval {
  if (step.survival >= 1) return { lower: 1, upper: 1 };
  return survivalInterval(step, confidence);
}

/** What a product of fractions may miss its true value by. */
const ROUNDING = 1e-12;

function firstAtMost(steps: readonly SurvivalStep[], curve: readonly number[], rest: number): Reach {
  const at = curve.findIndex((value) => value <= rest + ROUNDING);
  const step = steps[at];
  if (step !== undefined) return { kind: "reached", from: step.from, to: step.to };
  const last = steps.findLast(({ events, censored }) => events + censored > 0);
  return { kind: "not_reached", after: last?.to ?? null, share: 1 - (last?.survival ?? 1) };
}
