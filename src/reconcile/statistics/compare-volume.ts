import { assertBetween0And1, assertCount } from "./proportion.ts";
import { studentCritical, studentTwoSided } from "./student-t.ts";

export interface VolumePolicy {
  /** How many days of the same weekday are needed, from 3; for instance 6. */
  readonly leastDays: number;
  /** How often a usual day may be called unusual; for instance 0.001. */
  readonly significance: number;
}

export type VolumeComparison =
  | {
      readonly kind: "not_enough_history";
      /** Days that could be used. */
      readonly days: number;
      readonly setAside: readonly number[];
    }
  | {
      readonly kind: "usual" | "low" | "high";
      readonly days: number;
      /** Positions in the history of days so unlike the others (a holiday) that nothing was learnt from them. */
      readonly setAside: readonly number[];
      /** The middle of what is usual. */
      readonly expected: number;
      /** From and up to which count a day is usual. */
      readonly lower: number;
      readonly upper: number;
      readonly pValue: number;
    };

/**
 * Whether a day's count is unusual against earlier ones of the same weekday.
 *
 * Counts vary far more than a Poisson variable, and weeks are few, so that
 * their spread is itself uncertain: a prediction interval by Student's t, on
 * the scale √(count + ⅜) on which the spread depends little on the level.
 * There a Poisson variable has standard deviation ½; less is never assumed.
 *
 * @param history counts of the same weekday, any order; leave out days on which the feed was down
 * @throws RangeError for impossible counts or policies
 * @see F. J. Anscombe, "The Transformation of Poisson, Binomial and Negative-Binomial Data",
 *   Biometrika 35, 1948, https://doi.org/10.1093/biomet/35.3-4.246
 * @see B. Iglewicz and D. C. Hoaglin, "How to Detect and Handle Outliers", 1993, for the days set aside
 */
export function compareVolume(
  history: readonly number[],
  today: number,
  policy: VolumePolicy,
): VolumeComparison {
  const { leastDays, significance } = policy;
  assertCount("today", today);
  for (const count of history) assertCount("count", count);
  assertBetween0And1("significance", significance);
  if (!(leastDays >= 3)) throw new RangeError(`leastDays ${leastDays}: expected at least 3`);

  const roots = history.map(toRoot);
  const setAside = findOutliers(roots);
  const used = roots.filter((_, index) => !setAside.includes(index));
  const days = used.length;
  if (days < leastDays) return { kind: "not_enough_history", days, setAside };

  const mean = used.reduce((sum, root) => sum + root, 0) / days;
  const variance = used.reduce((sum, root) => sum + (root - mean) ** 2, 0) / (days - 1);
  const deviation = Math.sqrt(Math.max(variance, LEAST_DEVIATION ** 2) * (1 + 1 / days));
  const t = (toRoot(today) - mean) / deviation;
  const pValue = studentTwoSided(t, days - 1);
  const reach = studentCritical(significance, days - 1) * deviation;
  const deviates = t < 0 ? "low" : "high";
  return {
    kind: pValue < significance ? deviates : "usual",
    days,
    setAside,
    expected: toCount(mean),
    lower: Math.ceil(toCount(mean - reach)),
    upper: Math.floor(toCount(mean + reach)),
    pValue,
  };
}

/** Of √(count + ⅜) for a Poisson count. */
const LEAST_DEVIATION = 0.5;

/** The quartile of the normal distribution, by which the median deviation becomes a standard deviation. */
const QUARTILE = 0.6745;

/** Iglewicz and Hoaglin say 3.5, which among six or eight days would set aside too many that are usual. */
const OUTLYING = 8;

function toRoot(count: number): number {
  return Math.sqrt(count + 3 / 8);
}

function toCount(root: number): number {
  return Math.max(0, Math.max(0, root) ** 2 - 3 / 8);
}

function findOutliers(values: readonly number[]): number[] {
  const middle = medianOf(values);
  const deviation = medianOf(values.map((value) => Math.abs(value - middle))) / QUARTILE;
  const limit = OUTLYING * Math.max(deviation, LEAST_DEVIATION);
  return values.flatMap((value, index) => (Math.abs(value - middle) > limit ? [index] : []));
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  const half = sorted.length / 2;
  return ((sorted[Math.ceil(half) - 1] ?? 0) + (sorted[Math.floor(half)] ?? 0)) / 2;
}
