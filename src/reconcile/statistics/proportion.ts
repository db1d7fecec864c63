/** How often something was seen: `hits` among `trials`, whole numbers, 0 ≤ hits ≤ trials. */
export interface Proportion {
  readonly hits: number;
  readonly trials: number;
}

/** Two limits, both included. */
export interface Interval {
  readonly lower: number;
  readonly upper: number;
}

/** The seen share, from 0 to 1; `null` of nothing. */
export function shareOf({ hits, trials }: Proportion): number | null {
  return trials === 0 ? null : hits / trials;
}

/** @throws RangeError for counts that cannot have been counted */
export function assertProportion({ hits, trials }: Proportion): void {
  if (!(Number.isSafeInteger(hits) && Number.isSafeInteger(trials)) || hits < 0 || hits > trials) {
    throw new RangeError(`${hits} of ${trials} is no count: expected whole numbers, 0 ≤ hits ≤ trials`);
  }
}

/** For confidences, rates and quantiles. @throws RangeError unless strictly between 0 and 1 */
export function assertBetween0And1(name: string, value: number): void {
  if (!(value > 0 && value < 1)) throw new RangeError(`${name} ${value}: expected a number between 0 and 1`);
}

/** For the counts of bins and cells. @throws RangeError for any other than a whole number from 0 */
export function assertCount(name: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new RangeError(`${name} ${value}: expected a whole number from 0`);
  }
}
