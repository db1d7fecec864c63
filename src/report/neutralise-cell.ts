import { toEscapes } from "../domain/errors.ts";
import { toVisibleText } from "./visible-text.ts";

/** What a spreadsheet takes for the start of a formula; the last four are the full-width forms. */
const TRIGGERS = "=+\\-@＝＋－＠";

/** What it skips in front of one: blanks of any kind, characters without a shape, quotation marks; not line breaks and tabs. */
const SKIPPED = '(?:[^\\S\\r\\n\\t]|(?![\\r\\n\\t])[\\p{Cc}\\p{Cf}]|["])*';

/** Where a cell may begin: at the text's start, on every line, and after what a spreadsheet may take for a separator. */
const CELL_STARTS = new RegExp(`(^|[\\r\\n\\t,;|])(?=${SKIPPED}[${TRIGGERS}])`, "gu");

/** A text that begins with one of these is a trigger in itself. */
const BAD_BEGINNING = /^[\t\r\n\0]/;

/**
 * A text as a spreadsheet may safely have it: wherever it could be read as a
 * formula, an apostrophe stands in front. On every line, and after commas,
 * semicolons and tabs too, because a file opened under other regional settings
 * is cut elsewhere. Hidden and reordering characters become visible.
 *
 * @see https://owasp.org/www-community/attacks/CSV_Injection and OWASP ASVS 5.0.0, 1.2.10
 */
export function neutraliseCell(text: string): string {
  const guarded = text.replace(CELL_STARTS, "$1'");
  const marked = BAD_BEGINNING.test(guarded) ? `'${guarded}` : guarded;
  return marked.replace(/[^\r\n\t]+/g, (line) => toVisibleText(line));
}

const JSON_TEXTS = /"(?:[^"\\]|\\.)*"/g;
const JSON_STARTS = new RegExp(`(^"|[,;|])(${SKIPPED})([${TRIGGERS}])`, "gu");

/**
 * The same for JSON: the trigger is written as its escape (`\u003d`), so that
 * the cell still holds the same JSON.
 *
 * @param json as `JSON.stringify` writes it: without line breaks
 */
export function neutraliseJson(json: string): string {
  return json.replace(JSON_TEXTS, (text) =>
    text.replace(
      JSON_STARTS,
      (_, start: string, skipped: string, trigger: string) => start + skipped + toEscapes(trigger),
    ),
  );
}
