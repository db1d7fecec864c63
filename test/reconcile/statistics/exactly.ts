import type { Proportion } from "../../../src/reconcile/statistics/proportion.ts";

/** A rate as a fraction, so that nothing is rounded. */
export type Fraction = readonly [over: number, under: number];

/** The chance of exactly `hits` in `trials`, in whole numbers up to the last step. */
export function binomialExactly({ hits, trials }: Proportion, rate: Fraction): number {
  return toNumber(weightOf(hits, trials, rate), BigInt(rate[1]) ** BigInt(trials));
}

/** The chance of at most `hits` in `trials`. */
export function atMostExactly({ hits, trials }: Proportion, rate: Fraction): number {
  let sum = 0n;
  for (let k = 0; k <= hits; k += 1) sum += weightOf(k, trials, rate);
  return toNumber(sum, BigInt(rate[1]) ** BigInt(trials));
}

function weightOf(hits: number, trials: number, [over, under]: Fraction): bigint {
  let ways = 1n;
  for (let k = 0; k < hits; k += 1) ways = (ways * BigInt(trials - k)) / BigInt(k + 1);
  return ways * BigInt(over) ** BigInt(hits) * BigInt(under - over) ** BigInt(trials - hits);
}

/** Good to 17 digits, however small. */
function toNumber(over: bigint, under: bigint): number {
  if (over === 0n) return 0;
  const digits = Math.max(0, under.toString().length - over.toString().length) + 18;
  return Number(`${(over * 10n ** BigInt(digits)) / under}e-${digits}`);
}
