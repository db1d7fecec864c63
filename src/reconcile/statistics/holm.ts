/**
 * Adjusts p-values of several tests, so that calling all those at most α
 * significant makes even one false call with probability α at most, whatever
 * the tests have to do with each other.
 *
 * @returns in the order given
 * @see S. Holm, "A Simple Sequentially Rejective Multiple Test Procedure",
 *   Scandinavian Journal of Statistics 6, 1979, https://www.jstor.org/stable/4615733
 */
export function holm(pValues: readonly number[]): number[] {
  const order = pValues.map((p, index) => ({ p, index })).toSorted((left, right) => left.p - right.p);
  const adjusted = pValues.map(() => 1);
  let greatest = 0;
  for (const [rank, { p, index }] of order.entries()) {
    greatest = Math.min(1, Math.max(greatest, p * (pValues.length - rank)));
    adjusted[index] = greatest;
  }
  return adjusted;
}
