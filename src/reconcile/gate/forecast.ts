import type { StratumCounts } from "./read-counts.ts";

const WEEKDAYS = 7;
/** Whole weeks, so that each weekday weighs the same. */
const WEEKS = 4;
/** Beyond ten years a forecast is none. */
const MOST_DAYS = 3650;

/** The volume that each weekday is likely to bring, beginning with the day after the last one. */
export type Forecast = readonly number[];

/**
 * What to expect of the coming days: each weekday brings the median of what it
 * brought in the last four weeks, nothing included. A weekday that has not been
 * seen yet is taken to bring the median of the others, so that a first weekend
 * may still lengthen the wait.
 *
 * @param first the first day with traffic, whichever stratum's; `last` the last that is settled (UTC dates)
 */
export function makeForecast({ days }: StratumCounts, first: string, last: string): Forecast {
  const end = Temporal.PlainDate.from(last);
  const seen: number[][] = Array.from({ length: WEEKDAYS }, () => []);
  for (let back = 0; back < WEEKS * WEEKDAYS; back += 1) {
    const day = end.subtract({ days: back }).toString();
    if (day < first) break;
    const counts = days.get(day);
    // The day after the last is the weekday of six days before it.
    seen[(2 * WEEKDAYS - 1 - (back % WEEKDAYS)) % WEEKDAYS]?.push(
      counts === undefined ? 0 : counts.clean + counts.bad,
    );
  }
  const others = median(seen.flat());
  return seen.map((volumes) => (volumes.length === 0 ? others : median(volumes)));
}

/** How many days it takes until so many have come; `null`: they never do, at this volume. */
export function daysUntil(forecast: Forecast, needed: number): number | null {
  let left = needed;
  for (let day = 0; day <= MOST_DAYS; day += 1) {
    if (left <= 0) return day;
    left -= forecast[day % WEEKDAYS] ?? 0;
  }
  return null;
}

/** How many calendar days hold so many days with traffic; `null`: none has any. */
export function daysUntilTraffic(forecast: Forecast, needed: number): number | null {
  return daysUntil(
    forecast.map((volume) => (volume > 0 ? 1 : 0)),
    needed,
  );
}

function median(values: readonly number[]): number {
  if (values.length === 0) return 0;
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  // The lower of two in the middle: rather wait too long than too short.
  return sorted.length % 2 === 1 ? upper : (sorted[middle - 1] ?? 0);
}
