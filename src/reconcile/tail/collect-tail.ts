import type { Sums } from "../facts/sums.ts";

/** UTC dates, the first included and the second not. */
export interface DayRange {
  readonly from: string;
  readonly until: string;
}

/** What the new feed did: counts of categories, by what is counted and by weekday (1 Monday to 7 Sunday). */
export interface TailCounts extends DayRange {
  /** Keys `statuses|WEEKDAY|STATUS`, `transitions|WEEKDAY|FROM>TO`, `latency CHANNEL|WEEKDAY|BIN`. */
  readonly counts: Readonly<Record<string, number>>;
  /** Episodes by day; days without any are left out. */
  readonly volumes: Readonly<Record<string, number>>;
}

/** Collects from the sums what the new feed did in a range of days. */
export function collectTail(sums: Sums, range: DayRange): TailCounts {
  const counts: Record<string, number> = {};
  const volumes: Record<string, number> = {};
  for (const [key, count] of sums) {
    const [family = "", a = "", b = "", c = ""] = key.split("|");
    const day = family === "nextday" ? a : b;
    if (!(day >= range.from && day < range.until)) continue;
    const add = (what: string, category: string): void => {
      const at = `${what}|${weekdayOf(day)}|${category}`;
      counts[at] = (counts[at] ?? 0) + count;
    };
    if (family === "side" && a === "new") {
      add("statuses", c);
      volumes[day] = (volumes[day] ?? 0) + count;
    } else if (family === "nextday") add("transitions", `${b}>${c}`);
    else if (family === "lagday" && (a === "webhook" || a === "status-api")) add(`latency ${a}`, c);
  }
  return { ...range, counts, volumes };
}

/** The counts of one sort on some weekdays, by category. */
export function mixOf(
  { counts }: TailCounts,
  what: string,
  weekdays: ReadonlySet<number>,
): ReadonlyMap<string, number> {
  const mix = new Map<string, number>();
  for (const [key, count] of Object.entries(counts)) {
    const [own = "", weekday, category = ""] = key.split("|");
    if (own === what && weekdays.has(Number(weekday))) mix.set(category, (mix.get(category) ?? 0) + count);
  }
  return mix;
}

const weekdays = new Map<string, number>();

/** From 1, Monday, to 7. */
export function weekdayOf(day: string): number {
  const known = weekdays.get(day) ?? Temporal.PlainDate.from(day).dayOfWeek;
  weekdays.set(day, known);
  return known;
}

/** Every day of a range. */
export function daysOf({ from, until }: DayRange): string[] {
  const days: string[] = [];
  const end = Temporal.PlainDate.from(until);
  for (
    let day = Temporal.PlainDate.from(from);
    Temporal.PlainDate.compare(day, end) < 0;
    day = day.add({ days: 1 })
  ) {
    days.push(day.toString());
  }
  return days;
}
