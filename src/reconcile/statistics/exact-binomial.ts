import { betaTails } from "./incomplete-beta.ts";
import {
  assertBetween0And1,
  assertCount,
  assertProportion,
  type Interval,
  type Proportion,
} from "./proportion.ts";
import { bisect, leastWhole } from "./search.ts";

/** How likely it is to see at most `hits` in `trials` at this rate. */
export function binomialAtMost({ hits, trials }: Proportion, rate: number): number {
  return hits === trials ? 1 : betaTails(hits + 1, trials - hits, rate).above;
}

/** How likely it is to see at least `hits` in `trials` at this rate. */
export function binomialAtLeast({ hits, trials }: Proportion, rate: number): number {
  return hits === 0 ? 1 : betaTails(hits, trials - hits + 1, rate).below;
}

/**
 * The rate is at most this, with this confidence, one-sided: at a higher rate
 * so few hits would be less likely than 1 − confidence. Of nothing it is 1.
 *
 * For one look at the data. Who looks every night takes `upperOverLooks`.
 *
 * @throws RangeError for impossible counts or confidences
 * @see C. J. Clopper and E. S. Pearson, "The Use of Confidence or Fiducial Limits Illustrated
 *   in the Case of the Binomial", Biometrika 26, 1934, https://doi.org/10.1093/biomet/26.4.404
 */
export function exactUpper(counts: Proportion, confidence: number): number {
  assertProportion(counts);
  assertBetween0And1("confidence", confidence);
  return upperAt(counts, 1 - confidence);
}

/** The rate is at least this, with this confidence, one-sided. @throws RangeError as `exactUpper` */
export function exactLower(counts: Proportion, confidence: number): number {
  assertProportion(counts);
  assertBetween0And1("confidence", confidence);
  return lowerAt(counts, 1 - confidence);
}

/** Both limits, each with half of the error, so that it never covers less than stated. @throws RangeError as `exactUpper` */
export function exactInterval(counts: Proportion, confidence: number): Interval {
  assertProportion(counts);
  assertBetween0And1("confidence", confidence);
  const error = (1 - confidence) / 2;
  return { lower: lowerAt(counts, error), upper: upperAt(counts, error) };
}

/**
 * 3 / n: what "nothing seen in n" says about the rate at 95 %, by rule of
 * thumb. −ln 0.05 is 2.996, and 1 − 0.05^(1/n) < 2.996 / n, so that the rule is
 * always a little more careful than `exactUpper` of 0 of n.
 *
 * @param trials whole, from 0; the rule says at most 1
 * @see J. A. Hanley and A. Lippman-Hand, "If Nothing Goes Wrong, Is Everything All Right?",
 *   JAMA 249, 1983, https://doi.org/10.1001/jama.1983.03330370053031
 */
export function ruleOfThree(trials: number): number {
  assertCount("trials", trials);
  return Math.min(1, 3 / trials);
}

/**
 * How many observations are needed before `exactUpper` is at most `rate`, when
 * among them `hits` are bad; with none, ⌈ln(1 − confidence) / ln(1 − rate)⌉.
 *
 * @throws RangeError unless rate and confidence are between 0 and 1
 */
export function trialsNeeded(rate: number, confidence: number, hits = 0): number {
  assertBetween0And1("rate", rate);
  assertBetween0And1("confidence", confidence);
  assertCount("hits", hits);
  return leastWhole((trials) => binomialAtMost({ hits, trials }, rate) <= 1 - confidence, Math.max(hits, 1));
}

/** The same by rule of thumb, without hits and at 95 %: 3 / rate. @throws RangeError unless between 0 and 1 */
export function trialsNeededByRule(rate: number): number {
  assertBetween0And1("rate", rate);
  return Math.ceil(3 / rate);
}

function upperAt(counts: Proportion, error: number): number {
  const { hits, trials } = counts;
  if (hits === trials) return 1;
  if (hits === 0) return -Math.expm1(Math.log(error) / trials);
  return bisect((rate) => binomialAtMost(counts, rate) > error, hits / trials, 1);
}

function lowerAt(counts: Proportion, error: number): number {
  const { hits, trials } = counts;
  if (hits === 0) return 0;
  if (hits === trials) return Math.exp(Math.log(error) / trials);
  return bisect((rate) => binomialAtLeast(counts, rate) < error, 0, hits / trials);
}
