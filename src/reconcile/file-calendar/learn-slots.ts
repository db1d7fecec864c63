import type { FileCalendar } from "../../domain/file-calendar.ts";
import type { ScanFileEntry } from "../../domain/scan-file-entry.ts";
import type { ExpectedSlot } from "./fill-slots.ts";
import { instantOf, type LocalDay, listDays, minuteOf, toLocal } from "./local-days.ts";
import { findUsual } from "./outliers.ts";

const WEEKS = 12;
const DAY_MS = 24 * 3600_000;

/** The slots of a stretch of time, and whether any day of it could be judged. */
export interface LearntSlots {
  readonly slots: readonly ExpectedSlot[];
  readonly isLearnt: boolean;
}

/**
 * Learns from a customer's files of the twelve weeks before each day when to
 * expect some on it. Compared are days of the same weekday: how many files
 * came, and when the first, the second … did. As many are expected as are not
 * unusually few, each until it would come unusually late; see `outliers.ts`.
 * With fewer than four such days nothing is expected.
 *
 * @param files of one customer, by receipt; copies of earlier ones not among them
 */
export function learnSlots(
  files: readonly ScanFileEntry[],
  calendar: FileCalendar,
  fromAt: number,
  untilAt: number,
): LearntSlots {
  const { zone, graceMs, except } = calendar;
  const first = files[0];
  if (first === undefined) return { slots: [], isLearnt: false };
  const days = listDays(Math.max(fromAt - WEEKS * 7 * DAY_MS, first.receivedAt), untilAt, zone);
  const minutes = countByDay(files, zone);
  // The first day may have begun before we looked.
  const known = days.slice(1).filter(({ key }) => !except.includes(key));

  const slots: ExpectedSlot[] = [];
  let isLearnt = false;
  for (const day of known) {
    if (day.endAt <= fromAt) continue;
    const before = known.filter((other) => isComparable(other, day)).map(({ key }) => minutes.get(key) ?? []);
    const usualCount = findUsual(before.map(({ length }) => length));
    if (usualCount === undefined) continue;
    isLearnt = true;
    const expected = Math.ceil(Math.max(0, usualCount.lower));
    for (let nth = 0; nth < expected; nth += 1) {
      const usual = findUsual(before.flatMap((times) => times[nth] ?? []));
      if (usual === undefined) break;
      slots.push({
        expectedAt: instantOf(day.date, Math.round(usual.median), zone),
        dueAt: instantOf(day.date, Math.ceil(usual.upper), zone) + graceMs,
        fromAt: day.startAt,
        untilAt: day.endAt,
      });
    }
  }
  return { slots, isLearnt };
}

function isComparable(other: LocalDay, day: LocalDay): boolean {
  return (
    other.startAt < day.startAt &&
    other.date.dayOfWeek === day.date.dayOfWeek &&
    other.date.until(day.date, { largestUnit: "days" }).days <= WEEKS * 7
  );
}

/** By day, the minutes at which files came, ascending. */
function countByDay(files: readonly ScanFileEntry[], zone: string): ReadonlyMap<string, readonly number[]> {
  const byDay = new Map<string, number[]>();
  for (const { receivedAt } of files) {
    const local = toLocal(receivedAt, zone);
    const key = local.toPlainDate().toString();
    const minutes = byDay.get(key);
    if (minutes === undefined) byDay.set(key, [minuteOf(local)]);
    else minutes.push(minuteOf(local));
  }
  for (const minutes of byDay.values()) minutes.sort((a, b) => a - b);
  return byDay;
}
