import { stringify } from "csv-stringify/sync";
import { neutraliseCell, neutraliseJson } from "./neutralise-cell.ts";
import { toStableJson } from "./render-json.ts";
import type { FindingReport, ParcelReport } from "./report-data.ts";

/**
 * How a file is cut into cells.
 *
 * `standard` is RFC 4180: commas, CR LF, UTF-8 without byte-order mark; for
 * programs, and for Excel by *Data → From Text/CSV*. `excel-nl` is what Excel
 * opens rightly with a double click under Dutch settings: semicolons, and a
 * byte-order mark so that it knows the text for UTF-8.
 */
export type CsvDialect = "standard" | "excel-nl";

export interface CsvOptions {
  readonly dialect?: CsvDialect;
  /** Whether the header stands above; a list that comes in pages has it once. */
  readonly head?: boolean;
}

const ROWS_A_CHUNK = 256;

const FINDING_COLUMNS = [
  "id",
  "kind",
  "state",
  "severity",
  "barcode",
  "status",
  "legacyStatus",
  "newStatus",
  "code",
  "field",
  "deltaSeconds",
  "legacyAt",
  "newAt",
  "cause",
  "causeRule",
  "signature",
  "firstSeenAt",
  "settlesAt",
  "pendingReason",
  "reopenCount",
  "knownDifference",
  "evidence",
] as const satisfies readonly (keyof FindingReport)[];

const PARCEL_COLUMNS = [
  "barcode",
  "verdict",
  "legacyEpisodes",
  "newEpisodes",
  "openFindings",
] as const satisfies readonly (keyof ParcelReport)[];

/**
 * Renders findings as CSV, chunk by chunk: a header, then a row for each, with
 * the columns of the JSON output under the same names. What does not apply is
 * empty; `evidence` is JSON. No cell can be read as a formula.
 */
export function renderCsv(findings: Iterable<FindingReport>, options: CsvOptions = {}): Iterable<string> {
  return renderRows(FINDING_COLUMNS, findings, options);
}

/** {@link renderCsv} for parcels. */
export function renderParcelsCsv(
  parcels: Iterable<ParcelReport>,
  options: CsvOptions = {},
): Iterable<string> {
  return renderRows(PARCEL_COLUMNS, parcels, options);
}

function* renderRows<Column extends string>(
  columns: readonly Column[],
  rows: Iterable<Readonly<Record<Column, unknown>>>,
  { dialect = "standard", head = true }: CsvOptions,
): Iterable<string> {
  let chunk: (readonly string[])[] = head ? [columns] : [];
  if (dialect === "excel-nl" && head) yield "\ufeff";
  for (const row of rows) {
    chunk.push(columns.map((column) => toCell(row[column])));
    if (chunk.length < ROWS_A_CHUNK) continue;
    yield toCsv(chunk, dialect);
    chunk = [];
  }
  if (chunk.length > 0) yield toCsv(chunk, dialect);
}

function toCsv(rows: readonly (readonly string[])[], dialect: CsvDialect): string {
  return stringify([...rows], {
    delimiter: dialect === "excel-nl" ? ";" : ",",
    record_delimiter: "\r\n",
    // Quoted also where only the other dialect, or a lone carriage return, would need it.
    quoted_match: /[,;\t\r\n]/,
  });
}

/** Figures are our own and stay bare; every text is made harmless. */
function toCell(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return String(value);
  if (typeof value === "string") return neutraliseCell(value);
  return neutraliseJson(toStableJson(value, 0));
}
