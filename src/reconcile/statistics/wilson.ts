import { normalQuantile, twoSidedZ } from "./normal.ts";
import { assertBetween0And1, assertProportion, type Interval, type Proportion } from "./proportion.ts";

/**
 * The score interval for a rate, two-sided. Of nothing it is 0 to 1.
 *
 * Short and near its nominal coverage on average, which it may miss for single
 * rates: to be certain use `exactInterval`.
 *
 * @param confidence for instance 0.95
 * @throws RangeError for impossible counts or confidences
 * @see E. B. Wilson, "Probable Inference, the Law of Succession, and Statistical Inference",
 *   JASA 22, 1927, https://doi.org/10.1080/01621459.1927.10502953
 */
export function wilsonInterval(counts: Proportion, confidence: number): Interval {
  return scoreInterval(counts, twoSidedZ(confidence));
}

/** The rate is at least this, with this confidence, one-sided. @throws RangeError as `wilsonInterval` */
export function wilsonLower(counts: Proportion, confidence: number): number {
  return scoreInterval(counts, oneSidedZ(confidence)).lower;
}

/** The rate is at most this, with this confidence, one-sided. @throws RangeError as `wilsonInterval` */
export function wilsonUpper(counts: Proportion, confidence: number): number {
  return scoreInterval(counts, oneSidedZ(confidence)).upper;
}

/** Below a half the two limits would change places. */
function oneSidedZ(confidence: number): number {
  assertBetween0And1("confidence", confidence);
  if (confidence < 0.5) throw new RangeError(`confidence ${confidence}: expected at least 0.5`);
  return -normalQuantile(1 - confidence);
}

function scoreInterval(counts: Proportion, z: number): Interval {
  assertProportion(counts);
  const { hits, trials } = counts;
  if (trials === 0) return { lower: 0, upper: 1 };
  const square = z * z;
  const rest = trials - hits;
  const half = z * Math.sqrt((hits * rest) / trials + square / 4);
  const middle = hits + square / 2;
  const scale = trials + square;
  // At the ends the difference of two equal numbers need not come to exactly nothing.
  return {
    lower: hits === 0 ? 0 : (middle - half) / scale,
    upper: rest === 0 ? 1 : (middle + half) / scale,
  };
}
