/**
 * One bin of a histogram: values from `from` on and less than `to`; the two are
 * equal when the value is known exactly. Any unit; `to` may be infinite in the
 * last bin and `from` in the first.
 */
export interface Bin {
  readonly from: number;
  readonly to: number;
}

/** @throws RangeError unless each bin begins where the one before ended, or later */
export function assertAscending(bins: readonly Bin[]): void {
  let end = Number.NEGATIVE_INFINITY;
  for (const [index, { from, to }] of bins.entries()) {
    if (!(from <= to && from >= end) || (from === to && from === end && index > 0)) {
      throw new RangeError(`bin ${from} to ${to} after one that ends at ${end}: expected ascending bins`);
    }
    end = to;
  }
}
