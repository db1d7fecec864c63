import { assertCount } from "./proportion.ts";
import { halfDeviance, stirlingError } from "./stirling.ts";

/**
 * How likely a chi-square variable is to be at least `statistic`: the upper
 * tail Q(df / 2, statistic / 2) of the incomplete gamma function.
 *
 * @param statistic from 0
 * @param degreesOfFreedom whole, from 1
 * @throws RangeError for others
 */
export function chiSquareSurvival(statistic: number, degreesOfFreedom: number): number {
  assertCount("degrees of freedom", degreesOfFreedom);
  if (degreesOfFreedom === 0 || !(statistic >= 0)) {
    throw new RangeError(`chi-square ${statistic} with ${degreesOfFreedom} degrees of freedom`);
  }
  return upperGamma(degreesOfFreedom / 2, statistic / 2);
}

const MOST_STEPS = 1_000_000;
const TINY = 1e-300;

/** @see https://dlmf.nist.gov/8.11.E4 for the series, https://dlmf.nist.gov/8.9.E2 for the continued fraction */
function upperGamma(a: number, x: number): number {
  if (x === 0) return 1;
  // x^a e^−x / Γ(a + 1)
  const power = Math.exp(-stirlingError(a) - halfDeviance(a, x)) / Math.sqrt(2 * Math.PI * a);
  if (power === 0) return x < a ? 1 : 0;
  return x < a + 1 ? 1 - power * lowerSeries(a, x) : power * a * upperFraction(a, x);
}

function lowerSeries(a: number, x: number): number {
  let term = 1;
  let sum = 1;
  for (let k = 1; k <= MOST_STEPS; k += 1) {
    term *= x / (a + k);
    sum += term;
    if (term <= sum * Number.EPSILON) return sum;
  }
  throw new Error(`the incomplete gamma function of ${a} at ${x} does not converge`);
}

function upperFraction(a: number, x: number): number {
  let b = x + 1 - a;
  let c = 1 / TINY;
  let d = 1 / b;
  let value = d;
  for (let k = 1; k <= MOST_STEPS; k += 1) {
    const numerator = -k * (k - a);
    b += 2;
    d = 1 / nonZero(numerator * d + b);
    c = nonZero(b + numerator / c);
    const factor = c * d;
    value *= factor;
    if (Math.abs(factor - 1) <= Number.EPSILON) return value;
  }
  throw new Error(`the incomplete gamma function of ${a} at ${x} does not converge`);
}

function nonZero(value: number): number {
  return Math.abs(value) < TINY ? TINY : value;
}
