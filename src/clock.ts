/** What time it is, UTC epoch milliseconds. Handed to whoever needs it; nobody else asks the machine. */
export type Clock = () => number;

/** The machine's clock. */
export const systemClock: Clock = () => Temporal.Now.instant().epochMilliseconds;

/** A clock that stands still at the given instant (UTC epoch milliseconds): the whole run happens then. */
export function makeFixedClock(at: number): Clock {
  return () => at;
}

/** An instant for a library that wants a `Date`: UTC epoch milliseconds, whatever the zone. */
export function toDate(epochMs: number): Date {
  return new Date(epochMs);
}
