/**
 * How sure a decision is: `sure`, evidence against every other reading;
 * `likely`, evidence for it; `unsure`, several readings fit; `assumed`, the
 * file cannot say it at all.
 */
export const CONFIDENCES = ["sure", "likely", "unsure", "assumed"] as const;
export type Confidence = (typeof CONFIDENCES)[number];

/** Why something was decided; each has a text in every language. */
export const GUESS_REASONS = [
  "mark",
  "ascii",
  "utf8",
  "notUtf8",
  "readsBoth",
  "columnCounts",
  "equalWidths",
  "tags",
  "quotesEnclose",
  "quotesMixed",
  "noQuotes",
  "headerWords",
  "headerUnlike",
  "headerNone",
  "lastEmpty",
  "lastFilled",
  "trailerCounts",
  "trailerUnclear",
  "trailerNone",
  "remarks",
  "shortRows",
  "lineEnds",
  "boundaries",
  "columnsMayJoin",
  "rootElement",
  "rowElement",
  "barcodes",
  "codesKnown",
  "codesShaped",
  "headerAndContent",
  "header",
  "content",
  "several",
  "timesOnlyReading",
  "timesNotLater",
  "timesClose",
  "timesTwoReadings",
  "timesSplit",
  "offsetInText",
  "zoneColumn",
  "zoneUnknown",
  "secondsVary",
  "secondsNever",
  "secondsAlwaysZero",
  "inFileName",
  "inBarcode",
  "personalWords",
  "freeText",
  "nameTime",
  "nameNoTime",
  "completeUnknown",
] as const;
export type GuessReason = (typeof GUESS_REASONS)[number];

/** One thing that was decided about a layout. */
export interface Decision {
  /** The layout's setting, such as `delimiter` or `fields.code`. */
  readonly about: string;
  /** `null`: left open. */
  readonly value: string | null;
  readonly confidence: Confidence;
  readonly reason: GuessReason;
  /** What the reason's text has places for. */
  readonly values: Readonly<Record<string, string | number>>;
}

/** Makes a decision. */
export function decide(
  about: string,
  value: string | null,
  confidence: Confidence,
  reason: GuessReason,
  values: Decision["values"] = {},
): Decision {
  return { about, value, confidence, reason, values };
}
