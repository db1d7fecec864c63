import { SCAN_HEADER } from "./channels/legacy-scan.ts";
import { HOUR_MS, MINUTE_MS } from "./durations.ts";
import type { Customer } from "./parcel.ts";
import { Prng } from "./prng.ts";
import type { RowCounts } from "./truth.ts";
import { STREAM, type WorldPlan } from "./world-plan.ts";
import { fileNumberOf } from "./world-sink.ts";

/** A file as it lies on the carrier's server. */
export interface ScanFile {
  readonly name: string;
  readonly bytes: Buffer;
}

/** What comes after the regular files of a day has this number. */
const EXTRA = "009";

/**
 * Puts the rows into files, one per customer and arrival time, also where
 * there are none; adds what noise asks for (copies, damaged copies,
 * corrections, rows that cannot be read) and counts the rows it adds.
 *
 * `takeRows` gives the rows of a file in the order of their scans.
 */
export function* writeScanFiles(
  plan: WorldPlan,
  takeRows: (file: number) => string[],
  counts: RowCounts,
): Generator<ScanFile> {
  const { customers, fileTimes } = plan;
  for (const [customerIndex, customer] of customers.entries()) {
    for (const [place, at] of fileTimes.entries()) {
      const number = fileNumberOf(customerIndex, place, fileTimes.length);
      const prng = new Prng(plan.seed, STREAM.file, number);
      yield* writeFile(takeRows(number), customer, at, plan, prng, counts);
    }
  }
}

function* writeFile(
  rows: string[],
  customer: Customer,
  at: number,
  plan: WorldPlan,
  prng: Prng,
  counts: RowCounts,
): Generator<ScanFile> {
  const { noise } = plan;
  const tally = counts["legacy-scan"];
  const sequence = `00${1 + Math.floor(Number(plan.utc.toLocalIso(at).slice(11, 13)) / 6)}`;
  const format = pickFormat(plan, prng);
  if (noise.shuffle && prng.chance(0.4)) prng.shuffle(rows);

  const isSpoilt = noise.malformed && rows.length > 0 && prng.chance(0.04);
  const [first = ""] = rows;
  if (isSpoilt) {
    rows.splice(prng.between(0, rows.length), 0, spoilRow(first, prng));
    tally.seen += 1;
    tally.quarantined += 1;
  }
  const bytes = toBytes(rows, rows.length, format);
  yield { name: toName(customer, at, sequence, plan), bytes };

  const extraAt = at + prng.between(35, 45) * MINUTE_MS;
  if (extraAt > plan.heardUntil.legacy) return;
  const name = toName(customer, extraAt, EXTRA, plan);
  const chance = prng.between(0, 999);
  if (noise.resent_files && !isSpoilt && chance < 40) {
    tally.seen += rows.length;
    tally.duplicates += rows.length;
    yield { name, bytes };
  } else if (noise.damaged_files && rows.length > 2 && chance >= 40 && chance < 70) {
    const left = rows.slice(0, prng.between(1, rows.length - 1));
    tally.seen += left.length;
    tally.quarantined += left.length;
    yield { name, bytes: toBytes(left, rows.length, { ...format, trailer: true }) };
  } else if (noise.corrected_files && !isSpoilt && rows.length > 0 && chance >= 70 && chance < 100) {
    // A second reading of an ambiguous time would be a riddle of its own.
    if (plan.clockChanges.some((change) => at >= change.from && at - 13 * HOUR_MS < change.until)) return;
    const corrected = correctRow(first);
    tally.seen += 1;
    tally.accepted += 1;
    yield { name, bytes: toBytes([corrected], 1, format) };
  }
}

/** `TT_<customer>_<yyyyMMdd>_<HHmmss>_<seq>.csv`, the time being that of arrival, in UTC. */
function toName(customer: Customer, at: number, sequence: string, { utc }: WorldPlan): string {
  const [date = "", time = ""] = utc.toLocalIso(at).replaceAll(/[-:]/g, "").split("T");
  return `TT_${customer.number}_${date}_${time}_${sequence}.csv`;
}

interface Format {
  readonly lineEnd: string;
  readonly trailer: boolean;
  readonly byteOrderMark: boolean;
  readonly windows1252: boolean;
}

function pickFormat({ noise }: WorldPlan, prng: Prng): Format {
  const plain = !noise.file_format;
  const byteOrderMark = !plain && prng.chance(0.15);
  return {
    lineEnd: !plain && prng.chance(0.25) ? "\r\n" : "\n",
    trailer: !plain && prng.chance(0.3),
    byteOrderMark,
    windows1252: !(plain || byteOrderMark) && prng.chance(0.5),
  };
}

function toBytes(rows: readonly string[], announced: number, format: Format): Buffer {
  const lines = [SCAN_HEADER, ...rows, ...(format.trailer ? [`#EOF;${announced}`] : []), ""];
  const text = lines.join(format.lineEnd);
  // Of the characters that a world uses, only the euro sign stands elsewhere in Windows-1252 than in Latin-1.
  if (format.windows1252) return Buffer.from(text.replaceAll("€", "\x80"), "latin1");
  return Buffer.from(format.byteOrderMark ? `\ufeff${text}` : text, "utf8");
}

/** A row that cannot be read: its barcode, its time or its second half is gone. */
function spoilRow(row: string, prng: Prng): string {
  const [barcode = "", code = "", , ...details] = row.split(";");
  const salt = prng.hex(4);
  switch (prng.between(0, 2)) {
    case 0:
      return ["3S#?", code, `01-01-2026 00:00:00`, ...details].join(";");
    case 1:
      return [barcode, code, `31-02-2026 25:61:${salt}`, ...details].join(";");
    default:
      return [`${barcode.trim()}!${salt}`, code].join(";");
  }
}

/** The same scan with another product code. */
function correctRow(row: string): string {
  const columns = row.split(";");
  columns[7] = "003090";
  return columns.join(";");
}
