import type {
  FileAssessment,
  FileCalendar,
  FileIrregularity,
  FileIrregularityKind,
  FileSlot,
} from "../../domain/file-calendar.ts";
import { DAY_MS } from "../../domain/instant.ts";
import { compareText } from "../../domain/observation.ts";
import type { ScanFileEntry } from "../../domain/scan-file-entry.ts";
import { isCopy, isUnreadable } from "../../domain/scan-file-entry.ts";
import type { ExpectedSlot } from "./fill-slots.ts";
import { fillSlots } from "./fill-slots.ts";
import { findGaps } from "./find-gaps.ts";
import { findShort } from "./find-short.ts";
import { learnSlots } from "./learn-slots.ts";
import { planSlots } from "./plan-slots.ts";

export interface AssessOptions {
  /** The ledger of one feed, in any order. */
  readonly entries: readonly ScanFileEntry[];
  /** When the feed was first fetched: nothing is expected of the time before its first file and this. */
  readonly begunAt: number;
  /** `undefined`: nothing is expected; what came is looked at all the same. */
  readonly calendar: FileCalendar | undefined;
  /** Of the sequence of files: how long one may overtake another. */
  readonly graceMs: number;
  /** The stretch of time that is judged. */
  readonly since: number;
  readonly now: number;
}

/** A customer of whom nothing has come for so long has left. */
const GONE_AFTER_MS = 28 * DAY_MS;
/** What is missing from before the stretch that is judged may still come in it. */
const LEAD_MS = DAY_MS;
/** More than any rule looks back. */
const HISTORY_MS = 13 * 7 * DAY_MS;

/** Holds the files of a feed against its calendar, and against each other. */
export function assessFiles(options: AssessOptions): FileAssessment {
  const { entries, calendar, since, now } = options;
  const known = entries
    .filter(({ receivedAt }) => receivedAt <= now)
    .sort((a, b) => a.receivedAt - b.receivedAt || compareText(a.name, b.name) || a.version - b.version);
  const first = known.filter(({ version }) => version === 1);
  const byCustomer = Map.groupBy(first, ({ customer }) => customer);
  for (const customer of calendar?.customers ?? []) {
    if (!byCustomer.has(customer)) byCustomer.set(customer, []);
  }
  if (byCustomer.size === 0) byCustomer.set(null, []);

  const irregularities: FileIrregularity[] = [];
  const allSlots: FileSlot[] = [];
  const unlearnt: (string | null)[] = [];
  for (const [customer, files] of byCustomer) {
    const recent = files.filter(({ receivedAt }) => receivedAt >= since - HISTORY_MS);
    irregularities.push(...toSequenceFaults(recent, options));
    irregularities.push(...findShort(recent, calendar?.zone ?? "UTC", since).map(toShort));
    const expected = expectSlots(customer, recent, files[0], options);
    if (expected === undefined) {
      unlearnt.push(customer);
      continue;
    }
    const fresh = recent.filter((file) => !isCopy(file));
    for (const slot of fillSlots(expected, fresh, customer, now)) {
      if (slot.expectedAt < since || slot.expectedAt > now) continue;
      allSlots.push(slot);
      if (slot.state === "missing" || slot.state === "late") irregularities.push(toUnpunctual(slot));
    }
  }
  irregularities.push(...findContentFaults(known).filter(({ at }) => at >= since));
  const inOrder = <T extends { readonly customer: string | null }>(list: T[], at: (one: T) => number): T[] =>
    list.sort((a, b) => at(a) - at(b) || compareText(a.customer ?? "", b.customer ?? ""));
  return {
    since,
    files: first.length,
    lastReceivedAt: known.at(-1)?.receivedAt ?? null,
    slots: inOrder(allSlots, ({ expectedAt }) => expectedAt),
    irregularities: inOrder(irregularities, ({ at }) => at),
    unlearnt,
  };
}

/** `undefined`: too little is known to expect anything. */
function expectSlots(
  customer: string | null,
  files: readonly ScanFileEntry[],
  first: ScanFileEntry | undefined,
  { calendar, begunAt, since, now }: AssessOptions,
): readonly ExpectedSlot[] | undefined {
  if (calendar === undefined) return [];
  if (calendar.kind === "learnt") {
    const fresh = files.filter((file) => !isCopy(file));
    const { slots, isLearnt } = learnSlots(fresh, calendar, since - LEAD_MS, now);
    return isLearnt ? slots : undefined;
  }
  const isListed = customer !== null && calendar.customers.includes(customer);
  const last = files.at(-1)?.receivedAt ?? -Infinity;
  if (first !== undefined && !isListed && last < now - GONE_AFTER_MS) return [];
  const firstAt = first?.receivedAt ?? Infinity;
  return planSlots(calendar, since - LEAD_MS, now).filter(
    ({ expectedAt, untilAt }) =>
      untilAt > firstAt || ((isListed || first === undefined) && expectedAt >= begunAt),
  );
}

function findContentFaults(entries: readonly ScanFileEntry[]): FileIrregularity[] {
  const faults: FileIrregularity[] = [];
  for (const [name, versions] of Map.groupBy(entries, (entry) => entry.name)) {
    for (const [i, entry] of versions.entries()) {
      const { customer, receivedAt: at, version, sizeBytes, sameAs } = entry;
      const base = { customer, name, at };
      const before = versions[i - 1];
      if (isCopy(entry)) faults.push(toIrregularity("resent", { ...base, otherName: sameAs }));
      if (before !== undefined) {
        const kind = sizeBytes < before.sizeBytes ? "shrunk" : "corrected";
        faults.push(toIrregularity(kind, { ...base, version, sizeBytes, usualBytes: before.sizeBytes }));
      }
      if (i === versions.length - 1 && isUnreadable(entry)) {
        faults.push(toIrregularity("unreadable", { ...base, sizeBytes }));
      }
    }
  }
  return faults;
}

function toSequenceFaults(
  files: readonly ScanFileEntry[],
  { since, now, graceMs }: AssessOptions,
): FileIrregularity[] {
  return findGaps(files)
    .filter(({ file: { receivedAt } }) => receivedAt >= since && receivedAt + graceMs <= now)
    .map(({ kind, file: { customer, name, receivedAt }, fromNumber, toNumber }) =>
      toIrregularity(kind, { customer, name, at: receivedAt, fromNumber, toNumber }),
    );
}

function toUnpunctual({ customer, name, state, expectedAt, receivedAt }: FileSlot): FileIrregularity {
  return state === "late"
    ? toIrregularity("late", { customer, name, at: receivedAt ?? expectedAt, expectedAt })
    : toIrregularity("missing", { customer, name, at: expectedAt });
}

function toShort({ file, usualBytes }: ReturnType<typeof findShort>[number]): FileIrregularity {
  const { customer, name, receivedAt, sizeBytes } = file;
  return toIrregularity("short", { customer, name, at: receivedAt, sizeBytes, usualBytes });
}

function toIrregularity(
  kind: FileIrregularityKind,
  what: Pick<FileIrregularity, "customer" | "name" | "at"> & Partial<FileIrregularity>,
): FileIrregularity {
  return {
    expectedAt: null,
    otherName: null,
    version: null,
    sizeBytes: null,
    usualBytes: null,
    fromNumber: null,
    toNumber: null,
    ...what,
    kind,
  };
}
