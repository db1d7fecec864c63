/**
 * What is usual, from values seen before; and from where on a value is not.
 *
 * A value is unusual when two rules agree. First, it lies beyond all values
 * seen, or, of eight and more, beyond all but one: of values that may come in
 * any order a new one does so with a chance of at most 1/(n+1) or 2/(n+1),
 * whatever their distribution (Wilks, *Determination of sample sizes for
 * setting tolerance limits*, Ann. Math. Statist. 12, 1941), and a single bad
 * day spoils nothing. Second, it lies further from the median than three
 * times the median absolute deviation, scaled by 1.4826 as for normal values
 * (Leys et al., *Detecting outliers*, J. Exp. Soc. Psychol. 49, 2013; three
 * is their most careful choice).
 */
export interface Usual {
  readonly median: number;
  /** A smaller value is unusual. */
  readonly lower: number;
  /** A larger value is unusual. */
  readonly upper: number;
}

/** With fewer values nothing is unusual. */
const LEAST_VALUES = 4;
const VALUES_FOR_A_BAD_DAY = 8;
const DEVIATIONS = 3;
/** Makes the median absolute deviation of normal values their standard deviation. */
const NORMAL = 1.4826;

/** `undefined` where too few values are known. */
export function findUsual(values: readonly number[]): Usual | undefined {
  if (values.length < LEAST_VALUES) return undefined;
  const sorted = values.toSorted((a, b) => a - b);
  const median = medianOf(sorted);
  const spread = medianOf(values.map((value) => Math.abs(value - median)).sort((a, b) => a - b));
  const away = DEVIATIONS * NORMAL * spread;
  const spared = sorted.length >= VALUES_FOR_A_BAD_DAY ? 1 : 0;
  return {
    median,
    lower: Math.min(sorted[spared] as number, median - away),
    upper: Math.max(sorted.at(-1 - spared) as number, median + away),
  };
}

function medianOf(sorted: readonly number[]): number {
  const half = Math.floor(sorted.length / 2);
  const upper = sorted[half] as number;
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] as number) + upper) / 2;
}
