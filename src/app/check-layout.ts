import { basename, join } from "node:path";
import type { Config } from "../config.ts";
import { toMessage, toVisible } from "../domain/errors.ts";
import { toIsoUtc, toIsoUtcOrNull } from "../domain/instant.ts";
import type { Observation } from "../domain/observation.ts";
import { DETAIL_FIELDS } from "../domain/observation.ts";
import type { ParsedRow } from "../intake/incoming.ts";
import { readMappingFiles, toMappingTables } from "../mapping/load-tables.ts";
import type { MappingTables } from "../mapping/translate.ts";
import { translate } from "../mapping/translate.ts";
import type { CheckedRow, ColumnMeaning, LayoutCheckReport } from "../report/layout-check.ts";
import type { Fault } from "../sources/legacy-scan/faults.ts";
import type { MetRow } from "../sources/legacy-scan/file-facts.ts";
import type { Layout } from "../sources/legacy-scan/layout.ts";
import { listColumns } from "../sources/legacy-scan/layout-settings.ts";
import type { ScanFile } from "../sources/legacy-scan/parse-scan-file.ts";
import { openScanFile } from "../sources/legacy-scan/parse-scan-file.ts";
import { readLayout } from "../sources/legacy-scan/read-layout.ts";
import { tallyRows } from "./layout-tally.ts";
import { mappingFolderOf } from "./open-app.ts";

export interface LayoutCheckOptions {
  readonly path: string;
  /** Name or path of the layout; the configured one without it. */
  readonly layout: string | undefined;
  /** How many rows are shown. */
  readonly rows: number;
}

const LONGEST_RAW = 400;
const HIDDEN = "***";

/**
 * How a file is read with a layout: the first rows column by column, the whole
 * file as a sum. Only columns that the layout names as fields are shown with
 * their texts; others may be anybody's name.
 *
 * @throws UsageError for a wrong layout, mapping table or path
 */
export async function checkLayout(
  config: Config,
  { path, layout: wanted, rows: mostRows }: LayoutCheckOptions,
): Promise<LayoutCheckReport> {
  const layout = await readLayout(wanted ?? config.layout);
  const tables = readLegacyTables(config);
  const file = await openScanFile(path, { layout, name: basename(path) });
  const meanings = listMeanings(layout, file);
  const met: MetRow[] = [];
  const tally = tallyRows(({ code, at }) => toStatus(code, at, tables));
  let [seen, observed] = [0, 0];
  const batches = file.rows((row) => {
    observed += 1;
    if (met.length < mostRows) met.push(row());
  });
  for await (const batch of batches) {
    seen += batch.length;
    for (const row of batch) tally.add(row);
  }
  const { fault, faultLine, header, trailer, unendedLine } = file.facts;
  const named = layout.matchName?.(basename(path));
  const fileFault = fault === null ? null : toFileFault(fault, faultLine, path, layout);
  const summary = tally.finish(fault === null ? Math.max(observed - seen, 0) : 0);
  return {
    file: path,
    layout: layout.name,
    format: layout.format,
    encoding: {
      name: file.hasMark ? "utf-8" : layout.encoding,
      byteOrderMark: file.hasMark,
      foreignLines: file.foreignLines,
    },
    name: {
      pattern: layout.fileName ?? null,
      matches: named !== undefined,
      receivedAt: toIsoUtcOrNull(file.arrival.receivedAt),
      from: typeof named?.receivedAt === "number" ? "name" : "modified",
    },
    header: header === null ? null : { line: header.line, columns: header.names },
    trailer: trailer === null ? null : { line: trailer.line, text: toVisible(trailer.text) },
    finalLineEnd: layout.format === "xml" ? null : unendedLine === null,
    fault: fileFault,
    notes: file.notes,
    columns: [...meanings].map(([column, meaning]) => ({ column, meaning })),
    rows: met.map((row) => toCheckedRow(row, layout, meanings, tables)),
    // Rows that share the file's fault share its message.
    summary:
      fileFault === null
        ? summary
        : {
            ...summary,
            reasons: summary.reasons.map((one) => ({ ...one, firstMessage: fileFault.message })),
          },
  };
}

/** Of a file without header the fault's value is its first row, whoever stands in it. */
function toFileFault(
  { code, complaint }: Fault,
  line: number,
  path: string,
  layout: Layout,
): NonNullable<LayoutCheckReport["fault"]> {
  const { value } = complaint;
  const isHeader = code !== "HEADER_INVALID" || listColumns(layout).some((column) => value.includes(column));
  const place = `${basename(path)} line ${line}`;
  return {
    code,
    line,
    message: toMessage({ ...complaint, value: isHeader ? value : toShape(value), place }),
  };
}

