import type { FileCalendar } from "../../domain/file-calendar.ts";
import type { ScanFileEntry } from "../../domain/scan-file-entry.ts";
import type { ExpectedSlot } from "./fill-slots.ts";
import { instantOf, type LocalDay, listDays, minuteOf, toLocal } from "./local-days.ts";
import { findUsual } from "./outliers.ts";

const WEEKS = 12;
const DAY_MS = 24 * 3600_000;
const DAY_MINUTES = 24 * 60;

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
 * With fewer than four such days nothing is expected. A day begins in the
 * widest gap between times of day at which files come, so that none of them
 * comes now on one day, now on the next.
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
  const startMinute = findQuietMinute(files, zone);
  const startOf = (date: Temporal.PlainDate): number => instantOf(date, startMinute, zone);
  const days = listDays(Math.max(fromAt - WEEKS * 7 * DAY_MS, first.receivedAt), untilAt + DAY_MS, zone);
  const minutes = countByDay(files, startMinute, zone);
  // The first day may have begun before we looked.
  const known = days.filter(({ date, key }) => startOf(date) > first.receivedAt && !except.includes(key));

  const slots: ExpectedSlot[] = [];
  let isLearnt = false;
  for (const day of known) {
    const [startAt, endAt] = [startOf(day.date), startOf(day.date.add({ days: 1 }))];
    if (endAt <= fromAt || startAt > untilAt) continue;
    const before = known.filter((other) => isComparable(other, day)).map(({ key }) => minutes.get(key) ?? []);
    const usualCount = findUsual(before.map(({ length }) => length));
    if (usualCount === undefined) continue;
    isLearnt = true;
    const expected = Math.ceil(Math.max(0, usualCount.lower));
    for (let nth = 0; nth < expected; nth += 1) {
      const usual = findUsual(before.flatMap((times) => times[nth] ?? []));
      if (usual === undefined) break;
      const expectedAt = instantOf(day.date, Math.round(usual.median), zone);
      if (except.includes(toLocal(expectedAt, zone).toPlainDate().toString())) continue;
      slots.push({
        expectedAt,
        dueAt: instantOf(day.date, Math.ceil(usual.upper), zone) + graceMs,
        fromAt: startAt,
        untilAt: endAt,
      });
    }
  }
  return { slots, isLearnt };
}

function isComparable(other: LocalDay, day: LocalDay): boolean {
  return (
    other.key < day.key &&
    other.date.dayOfWeek === day.date.dayOfWeek &&
    other.date.until(day.date, { largestUnit: "days" }).days <= WEEKS * 7
  );
}

/**
 * In the middle of the widest stretch of the day in which no file ever came;
 * of equal ones that nearest to midnight. Minutes from midnight, before or after it.
 */
function findQuietMinute(files: readonly ScanFileEntry[], zone: string): number {
  const seen = [...new Set(files.map(({ receivedAt }) => minuteOf(toLocal(receivedAt, zone))))].sort(
    (a, b) => a - b,
  );
  let quiet = 0;
  let widest = 0;
  for (const [i, minute] of seen.entries()) {
    const next = seen[i + 1] ?? (seen[0] ?? minute) + DAY_MINUTES;
    const width = next - minute;
    const middle = Math.floor((minute + next) / 2);
    const signed = middle > DAY_MINUTES / 2 ? middle - DAY_MINUTES : middle;
    if (width < widest || (width === widest && Math.abs(signed) >= Math.abs(quiet))) continue;
    widest = width;
    quiet = signed;
  }
  return quiet;
}

/** By day, the minutes from midnight at which files came, ascending; below zero before it. */
function countByDay(
  files: readonly ScanFileEntry[],
  startMinute: number,
  zone: string,
): ReadonlyMap<string, readonly number[]> {
  const byDay = new Map<string, number[]>();
  for (const { receivedAt } of files) {
    const shifted = toLocal(receivedAt, zone).toPlainDateTime().subtract({ minutes: startMinute });
    const key = shifted.toPlainDate().toString();
    const minute = shifted.hour * 60 + shifted.minute + startMinute;
    const minutes = byDay.get(key);
    if (minutes === undefined) byDay.set(key, [minute]);
    else minutes.push(minute);
  }
  for (const minutes of byDay.values()) minutes.sort((a, b) => a - b);
  return byDay;
}
