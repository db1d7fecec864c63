import type { FileCalendar } from "../../domain/file-calendar.ts";
import type { ExpectedSlot } from "./fill-slots.ts";
import { listDays, toReadings } from "./local-days.ts";

/** The slots of a calendar that was given, in order, from before `fromAt` to after `untilAt` where there are any. */
export function planSlots(
  calendar: FileCalendar & { readonly kind: "given" },
  fromAt: number,
  untilAt: number,
): ExpectedSlot[] {
  const { zone, graceMs, except, weekdays, times, isSteady } = calendar;
  const moments = new Set<number>();
  for (const { date, key } of listDays(fromAt - AROUND_MS, untilAt + AROUND_MS, zone)) {
    if (!weekdays.includes(date.dayOfWeek) || except.includes(key)) continue;
    for (const minute of times) {
      const [first, second] = toReadings(date, minute, zone);
      moments.add(first);
      if (isSteady) moments.add(second);
    }
  }
  const ordered = [...moments].sort((a, b) => a - b);
  // As early as it may be late, as long as that is not nearer to the one before.
  const starts = ordered.map((at, i) => {
    const before = ordered[i - 1];
    return at - (before === undefined ? graceMs : Math.min(graceMs, (at - before) / 2));
  });
  return ordered.map((expectedAt, i) => ({
    expectedAt,
    dueAt: expectedAt + graceMs,
    fromAt: starts[i] as number,
    untilAt: starts[i + 1] ?? Infinity,
  }));
}

/** A slot's neighbours are needed to know which files are its own. */
const AROUND_MS = 2 * 24 * 3600_000;
