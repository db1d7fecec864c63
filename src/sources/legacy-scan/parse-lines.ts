import { InputError } from "../../domain/errors.ts";
import type { ParsedRow } from "../../intake/incoming.ts";
import type { Binding } from "./bind-columns.ts";
import { bindColumns } from "./bind-columns.ts";
import { decodeText, isForeign, isUtf16 } from "./decode-text.ts";
import type { Fault } from "./faults.ts";
import {
  CONTROL_CHARACTER,
  NO_HEADER,
  NO_TRAILER,
  ROW_TOO_LONG,
  ROW_UNENDED,
  toTrailerFault,
  UTF_16_FILE,
} from "./faults.ts";
import type { FileFacts, RowObserver } from "./file-facts.ts";
import type { DelimitedLayout, FixedLayout } from "./layout.ts";
import { listColumns } from "./layout-settings.ts";
import type { FileContext } from "./make-row-reader.ts";
import { makeRowReader, quarantineRow, toRaw } from "./make-row-reader.ts";
import { makeRowShaper } from "./make-row-shaper.ts";
import { makeRowSplitter } from "./make-row-splitter.ts";
import { LONGEST_ROW_BYTES } from "./read-blocks.ts";
import type { LineBlock } from "./read-lines.ts";
import { countInTrailer, hasHeader, makeLineSorter, toTrailerStart } from "./sort-lines.ts";

type LinesLayout = DelimitedLayout | FixedLayout;

/** The widest batch handed on: what lives only as long as a small batch costs the garbage collector nothing. */
const MOST_ROWS = 128;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are exactly what is looked for
const CONTROL = /[\u0000-\u0008\u000a-\u001f\u007f]/;

/**
 * First reading: header, number of rows and trailer of a file of lines.
 *
 * @param blocks read to the end in every case
 */
export async function inspectLines(
  blocks: AsyncIterable<LineBlock>,
  layout: LinesLayout,
): Promise<FileFacts> {
  const sortLine = makeLineSorter(layout);
  let [rows, foreignLines, lastLine] = [0, 0, 0];
  let fault: Fault | null = null;
  let faultLine = 0;
  let binding = hasHeader(layout) ? null : bindColumns(layout, listColumns(layout));
  let header: FileFacts["header"] = null;
  let isEnded = true;
  let trailer: { readonly text: string; readonly line: number; readonly rows: number } | null = null;
  let lastRow = { text: "", line: 0 };
  const blame = (found: Fault, line: number): void => {
    fault ??= found;
    faultLine ||= line;
  };
  for await (const { lines, firstLine, plain, ended } of blocks) {
    isEnded = ended;
    for (const [index, line] of lines.entries()) {
      lastLine = firstLine + index;
      if (!plain && isForeign(line, layout.encoding)) foreignLines += 1;
      if (lastLine === 1 && isUtf16(line)) blame(UTF_16_FILE, 1);
      switch (sortLine(line)) {
        case "row":
          rows += 1;
          lastRow = { text: line, line: lastLine };
          if (trailer !== null) blame(toTrailerFault(trailer.text, "no line after it"), lastLine);
          break;
        case "header":
          if (trailer !== null) blame(toTrailerFault(trailer.text, "no line after it"), lastLine);
          try {
            const names = parseHeader(line, layout as DelimitedLayout, "");
            header = { line: lastLine, names };
            binding = bindColumns(layout, names);
          } catch (error) {
            if (!(error instanceof InputError)) throw error;
            blame(error, lastLine);
          }
          break;
        case "trailer":
          if (trailer !== null) blame(toTrailerFault(line, "one trailer"), lastLine);
          trailer = { text: line, line: lastLine, rows };
          break;
        case "nothing":
          break;
      }
    }
  }
  if (binding === null) blame(NO_HEADER, Math.max(lastLine, 1));
  const rule = layout.trailer;
  if (rule !== undefined && trailer !== null && countInTrailer(trailer.text, rule.line) !== trailer.rows) {
    blame(toTrailerFault(trailer.text, rule.line.replace("{rows}", String(trailer.rows))), trailer.line);
  }
  if (rule !== undefined && trailer === null) {
    const isBegun = lastRow.line > 0 && toTrailerStart(rule.line).startsWith(lastRow.text);
    if (isBegun && lastRow.line === lastLine) blame(toTrailerFault(lastRow.text, rule.line), lastLine);
    if (rule.required) blame(NO_TRAILER, Math.max(lastLine, 1));
  }
  const unendedLine =
    !isEnded && lastLine > 0 && lastLine === (lastRow.line || header?.line) ? lastLine : null;
  if (layout.finalLineEnd === "required" && unendedLine !== null && rows === 0)
    blame(ROW_UNENDED, unendedLine);
  return {
    fault,
    faultLine: faultLine || lastLine,
    rows,
    foreignLines,
    binding,
    header,
    trailer,
    unendedLine,
  };
}

