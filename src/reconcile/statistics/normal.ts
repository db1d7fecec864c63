import { assertBetween0And1 } from "./proportion.ts";

/** Coefficients of Wichura's PPND16, lowest power first: the middle, then |z| from some 1.4 to 5.6, then beyond. */
const MIDDLE = {
  over: [
    3.3871328727963665, 133.14166789178438, 1971.5909503065513, 13731.69376550946, 45921.95393154987,
    67265.7709270087, 33430.57558358813, 2509.0809287301227,
  ],
  under: [
    1, 42.31333070160091, 687.1870074920579, 5394.196021424751, 21213.794301586597, 39307.89580009271,
    28729.085735721943, 5226.495278852854,
  ],
};
const TAIL = {
  over: [
    1.4234371107496835, 4.630337846156546, 5.769497221460691, 3.6478483247632045, 1.2704582524523684,
    0.2417807251774506, 0.022723844989269184, 0.0007745450142783414,
  ],
  under: [
    1, 2.053191626637759, 1.6763848301838038, 0.6897673349851, 0.14810397642748008, 0.015198666563616457,
    0.0005475938084995345, 1.0507500716444169e-9,
  ],
};
const FAR_TAIL = {
  over: [
    6.657904643501103, 5.463784911164114, 1.7848265399172913, 0.29656057182850487, 0.026532189526576124,
    0.0012426609473880784, 0.000027115555687434876, 2.0103343992922881e-7,
  ],
  under: [
    1, 0.599832206555888, 0.1369298809227358, 0.014875361290850615, 0.0007868691311456133,
    0.000018463183175100548, 1.421511758316446e-7, 2.0442631033899397e-15,
  ],
};

/**
 * The z below which a standard normal variable stays with this probability.
 *
 * @throws RangeError unless `probability` is between 0 and 1
 * @see M. J. Wichura, "Algorithm AS 241: The Percentage Points of the Normal Distribution",
 *   Applied Statistics 37, 1988, https://doi.org/10.2307/2347330 (good to 1 part in 10^16)
 */
export function normalQuantile(probability: number): number {
  assertBetween0And1("probability", probability);
  const fromMiddle = probability - 0.5;
  if (Math.abs(fromMiddle) <= 0.425) {
    return fromMiddle * ratio(MIDDLE, 0.180625 - fromMiddle * fromMiddle);
  }
  const r = Math.sqrt(-Math.log(Math.min(probability, 1 - probability)));
  const z = r <= 5 ? ratio(TAIL, r - 1.6) : ratio(FAR_TAIL, r - 5);
  return fromMiddle < 0 ? -z : z;
}

/** The z of a two-sided interval: 1.96 for 0.95. @throws RangeError unless between 0 and 1 */
export function twoSidedZ(confidence: number): number {
  assertBetween0And1("confidence", confidence);
  return -normalQuantile((1 - confidence) / 2);
}

function ratio(
  of: { readonly over: readonly number[]; readonly under: readonly number[] },
  x: number,
): number {
  return polynomial(of.over, x) / polynomial(of.under, x);
}

function polynomial(coefficients: readonly number[], x: number): number {
  return coefficients.reduceRight((sum, coefficient) => sum * x + coefficient, 0);
}
