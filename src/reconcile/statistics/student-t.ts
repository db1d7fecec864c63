import { betaTails } from "./incomplete-beta.ts";
import { assertBetween0And1 } from "./proportion.ts";
import { bisect } from "./search.ts";

/**
 * How likely |T| is to be at least `t`, T being Student's t.
 *
 * @param degreesOfFreedom more than 0
 * @see https://dlmf.nist.gov/8.17 with x = df / (df + t²), a = df / 2, b = ½
 */
export function studentTwoSided(t: number, degreesOfFreedom: number): number {
  if (!(degreesOfFreedom > 0))
    throw new RangeError(`degrees of freedom ${degreesOfFreedom}: expected more than 0`);
  const square = t * t;
  if (square === Number.POSITIVE_INFINITY) return 0;
  const sum = degreesOfFreedom + square;
  return betaTails(degreesOfFreedom / 2, 0.5, degreesOfFreedom / sum, square / sum).below;
}

/** The t that |T| exceeds with probability `significance`: 2.365 for 0.05 and 7. */
export function studentCritical(significance: number, degreesOfFreedom: number): number {
  assertBetween0And1("significance", significance);
  const exceeds = (t: number): boolean => studentTwoSided(t, degreesOfFreedom) > significance;
  let high = 1;
  while (exceeds(high)) high *= 2;
  return bisect(exceeds, 0, high);
}
