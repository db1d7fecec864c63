import { betaPower, betaTails } from "./incomplete-beta.ts";
import { assertBetween0And1, assertCount, assertProportion, type Proportion } from "./proportion.ts";
import { bisect, leastWhole } from "./search.ts";

/**
 * Why not `exactUpper` every night: each night has its own chance to be wrong,
 * and a gate that may open on any of them is wrong as often as at least one of
 * them is. Over a year of nights the 95 % of `exactUpper` are 68 %.
 *
 * The bound here holds at all moments together: the chance that it is ever
 * below the true rate is at most 1 − confidence, however often one looks and
 * whenever one stops. So the number of looks does not enter. Spending the error
 * over the looks instead (α · 6 / π²k² at the k-th) would hold too, but after a
 * year it needs 15 / rate clean observations where this bound needs 3.8 / rate.
 *
 * How: a bet against "the rate is at least p". The likelihood of the counts,
 * averaged over rates q below p with weight 1 / √q, over their likelihood at p,
 * is a martingale if the rate is p, and on average falls if it is more. By
 * Ville's inequality it passes 1 / α at any time with probability α at most.
 * Every p for which it did is excluded.
 *
 * What it takes for granted: each observation is bad with at least the stated
 * probability whatever came before. Parcels that go wrong together (one family)
 * are fewer observations than they look.
 *
 * @see H. Robbins, "Statistical Methods Related to the Law of the Iterated Logarithm", 1970,
 *   https://doi.org/10.1214/aoms/1177696786
 * @see S. R. Howard, A. Ramdas, J. McAuliffe, J. Sekhon, "Time-uniform, nonparametric, nonasymptotic
 *   confidence sequences", 2021, https://doi.org/10.1214/20-AOS1991 (the one-sided beta-binomial mixture)
 */

/** What the counts, always since the same start, are judged with. */
export interface LooksPolicy {
  /** For instance 0.95: of all looks together. */
  readonly confidence: number;
  /**
   * Which start this is, from 1. Who begins to count anew (after a repair, or
   * for a window) chooses the start by what he saw, and pays for it: the k-th
   * start gets 6 / π²k² of the error. `null` when the start was fixed
   * beforehand and there is to be no other, which costs nothing.
   */
  readonly start: number | null;
}

/**
 * The rate is at most this, at this look and at all others. Of nothing it is 1.
 *
 * @param counts all since the start, not those of one night
 * @throws RangeError for impossible counts, confidences or starts
 */
export function upperOverLooks(counts: Proportion, policy: LooksPolicy): number {
  assertProportion(counts);
  const error = errorOf(policy);
  if (counts.hits === counts.trials) return 1;
  return bisect((rate) => !excludes(counts, rate, error), counts.hits / counts.trials, 1);
}

/**
 * How many observations since the start are needed before `upperOverLooks` is
 * at most `rate`, when among them `hits` are bad.
 *
 * @throws RangeError unless rate and confidence are between 0 and 1
 */
export function trialsNeededOverLooks(rate: number, policy: LooksPolicy, hits = 0): number {
  assertBetween0And1("rate", rate);
  assertCount("hits", hits);
  const error = errorOf(policy);
  // Fewer can only show a greater rate than this.
  const from = Math.max(1, Math.ceil(hits / rate));
  return leastWhole((trials) => excludes({ hits, trials }, rate, error), from);
}

/**
 * The smallest error at which `upperOverLooks` is at most `rate`: a p-value of
 * "the rate is more than that" which holds at all looks together, so that it
 * may be handed to `holm` every night. 1 where more than that was seen.
 *
 * @throws RangeError for impossible counts, unless the rate is between 0 and 1, or for an impossible start
 */
export function pOverLooks(counts: Proportion, rate: number, start: LooksPolicy["start"]): number {
  assertProportion(counts);
  assertBetween0And1("rate", rate);
  const { hits, trials } = counts;
  if (trials === 0 || hits > rate * trials) return 1;
  return Math.min(1, leastError(counts, rate) / (start === null ? 1 : shareOfError(start)));
}

/** The share of the error that the k-th of any number of uses may have; all shares together are 1. */
export function shareOfError(use: number): number {
  assertCount("use", use);
  if (use === 0) throw new RangeError("use 0: expected a whole number from 1");
  return 6 / (Math.PI * use) ** 2;
}

function errorOf({ confidence, start }: LooksPolicy): number {
  assertBetween0And1("confidence", confidence);
  return (1 - confidence) * (start === null ? 1 : shareOfError(start));
}

/**
 * Whether the martingale against `rate` has passed 1 / error. With the weight
 * 1 / √q the average is an incomplete beta function with a = hits + ½ and
 * b = rest + 1, and the quotient becomes I_p(a, b) / 2p f(p), f its density.
 *
 * @param rate at least hits / trials
 */
function excludes(counts: Proportion, rate: number, error: number): boolean {
  return error >= leastError(counts, rate);
}

/** The error at which a rate is just excluded: one over the martingale. */
function leastError({ hits, trials }: Proportion, rate: number): number {
  const a = hits + 0.5;
  const b = trials - hits + 1;
  const rest = 1 - rate;
  return (2 * betaPower(a, b, rate, rest)) / (betaTails(a, b, rate, rest).below * rest);
}
