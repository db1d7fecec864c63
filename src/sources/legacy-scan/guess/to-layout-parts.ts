import { stringify } from "yaml";

/** One setting of a layout as it stands in its file. */
export interface LayoutPart {
  readonly key: string;
  /** Whole lines. */
  readonly yaml: string;
}

/** Settings as the parts of a layout's file, in its usual order. */
export function toLayoutParts(settings: Readonly<Record<string, unknown>>): LayoutPart[] {
  return ORDER.filter((key) => settings[key] !== undefined).map((key) => ({
    key,
    yaml: stringify({ [key]: settings[key] }, { lineWidth: 0, defaultStringType: "PLAIN" }),
  }));
}

const ORDER = [
  "format",
  "encoding",
  "delimiter",
  "quote",
  "header",
  "trailingDelimiter",
  "root",
  "row",
  "comment",
  "trailer",
  "raggedRows",
  "finalLineEnd",
  "columns",
  "fields",
  "personal",
  "time",
  "fileName",
  "complete",
] as const;
