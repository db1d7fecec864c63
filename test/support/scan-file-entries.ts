import type { FileCalendar, FileIrregularity } from "../../src/domain/file-calendar.ts";
import type { ScanFileEntry } from "../../src/domain/scan-file-entry.ts";
import { HOUR, type Time, timeOf } from "./observations.ts";
import { hashOf } from "./store-rows.ts";

/** An entry of a ledger; `at` is when the file was received. Starts valid: content of its own, 100 rows of 100 bytes. */
export function anEntry(at: Time, changes: Partial<ScanFileEntry> = {}): ScanFileEntry {
  const receivedAt = timeOf(at);
  const { customer = "1", version = 1 } = changes;
  const name = changes.name ?? `TT_${customer}_${receivedAt}.csv`;
  return {
    name,
    version,
    sizeBytes: 10_000,
    modifiedAt: receivedAt,
    hash: hashOf(`${name} ${version}`),
    fetchedAt: receivedAt + HOUR,
    receivedAt,
    rows: 100,
    quarantined: 0,
    supersedes: null,
    sameAs: null,
    customer,
    sequence: null,
    layout: "l",
    ...changes,
  };
}

const ANY_DAY = { zone: "Europe/Amsterdam", graceMs: HOUR, except: [], customers: [] };
export const LEARNT: FileCalendar = { ...ANY_DAY, kind: "learnt" };

/** A calendar with times of day such as `06:00`. */
export function aCalendar(
  times: readonly string[],
  changes: Partial<FileCalendar & { readonly kind: "given" }> = {},
): FileCalendar & { readonly kind: "given" } {
  const minutes = times.map((time) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3)));
  const weekdays = [1, 2, 3, 4, 5, 6, 7];
  return { ...ANY_DAY, kind: "given", weekdays, times: minutes, isSteady: false, ...changes };
}

/** The instants at which a clock in Amsterdam shows the times on each day, from the first day to the last. */
export function dailyAt(first: string, last: string, times: readonly string[]): number[] {
  const instants: number[] = [];
  const end = Temporal.PlainDate.from(last);
  for (
    let day = Temporal.PlainDate.from(first);
    Temporal.PlainDate.compare(day, end) <= 0;
    day = day.add({ days: 1 })
  ) {
    for (const time of times) {
      instants.push(day.toZonedDateTime({ timeZone: "Europe/Amsterdam", plainTime: time }).epochMilliseconds);
    }
  }
  return instants;
}

/** What is wrong, in short: `missing 1 2026-03-08T05:00:00Z`. */
export function tellFaults(faults: readonly FileIrregularity[]): string[] {
  return faults.map(({ kind, customer, at }) =>
    [kind, customer, Temporal.Instant.fromEpochMilliseconds(at)].join(" "),
  );
}
