/**
 * Where a condition that holds at `low` and no longer at `high` ends, to the
 * last bit: the greatest number for which it was seen to hold.
 *
 * @param holds true up to some point between the two, false from there on; never asked at the ends
 */
export function bisect(holds: (value: number) => boolean, low: number, high: number): number {
  let inside = low;
  let outside = high;
  for (;;) {
    const middle = inside + (outside - inside) / 2;
    if (middle <= inside || middle >= outside) return inside;
    if (holds(middle)) inside = middle;
    else outside = middle;
  }
}

/** The greatest whole number for which a condition holds: true at `low`, false at `high`, and changing once. */
export function bisectWhole(holds: (value: number) => boolean, low: number, high: number): number {
  let inside = low;
  let outside = high;
  while (outside - inside > 1) {
    const middle = inside + Math.floor((outside - inside) / 2);
    if (holds(middle)) inside = middle;
    else outside = middle;
  }
  return inside;
}

/**
 * The least whole number from `from` on that is enough.
 *
 * @param isEnough false up to some number, true from there on
 * @throws RangeError when nothing below 2^53 is enough
 */
export function leastWhole(isEnough: (count: number) => boolean, from: number): number {
  if (isEnough(from)) return from;
  let tooFew = from;
  let step = 1;
  while (!isEnough(tooFew + step)) {
    tooFew += step;
    step *= 2;
    if (tooFew + step > Number.MAX_SAFE_INTEGER) throw new RangeError("no count below 2^53 is enough");
  }
  return bisectWhole((count) => !isEnough(count), tooFew, tooFew + step) + 1;
}
