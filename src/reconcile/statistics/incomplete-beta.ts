import { halfDeviance, stirlingError } from "./stirling.ts";

/** The two tails of a distribution at one point; together 1. Each is exact also where it is tiny. */
export interface Tails {
  readonly below: number;
  readonly above: number;
}

/**
 * x^a (1 − x)^b / B(a, b).
 *
 * @param rest 1 − x; given beside `x` because a tiny one of the two cannot be had from the other
 */
export function betaPower(a: number, b: number, x: number, rest: number): number {
  if (x <= 0 || rest <= 0) return 0;
  const sum = a + b;
  const exponent =
    stirlingError(sum) -
    stirlingError(a) -
    stirlingError(b) -
    halfDeviance(a, sum * x) -
    halfDeviance(b, sum * rest);
  return Math.sqrt((a * b) / (2 * Math.PI * sum)) * Math.exp(exponent);
}

/**
 * The regularised incomplete beta function I_x(a, b) and its complement.
 *
 * @param a more than 0; @param b more than 0
 * @see https://dlmf.nist.gov/8.17.v for the continued fraction
 */
export function betaTails(a: number, b: number, x: number, rest: number = 1 - x): Tails {
  if (x <= 0) return { below: 0, above: 1 };
  if (rest <= 0) return { below: 1, above: 0 };
  const power = betaPower(a, b, x, rest);
  // The fraction converges fast on one side of the mean: compute the tail of that side, and not its complement.
  if (x < (a + 1) / (a + b + 2)) {
    const below = power === 0 ? 0 : (power * continuedFraction(a, b, x)) / a;
    return { below, above: 1 - below };
  }
  const above = power === 0 ? 0 : (power * continuedFraction(b, a, rest)) / b;
  return { below: 1 - above, above };
}

/** Steps grow with the square root of a + b: a thousand million observations take some 40,000. */
const MOST_STEPS = 1_000_000;
const TINY = 1e-300;

/** @see W. J. Lentz, "Generating Bessel functions in Mie scattering calculations using continued fractions", 1976 */
function continuedFraction(a: number, b: number, x: number): number {
  let c = 1;
  let d = 1 / nonZero(1 - ((a + b) * x) / (a + 1));
  let value = d;
  for (let m = 1; m <= MOST_STEPS; m += 1) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / nonZero(1 + even * d);
    c = nonZero(1 + even / c);
    value *= c * d;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / nonZero(1 + odd * d);
    c = nonZero(1 + odd / c);
    const factor = c * d;
    value *= factor;
    if (Math.abs(factor - 1) <= Number.EPSILON) return value;
  }
  throw new Error(`the incomplete beta function of ${a}, ${b} at ${x} does not converge`);
}

function nonZero(value: number): number {
  return Math.abs(value) < TINY ? TINY : value;
}
