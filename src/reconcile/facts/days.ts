const DAY_SECONDS = 86_400;
const days = new Map<number, string>();

/** The UTC date of a moment, kept: there are few. */
export function toDay(epochSeconds: number): string {
  const number = Math.floor(epochSeconds / DAY_SECONDS);
  let day = days.get(number);
  if (day === undefined) {
    day = Temporal.Instant.fromEpochMilliseconds(number * DAY_SECONDS * 1000)
      .toString()
      .slice(0, 10);
    days.set(number, day);
  }
  return day;
}
