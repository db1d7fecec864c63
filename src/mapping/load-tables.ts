import { hash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { UsageError } from "../domain/errors.ts";
import type { StatusRow, StatusTable } from "../domain/status.ts";
import type { MappingProblem } from "./check-mapping.ts";
import { checkMapping } from "./check-mapping.ts";
import type { MappingRow } from "./mapping-row.ts";
import type { LegacyCodeRow, MappingTables } from "./translate.ts";
import { normaliseLegacyCode } from "./translate.ts";

/** The tables as they stand in their files, before they are checked. */
export interface MappingFiles {
  readonly statuses: StatusTable;
  readonly rows: readonly MappingRow[];
  /** Of both files' bytes. */
  readonly fingerprint: string;
}

const STATUS_COLUMNS = ["status", "phase", "rank", "final", "name_nl", "name_en", "definition"] as const;
const MAPPING_COLUMNS = [
  "code",
  "status",
  "relation",
  "kind",
  "confidence",
  "justification",
  "author",
  "reviewer",
  "validFrom",
  "validTo",
  "note",
] as const;

/**
 * Reads `statuses.csv` and `legacy-codes.csv` from a folder.
 *
 * @throws UsageError when a file or a column is missing, or a file is no CSV
 */
export function readMappingFiles(folder: string): MappingFiles {
  const statusesPath = join(folder, "statuses.csv");
  const codesPath = join(folder, "legacy-codes.csv");
  const statusesText = readTable(statusesPath);
  const codesText = readTable(codesPath);
  const statuses = new Map<string, StatusRow>();
  for (const { fields, line } of parseRows(statusesText, statusesPath, STATUS_COLUMNS)) {
    const place = `${statusesPath} line ${line}`;
    const row = toStatusRow(fields, place);
    if (statuses.has(row.status)) {
      throw new UsageError({
        place,
        value: `status '${row.status}' again`,
        expected: "each status once",
        todo: "drop one of the rows",
      });
    }
    statuses.set(row.status, row);
  }
  return {
    statuses,
    rows: parseRows(codesText, codesPath, MAPPING_COLUMNS).map(({ fields, line }) => ({
      ...fields,
      code: normaliseLegacyCode(fields.code),
      line,
    })),
    fingerprint: hash("sha256", `${statusesText}\u0000${codesText}`, "hex").slice(0, 16),
  };
}

/**
 * Turns checked files into the tables that translate.
 *
 * @param wireCodes per channel of the new side: wire code (lower case) → status, from the contract
 * @throws UsageError naming the first error of the mapping and how many more there are
 */
export function toMappingTables(
  { statuses, rows, fingerprint }: MappingFiles,
  wireCodes: MappingTables["wireCodes"],
  place: string,
): MappingTables {
  const [first, ...others] = checkMapping(rows, statuses).filter(({ level }) => level === "error");
  if (first !== undefined) throw toUsageError(first, others.length, place);
  const legacyCodes = new Map<string, LegacyCodeRow[]>();
  for (const { code, status, validFrom, validTo } of rows) {
    const row: LegacyCodeRow = {
      code,
      status: status === "" ? null : status,
      validFrom: validFrom === "" ? -Infinity : toInstant(validFrom),
      validTo: validTo === "" ? Infinity : toInstant(validTo),
    };
    legacyCodes.set(code, [...(legacyCodes.get(code) ?? []), row]);
  }
  const codes = JSON.stringify(Object.entries(wireCodes).map(([channel, map]) => [channel, [...map]]));
  return Object.freeze({
    statuses,
    legacyCodes,
    wireCodes,
    fingerprint: hash("sha256", fingerprint + codes, "hex").slice(0, 16),
  });
}

/** The zone in which a row's validity begins and ends: the carrier's days. */
const CARRIER_ZONE = "Europe/Amsterdam";

function toInstant(date: string): number {
  return Temporal.PlainDate.from(date).toZonedDateTime(CARRIER_ZONE).epochMilliseconds;
}

function readTable(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new UsageError(
      {
        place: "mapping",
        value: path,
        expected: "a CSV file that can be read",
        todo: "correct `mapping` in the configuration, or leave it out to use the tables that come with the program",
      },
      { cause },
    );
  }
}

function parseRows<const Column extends string>(
  text: string,
  path: string,
  columns: readonly Column[],
): { readonly fields: Readonly<Record<Column, string>>; readonly line: number }[] {
  let records: { record: Record<string, string>; info: { lines: number } }[];
  try {
    records = parse(text, { bom: true, columns: true, info: true, trim: true, skip_empty_lines: true });
  } catch (cause) {
    throw new UsageError(
      {
        place: path,
        value: cause instanceof Error ? cause.message : String(cause),
        expected: "a comma-separated file with a header, quoted by double quotes",
        todo: "correct the file",
      },
      { cause },
    );
  }
  if (records.length === 0) {
    throw new UsageError({
      place: path,
      value: "no rows",
      expected: `a header (${columns.join(",")}) and at least one row`,
      todo: "fill the table in",
    });
  }
  const present = Object.keys(records[0]?.record ?? {});
  const missing = columns.filter((column) => !present.includes(column));
  if (missing.length > 0) {
    throw new UsageError({
      place: `${path} line 1`,
      value: present.join(",") || "nothing",
      expected: `the columns ${columns.join(",")}`,
      todo: `add ${missing.join(", ")}`,
    });
  }
  return records.map(({ record, info }) => ({ fields: record as Record<Column, string>, line: info.lines }));
}

function toStatusRow(
  fields: Readonly<Record<(typeof STATUS_COLUMNS)[number], string>>,
  place: string,
): StatusRow {
  const rank = Number(fields.rank);
  const expect = (isRight: boolean, value: string, expected: string): void => {
    if (!isRight) throw new UsageError({ place, value, expected, todo: "correct the row" });
  };
  expect(
    /^[a-z][a-z0-9_]*$/.test(fields.status),
    `status '${fields.status}'`,
    "lower case letters, digits and _",
  );
  expect(fields.rank !== "" && Number.isFinite(rank), `rank '${fields.rank}'`, "a number");
  expect(fields.final === "yes" || fields.final === "no", `final '${fields.final}'`, "yes or no");
  return {
    status: fields.status,
    phase: fields.phase,
    rank,
    final: fields.final === "yes",
    nameNl: fields.name_nl,
    nameEn: fields.name_en,
    definition: fields.definition,
  };
}

function toUsageError(
  { line, value, expected, todo }: MappingProblem,
  others: number,
  place: string,
): UsageError {
  const more = others === 0 ? "" : ` (and ${others} more: trackbridge mapping lint)`;
  return new UsageError({ place: `${place} line ${line}`, value, expected, todo: todo + more });
}
