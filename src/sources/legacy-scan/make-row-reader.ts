import { hash } from "node:crypto";
import type { Barcode } from "../../domain/barcode.ts";
import { parseBarcode } from "../../domain/barcode.ts";
import { InputError, toMessage, toVisible } from "../../domain/errors.ts";
import type { ParsedRow } from "../../intake/incoming.ts";
import { normaliseLegacyCode } from "../../mapping/translate.ts";
import type { Binding } from "./bind-columns.ts";
import type { Fault } from "./faults.ts";
import { CODE_EMPTY, toFault, toZoneFault } from "./faults.ts";
import type { Layout } from "./layout.ts";

/** Which file is read. */
export interface FileContext {
  /** The file's name, as data. */
  readonly name: string;
  /** SHA-256 (hex) of the file. */
  readonly hash: string;
  /** UTC epoch milliseconds. */
  readonly receivedAt: number;
}

/** Separates the parts that an identity is made from; no cell holds it, because rows with control characters are set aside. */
const SEPARATOR = "\u001f";
const IDENTITY_DIGITS = 32;
const LONGEST_RAW = 300;

/** Sets a row aside with its reason. */
export function quarantineRow(
  { code, complaint }: Fault,
  name: string,
  line: number,
  raw: string,
): ParsedRow {
  const message = toMessage({ ...complaint, place: `${name} line ${line}` });
  return { kind: "quarantined", quarantined: { line, code, message, raw } };
}

/** A row as people may see it: shortened, made visible, and withheld where the layout has personal columns. */
export function toRaw(text: string, layout: Layout): string {
  if (layout.personal.length === 0) return toVisible(text, LONGEST_RAW);
  return `(withheld: ${text.length} characters of a layout with personal columns)`;
}

/**
 * Reads one row's cells.
 *
 * @param line the row's line in the file, from 1
 * @param raw the row's text, wanted only when the row is set aside
 * @param extra what the row says beyond the layout's columns, for its identity
 * @returns `undefined` for a row that the layout leaves out
 */
export type RowReader = (
  cells: readonly string[],
  line: number,
  raw: () => string,
  extra: string,
) => ParsedRow | undefined;

/**
 * Makes the reader of a file's rows.
 *
 * An observation's identity is the first 32 hex digits of the SHA-256 of the
 * normalised barcode, the normalised code, the time (see `RowTime`), the layout's other
 * columns in the layout's order, and `name=value` of unknown columns by name,
 * joined with U+001F. So the letter case of barcodes and codes, digits-first
 * codes, blanks, line ends and the order of columns do not tell rows apart, and
 * every column does.
 */
export function makeRowReader(layout: Layout, binding: Binding, context: FileContext): RowReader {
  const { name, hash: intake, receivedAt } = context;
  const { readTime, precisionMs } = layout;
  const { details: at, code: codeAt, time: timeAt, zone: zoneAt } = binding;
  const { barcode: barcodeAt, others, extras, only } = binding;
  const { pattern, zone, blankDigits } = layout.time;

  const toShown = (cells: readonly string[], raw: () => string): string =>
    layout.personal.length === 0
      ? toVisible(raw(), LONGEST_RAW)
      : toVisible(
          cells.map((cell, index) => (binding.shown.has(index) ? cell : "***")).join(";"),
          LONGEST_RAW,
        );

  return (cells, line, raw, extra) => {
    for (const { at: column, values } of only) {
      if (!values.has(cells[column]?.trim() ?? "")) return undefined;
    }
    const refuse = (fault: Fault): ParsedRow => quarantineRow(fault, name, line, toShown(cells, raw));

    let barcode: Barcode;
    try {
      barcode = parseBarcode(cells[barcodeAt] ?? "", "");
    } catch (error) {
      if (error instanceof InputError) return refuse(error);
      throw error;
    }
    const code = normaliseLegacyCode(joinCells(cells, codeAt, "-"));
    if (code === "") return refuse(CODE_EMPTY);
    const time = blankDigits
      ? timeAt.map((column) => cells[column] ?? "").join(" ")
      : joinCells(cells, timeAt, " ");
    const zoneName = cells[zoneAt]?.trim() ?? "";
    const read = readTime(time, zoneName);
    if (read === "zone") return refuse(toZoneFault(zoneName));
    if (read === "time") {
      const expected = `a date and time of the years 2000 to 2099 as ${pattern} (${zone})`;
      const todo = "correct the row, or the layout's time pattern";
      return refuse(toFault("TIME_INVALID", `time '${time}'`, expected, todo));
    }
    const { reading, written } = read;

    const mainBarcode = toDetail(cells, at.mainBarcode)?.toUpperCase() ?? null;
    let identity = barcode + SEPARATOR + code + SEPARATOR + written;
    for (const column of others) {
      const value = column === at.mainBarcode ? (mainBarcode ?? "") : cells[column]?.trim();
      identity += SEPARATOR + value;
    }
    for (const { name: column, at: position } of extras) {
      const value = cells[position]?.trim() ?? "";
      if (value !== "") identity += `${SEPARATOR}${column}=${value}`;
    }
    identity += extra;

    return {
      kind: "observation",
      observation: {
        barcode,
        channel: "legacy-scan",
        code,
        at: reading.at,
        laterAt: reading.laterAt,
        nonexistentTime: reading.nonexistentTime,
        precisionMs,
        receivedAt,
        details: {
          reference: toDetail(cells, at.reference),
          customerNumber: toDetail(cells, at.customerNumber),
          customerCode: toDetail(cells, at.customerCode),
          mainBarcode,
          location: toDetail(cells, at.location),
          productCode: toDetail(cells, at.productCode),
        },
        intake,
        line,
        identity: hash("sha256", identity, "hex").slice(0, IDENTITY_DIGITS),
        lastListedAt: null,
      },
    };
  };
}

/** What a row says beyond the layout's columns, for its identity: the same in any order, nothing for empty values. */
export function toExtra(columns: Iterable<readonly [name: string, value: string]>): string {
  const known = [...columns].filter(([, value]) => value !== "").map(([name, value]) => `${name}=${value}`);
  return known
    .toSorted()
    .map((part) => SEPARATOR + part)
    .join("");
}

function joinCells(cells: readonly string[], columns: readonly number[], joint: string): string {
  const [only = -1] = columns;
  if (columns.length === 1) return (cells[only] ?? "").trim();
  const parts = columns.map((column) => (cells[column] ?? "").trim());
  while (parts.at(-1) === "") parts.pop();
  return parts.join(joint);
}

function toDetail(cells: readonly string[], column: number): string | null {
  const value = cells[column]?.trim();
  return value === undefined || value === "" ? null : value;
}