/** The mapping tables as far as scan files need them. */
export function readLegacyTables(config: Config): MappingTables {
  const folder = mappingFolderOf(config);
  const noWireCodes = { webhook: new Map(), "status-api": new Map() };
  return toMappingTables(readMappingFiles(folder), noWireCodes, join(folder, "legacy-codes.csv"));
}

/** What the mapping table says of a scan's code: a status, `notice` or `unmapped`. */
export function toStatus(code: string, at: number, tables: MappingTables): string {
  const translation = translate("legacy-scan", code, at, tables);
  return translation.kind === "status" ? translation.status : translation.kind;
}

/** What each column is for: the file's columns in their order, then those that the layout adds. */
function listMeanings(layout: Layout, { facts }: ScanFile): ReadonlyMap<string, ColumnMeaning> {
  const known = listColumns(layout);
  const { fields, personal, only, time } = layout;
  const meaningOf = (column: string): ColumnMeaning => {
    if (column === fields.barcode) return "barcode";
    if (fields.code.includes(column)) return "code";
    if (fields.time.includes(column)) return "time";
    if (column === time.zoneColumn) return "zone";
    const detail = DETAIL_FIELDS.find((field) => fields[field] === column);
    if (detail !== undefined) return detail;
    if (only.some((filter) => filter.column === column)) return "filter";
    if (personal.includes(column)) return "personal";
    return known.includes(column) ? "unused" : "unknown";
  };
  const columns = facts.header === null ? known : [...new Set([...facts.header.names, ...known])];
  return new Map(columns.map((column) => [column, meaningOf(column)]));
}

function isShown(meaning: ColumnMeaning): boolean {
  return !["filter", "personal", "unused", "unknown"].includes(meaning);
}

function toCheckedRow(
  { line, cells, raw, outcome }: MetRow,
  layout: Layout,
  meanings: ReadonlyMap<string, ColumnMeaning>,
  tables: MappingTables,
): CheckedRow {
  const observation = outcome?.kind === "observation" ? outcome.observation : null;
  const at = observation?.at ?? null;
  const columns = [...(cells ?? [])].map(([column, text]) => {
    const meaning = meanings.get(column) ?? "unknown";
    const shown = isShown(meaning);
    const value = shown && observation !== null ? toValue(meaning, text, observation) : null;
    return { column, meaning, text: shown ? toVisible(text) : null, value };
  });
  return {
    line,
    outcome: outcome === undefined ? "left-out" : outcome.kind === "observation" ? "accepted" : "quarantined",
    raw: cells === null ? toShape(raw) : toVisible(joinShown(columns, cells, layout), LONGEST_RAW),
    columns,
    status: observation === null ? null : toStatus(observation.code, observation.at, tables),
    at: toIsoUtcOrNull(at),
    localAt: at === null ? null : toLocalIso(at, layout.time.zone),
    laterAt: toIsoUtcOrNull(observation?.laterAt ?? null),
    ambiguousTime: observation !== null && observation.laterAt !== null,
    nonexistentTime: observation?.nonexistentTime ?? false,
    ...toReason(outcome),
  };
}

function toReason(outcome: ParsedRow | undefined): Pick<CheckedRow, "code" | "message"> {
  if (outcome?.kind !== "quarantined") return { code: null, message: null };
  // Its own message may hold the row itself where that could be no header.
  const { code, message } = outcome.quarantined;
  return { code, message: code === "HEADER_INVALID" ? null : message };
}

function toValue(
  meaning: ColumnMeaning,
  text: string,
  { barcode, code, at, details }: Observation,
): string | null {
  switch (meaning) {
    case "barcode":
      return barcode;
    case "code":
      return code;
    case "time":
      return toIsoUtc(at);
    case "zone":
      return text.trim();
    case "filter":
    case "personal":
    case "unused":
    case "unknown":
      return null;
    default:
      return details[meaning];
  }
}

function joinShown(
  columns: CheckedRow["columns"],
  cells: ReadonlyMap<string, string>,
  layout: Layout,
): string {
  const shown = ({ column, text }: CheckedRow["columns"][number]): string =>
    text === null ? HIDDEN : (cells.get(column) ?? "");
  switch (layout.format) {
    case "delimited":
      return columns.map(shown).join(layout.delimiter) + (layout.trailingDelimiter ? layout.delimiter : "");
    case "fixed":
      return columns.map(shown).join("");
    case "xml":
      return columns.map((column) => `${column.column}=${shown(column)}`).join(" ");
  }
}

/** What a text looks like without what it says: letters as `a`, digits as `9`. */
function toShape(text: string): string {
  return toVisible(text.replace(/\p{L}/gu, "a").replace(/\p{N}/gu, "9"), LONGEST_RAW);
}

function toLocalIso(at: number, zone: string): string {
  return Temporal.Instant.fromEpochMilliseconds(at)
    .toZonedDateTimeISO(zone)
    .toString({ timeZoneName: "never" });
}
