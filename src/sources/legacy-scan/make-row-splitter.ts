import { parse } from "csv-parse/sync";
import { decodeText } from "./decode-text.ts";
import type { Fault } from "./faults.ts";
import { QUOTES_OPEN, toRagged } from "./faults.ts";
import type { DelimitedLayout, FixedLayout } from "./layout.ts";

/**
 * Cuts rows into cells.
 *
 * @param rows one character per byte, without line ends
 * @param plain whether all of them are printable ASCII
 * @returns for each row its cells, or what is wrong with it
 */
export type RowSplitter = (rows: readonly string[], plain: boolean) => readonly (readonly string[] | Fault)[];

/** Makes the splitter of a layout's rows. How many cells a row has is not judged here. */
export function makeRowSplitter(layout: DelimitedLayout | FixedLayout): RowSplitter {
  return layout.format === "fixed" ? makeFixedSplitter(layout) : makeDelimitedSplitter(layout);
}

/** Cuts by bytes, then decodes: a letter of two bytes takes two places. */
function makeFixedSplitter({ columns, encoding, raggedRows }: FixedLayout): RowSplitter {
  const rowBytes = columns.reduce((sum, { width }) => sum + width, 0);
  const shortRows = raggedRows === "pad";
  return (rows, plain) =>
    rows.map((row) => {
      if (row.length > rowBytes || (row.length < rowBytes && !shortRows)) {
        return toRagged(`${row.length} bytes`, `${rowBytes} bytes, as wide as the layout's columns together`);
      }
      let at = 0;
      return columns.map(({ width }) => {
        const bytes = row.slice(at, at + width);
        at += width;
        return plain ? bytes : decodeText(bytes, encoding);
      });
    });
}

/**
 * A row with a quotation mark goes through csv-parse, all others are cut at
 * the delimiter: csv-parse gives the same, forty times slower.
 */
function makeDelimitedSplitter(layout: DelimitedLayout): RowSplitter {
  return (rows, plain) => splitDelimited(layout, rows, plain);
}

/** Cuts rows at a delimiter; see {@link RowSplitter}. */
export function splitDelimited(
  { delimiter, quote, encoding }: Pick<DelimitedLayout, "delimiter" | "quote" | "encoding">,
  rows: readonly string[],
  plain: boolean,
): ReturnType<RowSplitter> {
  const texts = plain ? rows : rows.map((row) => decodeText(row, encoding));
  if (quote === undefined) return texts.map((text) => text.split(delimiter));
  const quoted = splitQuoted(
    texts.filter((text) => text.includes(quote)),
    delimiter,
    quote,
  ).values();
  return texts.map((text) =>
    text.includes(quote) ? (quoted.next().value ?? QUOTES_OPEN) : text.split(delimiter),
  );
}

/**
 * Gives each row's cells; `undefined` where its quotes do not pair up. A row
 * is one line, so such a row costs no other: where the rows together do not
 * come out as many as went in, each is read alone.
 */
function splitQuoted(
  rows: readonly string[],
  delimiter: string,
  quote: string,
): readonly (readonly string[] | undefined)[] {
  try {
    const records: string[][] = parse(`${rows.join("\n")}\n`, {
      delimiter,
      quote,
      escape: quote,
      record_delimiter: "\n",
      relax_column_count: true,
      columns: false,
      bom: false,
    });
    if (records.length === rows.length) return records;
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
  }
  return rows.length <= 1
    ? rows.map(() => undefined)
    : rows.flatMap((row) => splitQuoted([row], delimiter, quote));
}
