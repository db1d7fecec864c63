import type { FileSequence, ScanFileEntry } from "../../domain/scan-file-entry.ts";

/** Numbers of a row of files that are missing, or that begin anew. */
export interface SequenceFault {
  readonly kind: "gap" | "restarted";
  /** The file behind it. */
  readonly file: ScanFileEntry;
  /** Gap: the first number that is missing; restarted: the last one before. */
  readonly fromNumber: number;
  /** Gap: the last number that is missing; restarted: the first one after. */
  readonly toNumber: number;
}

/** A longer jump is no loss of files but another way to count. */
const LONGEST_JUMP = 1000;

/**
 * Finds what is missing in the numbers of a customer's files. Files may come
 * in any order, and the same number may come again; after the highest number
 * that fits comes 0 or 1.
 *
 * @param files of one customer, by receipt
 */
export function findGaps(files: readonly ScanFileEntry[]): SequenceFault[] {
  const running: NumberedFile[] = [];
  const days = new Map<string, NumberedFile[]>();
  for (const file of files) {
    const { sequence } = file;
    if (sequence === null) continue;
    const numbered = { file, sequence };
    if (!sequence.isDaily) {
      running.push(numbered);
      continue;
    }
    const day = Temporal.Instant.fromEpochMilliseconds(file.receivedAt).toString().slice(0, 10);
    const others = days.get(day);
    if (others === undefined) days.set(day, [numbered]);
    else others.push(numbered);
  }
  const faults = findRunningFaults(running);
  for (const day of days.values()) {
    // A day's numbers begin with 0 or 1.
    faults.push(
      ...listGaps(
        day.map(({ file, sequence }) => ({ file, at: sequence.number })),
        0,
      ),
    );
  }
  return faults;
}

interface NumberedFile {
  readonly file: ScanFileEntry;
  readonly sequence: FileSequence;
}

/** A file at its place in a row that never starts over. */
interface PlacedFile {
  readonly file: ScanFileEntry;
  readonly at: number;
}

function findRunningFaults(files: readonly NumberedFile[]): SequenceFault[] {
  const faults: SequenceFault[] = [];
  let row: PlacedFile[] = [];
  let last: number | undefined;
  for (const { file, sequence } of files) {
    const cycle = 10 ** sequence.digits;
    if (last === undefined) {
      last = sequence.number;
      row.push({ file, at: last });
      continue;
    }
    const at = toNearest(sequence.number, last, cycle);
    // Where few digits are written, numbers start over often, and every jump is a short one.
    if (Math.abs(at - last) > Math.min(LONGEST_JUMP, cycle / 2)) {
      faults.push(...listGaps(row, undefined, cycle));
      faults.push({ kind: "restarted", file, fromNumber: modulo(last, cycle), toNumber: sequence.number });
      row = [{ file, at: sequence.number }];
      last = sequence.number;
      continue;
    }
    row.push({ file, at });
    last = Math.max(last, at);
  }
  const cycle = files.at(-1);
  faults.push(...listGaps(row, undefined, cycle === undefined ? undefined : 10 ** cycle.sequence.digits));
  return faults;
}

/** The place with this number that is nearest to another. */
function toNearest(number: number, to: number, cycle: number): number {
  const at = Math.floor(to / cycle) * cycle + number;
  return [at - cycle, at, at + cycle].reduce((best, one) =>
    Math.abs(one - to) < Math.abs(best - to) ? one : best,
  );
}

/**
 * @param start the place before the first, where one is known
 * @param cycle where given, a place that is a whole multiple of it may be left out: 0 after 999
 */
function listGaps(row: readonly PlacedFile[], start: number | undefined, cycle?: number): SequenceFault[] {
  const places = row.toSorted((a, b) => a.at - b.at || a.file.receivedAt - b.file.receivedAt);
  const gaps: SequenceFault[] = [];
  let before = start;
  for (const { file, at } of places) {
    if (before !== undefined) {
      let [from, to] = [before + 1, at - 1];
      if (cycle !== undefined && modulo(from, cycle) === 0) from += 1;
      if (cycle !== undefined && modulo(to, cycle) === 0) to -= 1;
      if (from <= to) {
        const number = (place: number) => (cycle === undefined ? place : modulo(place, cycle));
        gaps.push({ kind: "gap", file, fromNumber: number(from), toNumber: number(to) });
      }
    }
    before = Math.max(before ?? at, at);
  }
  return gaps;
}

function modulo(value: number, by: number): number {
  return ((value % by) + by) % by;
}
