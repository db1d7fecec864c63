import type { DetailField } from "../domain/observation.ts";

/** The shape of what `layout check` prints. Times are UTC, ISO 8601. */

/**
 * What a column is for: a field; `zone` and `filter`, which decide how and
 * whether a row is read; `personal`, which is kept nowhere; `unused`, which
 * only tells rows apart; `unknown`, which the layout does not name and which does the same.
 */
export type ColumnMeaning =
  | "barcode"
  | "code"
  | "time"
  | "zone"
  | "filter"
  | "personal"
  | "unused"
  | "unknown"
  | DetailField;

/** A column of a row. `text` and `value` are `null` where it is no field: those are named and not shown. */
export interface CheckedColumn {
  readonly column: string;
  readonly meaning: ColumnMeaning;
  /** As it stands in the file. */
  readonly text: string | null;
  /** As it is understood; `null` also where the row is set aside. */
  readonly value: string | null;
}

export interface CheckedRow {
  readonly line: number;
  readonly outcome: "accepted" | "quarantined" | "left-out";
  /** Columns that are no fields stand as `***`; of a row that could not be cut up, letters as `a` and digits as `9`. */
  readonly raw: string;
  readonly columns: readonly CheckedColumn[];
  /** What the mapping table says of its code: a status, `notice` or `unmapped`. */
  readonly status: string | null;
  readonly at: string | null;
  /** The same with the offset of the layout's zone. */
  readonly localAt: string | null;
  /** The later instant of a time that stands twice. */
  readonly laterAt: string | null;
  readonly ambiguousTime: boolean;
  readonly nonexistentTime: boolean;
  /** Why it is set aside. */
  readonly code: string | null;
  readonly message: string | null;
}

export interface LayoutCheckReport {
  readonly file: string;
  readonly layout: string;
  readonly format: "delimited" | "fixed" | "xml";
  readonly encoding: {
    readonly name: string;
    readonly byteOrderMark: boolean;
    /** Lines (XML: tags) that are not of it and were read as Windows-1252. */
    readonly foreignLines: number;
  };
  readonly name: {
    readonly pattern: string | null;
    readonly matches: boolean;
    readonly receivedAt: string | null;
    readonly from: "name" | "modified";
  };
  readonly header: { readonly line: number; readonly columns: readonly string[] } | null;
  readonly trailer: { readonly line: number; readonly text: string } | null;
  /** Whether a line end stands behind the last row; `null` for XML. */
  readonly finalLineEnd: boolean | null;
  /** Why no row counts. */
  readonly fault: { readonly code: string; readonly line: number; readonly message: string } | null;
  readonly notes: readonly string[];
  readonly columns: readonly { readonly column: string; readonly meaning: ColumnMeaning }[];
  /** The first rows. */
  readonly rows: readonly CheckedRow[];
  /** Of all rows. */
  readonly summary: {
    readonly rows: number;
    readonly accepted: number;
    readonly quarantined: number;
    readonly leftOut: number;
    readonly reasons: readonly {
      readonly code: string;
      readonly rows: number;
      readonly firstLine: number;
      readonly firstMessage: string;
    }[];
    readonly parcels: number;
    readonly earliest: string | null;
    readonly latest: string | null;
    readonly ambiguousTimes: number;
    readonly nonexistentTimes: number;
    /** Distinct codes; the most frequent first. */
    readonly codes: readonly {
      readonly code: string;
      readonly rows: number;
      /** A status, `notice`, or `unmapped`: not in the mapping table, or not at that time. */
      readonly meaning: string;
    }[];
  };
}
