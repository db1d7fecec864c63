import type { FileSlot } from "../../domain/file-calendar.ts";
import type { ScanFileEntry } from "../../domain/scan-file-entry.ts";

/** A file that is expected, before it is known what came. Instants are UTC epoch milliseconds. */
export interface ExpectedSlot {
  readonly expectedAt: number;
  readonly dueAt: number;
  /** Files received from here … */
  readonly fromAt: number;
  /** … up to here are for it. Slots with the same stretch share its files. */
  readonly untilAt: number;
}

const DAY_MS = 24 * 3600_000;

/**
 * Gives each expected slot its file. A file that its own stretch does not want
 * stands in for the oldest one that is missing of the day before it: late, not
 * missing.
 *
 * @param slots of one customer, in order
 * @param files of one customer, by receipt; copies of earlier ones not among them
 */
export function fillSlots(
  slots: readonly ExpectedSlot[],
  files: readonly ScanFileEntry[],
  customer: string | null,
  now: number,
): FileSlot[] {
  const taken = new Map<ExpectedSlot, ScanFileEntry>();
  const extras: ScanFileEntry[] = [];
  for (const [fromAt, stretch] of Map.groupBy(slots, (slot) => slot.fromAt)) {
    const untilAt = stretch[0]?.untilAt ?? fromAt;
    const own = files.filter(({ receivedAt }) => fromAt <= receivedAt && receivedAt < untilAt);
    for (const [slot, file] of pairUp(stretch, own, now)) taken.set(slot, file);
    extras.push(...own.slice(stretch.length));
  }
  for (const file of extras.sort((a, b) => a.receivedAt - b.receivedAt)) {
    const missed = slots.find(
      (slot) =>
        !taken.has(slot) && slot.untilAt <= file.receivedAt && slot.expectedAt > file.receivedAt - DAY_MS,
    );
    if (missed !== undefined) taken.set(missed, file);
  }
  return slots.map((slot) => {
    const { expectedAt, dueAt } = slot;
    const file = taken.get(slot);
    const base = { customer, expectedAt, dueAt };
    if (file === undefined)
      return { ...base, state: now <= dueAt ? "due" : "missing", name: null, receivedAt: null };
    const { name, receivedAt } = file;
    return { ...base, state: receivedAt <= dueAt ? "received" : "late", name, receivedAt };
  });
}

type Pairs = [ExpectedSlot, ScanFileEntry][];

/**
 * The first file to the first slot, and so on, as the times of slots were
 * learnt. Only where that leaves something wrong, and fewer came than were
 * expected, the times say which of them it is that did not.
 */
function pairUp(slots: readonly ExpectedSlot[], files: readonly ScanFileEntry[], now: number): Pairs {
  const inOrder = slots.flatMap((slot, i): Pairs => {
    const file = files[i];
    return file === undefined ? [] : [[slot, file]];
  });
  const isRight =
    inOrder.every(([{ dueAt }, { receivedAt }]) => receivedAt <= dueAt) &&
    slots.slice(inOrder.length).every(({ dueAt }) => now <= dueAt);
  return isRight || files.length >= slots.length ? inOrder : pairNearest(slots, files);
}

/** Pairs all files, fewer than slots, in order and with the least distance in sum. */
function pairNearest(slots: readonly ExpectedSlot[], files: readonly ScanFileEntry[]): Pairs {
  /** By how many slots were gone through: the best pairs of the files so far, and their distance. */
  let best = slots.map((): { pairs: Pairs; distance: number } => ({ pairs: [], distance: 0 }));
  best.push({ pairs: [], distance: 0 });
  for (const file of files) {
    const next = best.map((): { pairs: Pairs; distance: number } => ({ pairs: [], distance: Infinity }));
    for (const [i, slot] of slots.entries()) {
      const before = best[i];
      const left = next[i];
      if (before === undefined || left === undefined) continue;
      const distance = before.distance + Math.abs(file.receivedAt - slot.expectedAt);
      next[i + 1] = distance < left.distance ? { pairs: [...before.pairs, [slot, file]], distance } : left;
    }
    best = next;
  }
  return best.at(-1)?.pairs ?? [];
}
