import type { ScanFileEntry } from "../../domain/scan-file-entry.ts";
import { isCopy } from "../../domain/scan-file-entry.ts";
import { minuteOf, toLocal } from "./local-days.ts";
import { findUsual } from "./outliers.ts";

const WEEKS = 12;
const WEEK_MS = 7 * 24 * 3600_000;
/** Files of the same weekday that came within this of each other are compared. */
const NEAR_MINUTES = 90;
/** A file of half the usual size may be a quiet day's. */
const SHORT_SHARE = 0.5;

/**
 * Finds files that are unusually small: beside those of the twelve weeks
 * before that came on the same weekday at about the same time; see
 * `outliers.ts`. Sizes are compared by their logarithms, because they vary by
 * factors, and only less than half the median counts.
 *
 * @param files of one customer, by receipt
 */
export function findShort(
  files: readonly ScanFileEntry[],
  zone: string,
  since: number,
): { readonly file: ScanFileEntry; readonly usualBytes: number }[] {
  const timed = files.map((file) => {
    const local = toLocal(file.receivedAt, zone);
    return { file, weekday: local.dayOfWeek, minute: minuteOf(local) };
  });
  const short: { file: ScanFileEntry; usualBytes: number }[] = [];
  for (const { file, weekday, minute } of timed) {
    if (file.receivedAt < since || isCopy(file)) continue;
    const sizes = timed
      .filter(
        (other) =>
          other.weekday === weekday &&
          Math.abs(other.minute - minute) <= NEAR_MINUTES &&
          other.file.receivedAt < file.receivedAt &&
          other.file.receivedAt >= file.receivedAt - WEEKS * WEEK_MS &&
          !isCopy(other.file),
      )
      .map((other) => Math.log(other.file.sizeBytes + 1));
    const usual = findUsual(sizes);
    if (usual === undefined) continue;
    const usualBytes = Math.round(Math.exp(usual.median) - 1);
    const isUnusual = Math.log(file.sizeBytes + 1) < usual.lower;
    if (isUnusual && file.sizeBytes < usualBytes * SHORT_SHARE) short.push({ file, usualBytes });
  }
  return short;
}
