/** A pair of positions: in the first list, in the second. */
export type PositionPair = readonly [first: number, second: number];

/**
 * Pairs two ascending lists of times: the most pairs at most `limitMs` apart,
 * then the least total |Δt|, then the earliest (the first time of the first
 * list gets the earliest partner that an optimum allows, and so on).
 *
 * Exact, not greedy. On a line an optimum without crossings always exists,
 * and the earliest optimum is one of them, so a table over both lists finds
 * it in |first| × |second| steps.
 */
export function assignByTime(
  first: readonly number[],
  second: readonly number[],
  limitMs: number,
): PositionPair[] {
  const n = first.length;
  const m = second.length;
  if (n === 0 || m === 0) return [];
  if (n === 1 && m === 1) return Math.abs(at(first, 0) - at(second, 0)) <= limitMs ? [[0, 0]] : [];

  // Row-major (n + 1) × (m + 1): the best that positions i.. and j.. can still reach.
  const width = m + 1;
  const pairs = new Int32Array((n + 1) * width);
  const costs = new Float64Array((n + 1) * width);
  for (let i = n - 1; i >= 0; i -= 1) {
    for (let j = m - 1; j >= 0; j -= 1) {
      const here = i * width + j;
      const skipFirst = here + width;
      const skipSecond = here + 1;
      let best = isBetter(pairs, costs, skipFirst, skipSecond) ? skipFirst : skipSecond;
      pairs[here] = at(pairs, best);
      costs[here] = at(costs, best);
      const gap = Math.abs(at(first, i) - at(second, j));
      if (gap <= limitMs) {
        best = skipFirst + 1;
        const count = at(pairs, best) + 1;
        const cost = at(costs, best) + gap;
        if (count > at(pairs, here) || (count === at(pairs, here) && cost <= at(costs, here))) {
          pairs[here] = count;
          costs[here] = cost;
        }
      }
    }
  }

  // Walk the table: each of the first list takes the earliest partner with which the best can still be reached.
  const chosen: PositionPair[] = [];
  let from = 0;
  for (let i = 0; i < n; i += 1) {
    const here = i * width + from;
    for (let j = from; j < m; j += 1) {
      const gap = Math.abs(at(first, i) - at(second, j));
      const both = (i + 1) * width + j + 1;
      if (gap > limitMs || at(pairs, both) + 1 !== at(pairs, here)) continue;
      if (at(costs, both) + gap !== at(costs, here)) continue;
      chosen.push([i, j]);
      from = j + 1;
      break;
    }
  }
  return chosen;
}

/** Beyond this many candidates the exact search over sets is too large; see {@link assignByEither}. */
const MOST_FOR_SETS = 16;

/**
 * {@link assignByTime} for a first list whose members may each stand for
 * several instants: any of them may be the one that is paired, and the
 * nearest counts.
 *
 * Crossings can now be optimal, so this searches over sets of the second list,
 * exact up to {@link MOST_FOR_SETS} of them; above that only the first instant
 * of each member is used.
 *
 * @param first in order of their first instant
 */
export function assignByEither(
  first: readonly (readonly number[])[],
  second: readonly number[],
  limitMs: number,
): PositionPair[] {
  if (second.length > MOST_FOR_SETS || first.every((instants) => instants.length === 1)) {
    return assignByTime(
      first.map((instants) => at(instants, 0)),
      second,
      limitMs,
    );
  }
  interface Best {
    readonly count: number;
    readonly cost: number;
    readonly partner: number;
  }
  const memo = new Map<number, Best>();
  const solve = (i: number, used: number): Best => {
    if (i === first.length) return { count: 0, cost: 0, partner: -1 };
    const key = i * 2 ** MOST_FOR_SETS + used;
    const known = memo.get(key);
    if (known !== undefined) return known;
    let best: Best | undefined;
    for (let j = 0; j < second.length; j += 1) {
      if (used & (1 << j)) continue;
      const gap = Math.min(...at(first, i).map((instant) => Math.abs(instant - at(second, j))));
      if (gap > limitMs) continue;
      const rest = solve(i + 1, used | (1 << j));
      const count = rest.count + 1;
      const cost = rest.cost + gap;
      if (best === undefined || count > best.count || (count === best.count && cost < best.cost)) {
        best = { count, cost, partner: j };
      }
    }
    const rest = solve(i + 1, used);
    if (
      best === undefined ||
      rest.count > best.count ||
      (rest.count === best.count && rest.cost < best.cost)
    ) {
      best = { count: rest.count, cost: rest.cost, partner: -1 };
    }
    memo.set(key, best);
    return best;
  };
  const chosen: PositionPair[] = [];
  let used = 0;
  for (let i = 0; i < first.length; i += 1) {
    const { partner } = solve(i, used);
    if (partner < 0) continue;
    chosen.push([i, partner]);
    used |= 1 << partner;
  }
  return chosen;
}

function isBetter(pairs: Int32Array, costs: Float64Array, a: number, b: number): boolean {
  return at(pairs, a) > at(pairs, b) || (at(pairs, a) === at(pairs, b) && at(costs, a) < at(costs, b));
}

/** Positions here are in range by construction. */
function at<T>(list: ArrayLike<T>, index: number): T {
  return list[index] as T;
}
