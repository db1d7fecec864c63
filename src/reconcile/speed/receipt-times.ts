import type { Feed, SpeedCounts } from "./speed-counts.ts";
import { countOf } from "./speed-counts.ts";

/** Fewer days of events than this cannot tell a late import from a nightly file. */
const FEWEST_DAYS = 3;
/** Of a feed that speaks daily there are as many days of receipt as of events. */
const DAYS_A_RECEIPT = 3;
const BULK = 0.9;

/**
 * Whether a feed's receipts say when it spoke. They do not where a history was
 * taken in at once, from exports or files without a time of their own: what
 * happened on many days was received on a few.
 */
export function areReceiptsKnown({ eventDays, receiptDays }: SpeedCounts, feed: Feed): boolean {
  const events = daysOfBulk(eventDays.get(feed) ?? new Map());
  const receipts = daysOfBulk(receiptDays.get(feed) ?? new Map());
  return events < FEWEST_DAYS || receipts * DAYS_A_RECEIPT > events;
}

/** On how many days, the fullest first, most of all were. */
function daysOfBulk(days: ReadonlyMap<string, number>): number {
  const total = countOf(days);
  let sum = 0;
  let needed = 0;
  for (const count of [...days.values()].sort((a, b) => b - a)) {
    if (sum >= total * BULK) break;
    sum += count;
    needed += 1;
  }
  return needed;
}
