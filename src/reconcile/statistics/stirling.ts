/**
 * The two parts of which Loader builds binomial and Poisson densities without
 * cancellation: between huge logarithms of the gamma function all digits would be lost.
 *
 * @see C. Loader, "Fast and Accurate Computation of Binomial Probabilities", 2000,
 *   which R's dbinom and dpois follow
 */

/** From here on the series of five terms is exact to the last bit. */
const SERIES_FROM = 16;

/**
 * ln Γ(x + 1) less Stirling's formula (x + ½) ln x − x + ½ ln 2π.
 *
 * @param x more than 0
 * @see https://dlmf.nist.gov/5.11.E1 for the series
 */
export function stirlingError(x: number): number {
  let error = 0;
  let shifted = x;
  // Γ(x + 2) = (x + 1) Γ(x + 1), solved for the errors.
  for (; shifted < SERIES_FROM; shifted += 1) error += (shifted + 0.5) * Math.log1p(1 / shifted) - 1;
  const square = shifted * shifted;
  const series =
    1 / 12 - (1 / 360 - (1 / 1260 - (1 / 1680 - 1 / (1188 * square)) / square) / square) / square;
  return error + series / shifted;
}

/** Half the deviance, x ln(x / mean) + mean − x, exact also where the two are close. Both more than 0. */
export function halfDeviance(x: number, mean: number): number {
  const ratio = (x - mean) / (x + mean);
  if (Math.abs(ratio) >= 0.1) return x * Math.log(x / mean) + mean - x;
  let sum = (x - mean) * ratio;
  let term = 2 * x * ratio;
  for (let odd = 3; ; odd += 2) {
    term *= ratio * ratio;
    const next = sum + term / odd;
    if (next === sum) return sum;
    sum = next;
  }
}
