import type { ParsedRow } from "../../intake/incoming.ts";
import type { Binding } from "./bind-columns.ts";
import type { Fault } from "./faults.ts";
import type { Layout } from "./layout.ts";

/** What is known of a file once it has been read to its end. */
export interface FileFacts {
  /** Why no row of the file can be believed; `null` where they can. */
  readonly fault: Fault | null;
  /** The line that `fault` speaks of; the file's last line without a fault. */
  readonly faultLine: number;
  /** Rows, in a file of lines; a file of XML is not counted beforehand. */
  readonly rows: number;
  /** Lines read as Windows-1252 though the layout says another encoding. */
  readonly foreignLines: number;
  /** Where the columns stand; `null` only with a fault. */
  readonly binding: Binding | null;
  /** The line with the columns' names; `null` where the layout has none, or the file. */
  readonly header: { readonly line: number; readonly names: readonly string[] } | null;
  /** The last line that counts the rows; `null` where there is none. */
  readonly trailer: { readonly line: number; readonly text: string } | null;
  /** The last line, a row or the header, where no line end stands behind it; otherwise `null`. */
  readonly unendedLine: number | null;
}

/** A row as it was met, for those who show how a file is read. */
export interface MetRow {
  readonly line: number;
  /** The texts by column; `null` where the row could not be cut into columns. */
  readonly cells: ReadonlyMap<string, string> | null;
  readonly raw: string;
  /** `undefined`: the layout leaves it out. */
  readonly outcome: ParsedRow | undefined;
}

/** Told of each row, before the batch that it comes in. */
export type RowObserver = (row: () => MetRow) => void;

/**
 * What people should know of a file though it was read: one line each.
 *
 * A missing last line end is worth a note where nothing else would show that
 * the last row was cut off, and no more: many tools never write one.
 */
export function listNotes({ foreignLines, unendedLine, trailer }: FileFacts, layout: Layout): string[] {
  const notes: string[] = [];
  if (foreignLines > 0) {
    const unit = layout.format === "xml" ? "tags" : "lines";
    notes.push(`${unit} that are not ${layout.encoding} and were read as Windows-1252: ${foreignLines}`);
  }
  if (unendedLine !== null && trailer === null && !showsRowEnd(layout)) {
    notes.push(
      `no line end behind the last line (${unendedLine}): a cut within its last column would not show`,
    );
  }
  return notes;
}

/** Whether a row that was cut anywhere shows it. */
function showsRowEnd(layout: Layout): boolean {
  switch (layout.format) {
    case "xml":
      return true;
    case "fixed":
      return layout.raggedRows === "quarantine";
    case "delimited":
      return layout.trailingDelimiter;
  }
}