/**
 * Second reading: the rows of a file of lines, in batches. A file with a fault
 * gives every row quarantined, and one quarantined line where it has no row.
 */
export async function* parseLines(
  blocks: AsyncIterable<LineBlock>,
  layout: LinesLayout,
  facts: FileFacts,
  context: FileContext,
  observe?: RowObserver,
): AsyncGenerator<readonly ParsedRow[]> {
  const { fault, faultLine, rows, binding } = facts;
  if (fault !== null && rows === 0) {
    yield [quarantineRow(fault, context.name, faultLine, "")];
    return;
  }
  const sortLine = makeLineSorter(layout);
  const parseRows =
    fault !== null || binding === null
      ? makeRefuser(layout, fault ?? NO_HEADER, context, observe)
      : makeRowsParser(layout, binding, facts, context, observe);
  for await (const { lines, firstLine, plain } of blocks) {
    const texts: string[] = [];
    const numbers: number[] = [];
    for (let index = 0; index < lines.length; index += 1) {
      const text = lines[index] ?? "";
      if (sortLine(text) !== "row") continue;
      texts.push(text);
      numbers.push(firstLine + index);
    }
    for (let from = 0; from < texts.length; from += MOST_ROWS) {
      const until = from + MOST_ROWS;
      yield parseRows(texts.slice(from, until), numbers.slice(from, until), plain);
    }
  }
}

/** Rows as they stand in the file (one character per byte), with their line numbers. */
type RowsParser = (texts: readonly string[], numbers: readonly number[], plain: boolean) => ParsedRow[];

function makeRefuser(
  layout: LinesLayout,
  fault: Fault,
  { name }: FileContext,
  observe: RowObserver | undefined,
): RowsParser {
  return (texts, numbers) =>
    texts.map((text, index) => {
      const line = numbers[index] ?? 0;
      const outcome = quarantineRow(fault, name, line, toRawLine(text, layout));
      observe?.(() => ({ line, cells: null, raw: decodeText(text, layout.encoding), outcome }));
      return outcome;
    });
}

function makeRowsParser(
  layout: LinesLayout,
  binding: Binding,
  { header, unendedLine }: FileFacts,
  context: FileContext,
  observe: RowObserver | undefined,
): RowsParser {
  const splitRows = makeRowSplitter(layout);
  const shapeCells = makeRowShaper(layout, binding.width);
  const readRow = makeRowReader(layout, binding, context);
  const names = header?.names ?? listColumns(layout);
  const refusedLine = layout.finalLineEnd === "required" ? unendedLine : null;
  return (texts, numbers, plain) => {
    const split = splitRows(texts, plain);
    const rows: ParsedRow[] = [];
    for (let index = 0; index < texts.length; index += 1) {
      const text = texts[index] ?? "";
      const line = numbers[index] ?? 0;
      const damage = line === refusedLine ? ROW_UNENDED : findDamage(text, plain);
      const cells = shapeCells(damage ?? split[index] ?? []);
      if (cells === undefined) continue;
      const row =
        "complaint" in cells
          ? quarantineRow(cells, context.name, line, toRawLine(text, layout))
          : readRow(cells, line, () => decodeText(text, layout.encoding), "");
      if (row !== undefined) rows.push(row);
      observe?.(() => ({
        line,
        cells: "complaint" in cells ? null : new Map(names.map((name, at) => [name, cells[at] ?? ""])),
        raw: decodeText(text, layout.encoding),
        outcome: row,
      }));
    }
    return rows;
  };
}

function findDamage(text: string, plain: boolean): Fault | undefined {
  if (text.length > LONGEST_ROW_BYTES) return ROW_TOO_LONG;
  return !plain && CONTROL.test(text) ? CONTROL_CHARACTER : undefined;
}

function toRawLine(text: string, layout: LinesLayout): string {
  return toRaw(decodeText(text, layout.encoding), layout);
}

/**
 * The names of a file's columns.
 *
 * @throws InputError `HEADER_INVALID` when the line lacks columns of the
 *   layout, or names one twice
 */
function parseHeader(line: string, layout: DelimitedLayout, place: string): readonly string[] {
  const todo =
    "ask the sender what changed, then adapt the layout; none of the file's rows counts until then";
  const [split = []] = makeRowSplitter(layout)([line], false);
  const cells = "complaint" in split || line.length > LONGEST_ROW_BYTES ? [] : split;
  const names = cells.map((name) => name.trim());
  if (layout.trailingDelimiter && names.at(-1) === "") names.pop();
  const missing = layout.columns.filter((name) => !names.includes(name));
  if (missing.length > 0) {
    const value = `header '${toRaw(decodeText(line, layout.encoding), layout)}'`;
    const expected = `the columns ${missing.join(", ")} too`;
    throw new InputError("HEADER_INVALID", { place, value, expected, todo });
  }
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    const expected = "each name once, so that it is certain which column is meant";
    throw new InputError("HEADER_INVALID", { place, value: `column '${twice}' twice`, expected, todo });
  }
  return names;
}
