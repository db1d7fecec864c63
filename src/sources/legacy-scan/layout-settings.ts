import { z } from "zod";
import { DETAIL_FIELDS } from "../../domain/observation.ts";
import { ENCODINGS } from "./decode-text.ts";

const text = z.string().min(1);
/** One column, or several that are read as one. */
const columns = z.union([text.transform((one) => [one]), z.array(text).min(1)]);

const common = {
  /** How the texts are written. Bytes that cannot be are read as Windows-1252, line by line, and counted. */
  encoding: z.enum(ENCODINGS),
  time: z.strictObject({
    /** See `makeTimeParser`. */
    pattern: text,
    /** IANA name of the zone whose wall clock the times show, where neither they nor `zoneColumn` say. */
    zone: text,
    precision: z.enum(["milliseconds", "seconds", "minutes"]),
    /** The column that names a row's own zone: IANA names with a region, UTC, GMT and offsets are understood. */
    zoneColumn: text.optional(),
    /** What other names in that column mean. */
    zones: z.record(text, text).default({}),
    /** Whether blanks in the place of digits are zeros. */
    blankDigits: z.boolean().default(false),
  }),
  /** Which column means what. Several codes are joined with `-`, several times with a blank. */
  fields: z.strictObject({
    barcode: text,
    code: columns,
    time: columns,
    ...(Object.fromEntries(DETAIL_FIELDS.map((field) => [field, text.optional()])) as Record<
      (typeof DETAIL_FIELDS)[number],
      z.ZodOptional<z.ZodString>
    >),
  }),
  /** Only rows with one of the values in each of these columns are observations; the others are left out. */
  only: z.array(z.strictObject({ column: text, values: z.array(z.string()).min(1) })).default([]),
  /** Columns with names, addresses or free text: they tell rows apart, and are kept nowhere. */
  personal: z.array(text).default([]),
  /** See `makeNamePattern`. */
  fileName: text.optional(),
  /** How the sender shows that a file is whole. */
  complete: z.discriminatedUnion("by", [
    /** Written under a name with one of these ends, then renamed. */
    z.strictObject({ by: z.literal("rename"), temporary: z.array(text).min(1) }),
    /** A second file, of the same name with this end, follows it. */
    z.strictObject({ by: z.literal("semaphore"), suffix: text }),
    /** Its size and time stay the same over so many looks, and it is so old. */
    z.strictObject({
      by: z.literal("stable-size"),
      looks: z.int().min(2),
      minimumAgeSeconds: z.int().min(0),
    }),
  ]),
};

const lines = {
  /** Lines that begin with this are remarks. */
  comment: text.optional(),
  trailer: z
    .strictObject({
      /** The last line; `{rows}` is the number of lines between header and trailer. */
      line: text,
      /** Whether a file without it was cut off. */
      required: z.boolean(),
    })
    .optional(),
  /** A row with too few columns: set aside, or read with the missing ones empty. Too many are always set aside. */
  raggedRows: z.enum(["quarantine", "pad"]).default("quarantine"),
  /**
   * Whether a last row without line end is set aside. Many tools leave it out,
   * so it counts only where a layout says that its sender never does.
   */
  finalLineEnd: z.enum(["optional", "required"]).default("optional"),
};

const delimited = z.strictObject({
  format: z.literal("delimited"),
  ...common,
  ...lines,
  delimiter: text,
  /** The character that encloses columns; without it quotes are letters like any other. A row is always one line. */
  quote: text.optional(),
  /** Whether the first line names the columns: then their order is free and more may come. */
  header: z.boolean(),
  /** Whether every line ends with a delimiter after the last column. */
  trailingDelimiter: z.boolean(),
  /** The columns that every file has, in their order. */
  columns: z.array(text).min(3),
  /** Files of several kinds of line; only without header. */
  records: z
    .strictObject({
      /** Position of the column that says a line's kind; from 1. */
      kindAt: z.int().min(1),
      /** The kind that is an observation; `columns` are its columns. */
      row: text,
      /** Columns that a row takes from the latest line of another kind before it, the outer kinds first. */
      inherit: z.array(z.strictObject({ column: text, from: text, at: z.int().min(1) })).default([]),
      /** Kinds that say nothing of a parcel. */
      ignore: z.array(text).default([]),
    })
    .optional(),
});

const fixed = z.strictObject({
  format: z.literal("fixed"),
  ...common,
  ...lines,
  /** Widths are bytes, before anything is decoded. */
  columns: z.array(z.strictObject({ name: text, width: z.int().min(1) })).min(3),
});

const xml = z.strictObject({
  format: z.literal("xml"),
  ...common,
  /** The document's outermost element. */
  root: text,
  /** The element that is a row, wherever it stands. */
  row: text,
  /** The elements within a row, inner ones as `Outer/Inner`, attributes as `@name`; each may be absent, and more may come. */
  columns: z.array(text).min(3),
});

/** Each setting by itself; what they say together is checked by `list-contradictions.ts`. */
export const LAYOUT_SETTINGS = z.discriminatedUnion("format", [delimited, fixed, xml]);

export type LayoutSettings = z.output<typeof LAYOUT_SETTINGS>;

/** The names of the columns that a layout knows, in their order; inherited ones last. */
export function listColumns(layout: LayoutSettings): readonly string[] {
  switch (layout.format) {
    case "delimited":
      return [...layout.columns, ...(layout.records?.inherit ?? []).map(({ column }) => column)];
    case "fixed":
      return layout.columns.map(({ name }) => name);
    case "xml":
      return layout.columns;
  }
}
