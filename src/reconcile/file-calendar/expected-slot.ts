import type { FileSlot } from "../../domain/file-calendar.ts";
import type { ScanFileEntry } from "../../domain/scan-file-entry.ts";

/** A file that is expected, before it is known what came. Instants are UTC epoch milliseconds. */
export interface ExpectedSlot {
  readonly expectedAt: number;
  readonly dueAt: number;
  /** Files received from here … */
  readonly fromAt: number;
  /** … up to here are for it; slots with the same stretch share its files, the first to the first. */
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
  let next = 0;
  for (const file of files) {
    while (next < slots.length && (slots[next] as ExpectedSlot).untilAt <= file.receivedAt) next += 1;
    const own = slots
      .slice(next)
      .find((slot) => slot.fromAt <= file.receivedAt && file.receivedAt < slot.untilAt && !taken.has(slot));
    const slot = own ?? findMissed(slots, next, taken, file.receivedAt);
    if (slot !== undefined) taken.set(slot, file);
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

function findMissed(
  slots: readonly ExpectedSlot[],
  before: number,
  taken: ReadonlyMap<ExpectedSlot, ScanFileEntry>,
  receivedAt: number,
): ExpectedSlot | undefined {
  let missed: ExpectedSlot | undefined;
  for (let i = before - 1; i >= 0; i -= 1) {
    const slot = slots[i] as ExpectedSlot;
    if (slot.expectedAt <= receivedAt - DAY_MS) break;
    if (!taken.has(slot)) missed = slot;
  }
  return missed;
}
