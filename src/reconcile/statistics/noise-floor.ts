import { compareRate, type RateDifference } from "./compare-rate.ts";
import { type Interval, type Proportion, shareOf } from "./proportion.ts";
import { wilsonInterval } from "./wilson.ts";

export interface NoisePolicy {
  /** For instance 0.95, two-sided. */
  readonly confidence: number;
  /** How much above the noise is still no matter, as a rate from 0; for instance 0.001. */
  readonly margin: number;
}

export interface RateWithInterval extends Proportion {
  /** `null` of nothing. */
  readonly rate: number | null;
  readonly interval: Interval;
}

/** What the new feed disagrees on, against what the two old feeds disagree on between themselves. */
export interface NoiseComparison {
  readonly noise: RateWithInterval;
  readonly newFeed: RateWithInterval;
  /** New less noise; `null` when either of the two is of nothing. */
  readonly excess: RateDifference | null;
  readonly verdict: "worse_than_noise" | "within_noise" | "not_enough_data";
}

/**
 * Judges the new feed's rate against the noise floor. Worse, when even the
 * lower limit of the excess is above the margin; within, when even the upper
 * one is not; else the data cannot tell, and more days are needed.
 *
 * With a margin of 0 only a new feed that is surely better is within.
 *
 * @param noise old against old: those that disagree, of those compared
 * @param newFeed new against old, counted in the same way
 * @throws RangeError for impossible counts, confidences or margins
 */
export function compareWithNoise(
  noise: Proportion,
  newFeed: Proportion,
  policy: NoisePolicy,
): NoiseComparison {
  const { confidence, margin } = policy;
  if (!(margin >= 0 && margin < 1)) throw new RangeError(`margin ${margin}: expected a rate from 0`);
  const excess = compareRate(newFeed, noise, confidence) ?? null;
  return {
    noise: withInterval(noise, confidence),
    newFeed: withInterval(newFeed, confidence),
    excess,
    verdict: judge(excess, margin),
  };
}

function judge(excess: RateDifference | null, margin: number): NoiseComparison["verdict"] {
  if (excess === null) return "not_enough_data";
  if (excess.lower > margin) return "worse_than_noise";
  return excess.upper <= margin ? "within_noise" : "not_enough_data";
}

function withInterval(counts: Proportion, confidence: number): RateWithInterval {
  return { ...counts, rate: shareOf(counts), interval: wilsonInterval(counts, confidence) };
}
