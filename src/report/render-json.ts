import { toEscapes } from "../domain/errors.ts";
import { compareText } from "../domain/observation.ts";
import { compareSums } from "./compare-sums.ts";
import { makeFormats } from "./make-formats.ts";
import type { RenderedReport, ReportData } from "./report-data.ts";
import { getTexts } from "./texts.ts";
import { toShownVerdict } from "./to-shown-verdict.ts";
import { SHAPELESS } from "./visible-text.ts";

/** What `JSON.stringify` leaves of the characters that could act on a terminal or hide text; they only stand in texts. */
const UNSEEN = new RegExp(`[\\u007f-\\u009f\\u2028\\u2029]|${SHAPELESS.source}`, "gu");

/**
 * Renders all of a report's data as JSON, as `report.schema.json` describes
 * it. The same data gives the same bytes, whatever the order of its keys.
 *
 * The exit code goes by the verdict that may be shown, see {@link toShownVerdict}.
 */
export function renderJson(data: ReportData): RenderedReport {
  const texts = getTexts("en");
  const { exitCode } = toShownVerdict(data, compareSums(data.summary, data), texts, makeFormats(texts));
  return { output: `${toStableJson(data, 2)}\n`, exitCode };
}

/**
 * JSON with its keys in order of code units, and with characters that could
 * act on a terminal or hide text written as escapes: the same value when read.
 *
 * @param indent blanks a level; 0 gives one line
 */
export function toStableJson(value: unknown, indent: number): string {
  return JSON.stringify(sortKeys(value), null, indent).replace(UNSEEN, toEscapes);
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, item]) => [key, sortKeys(item)] as const);
  // From entries, because a key such as __proto__ would be lost in an assignment.
  return Object.fromEntries(entries.sort(([a], [b]) => compareText(a, b)));
}
