import type { SampleLines } from "./cut.ts";
import { isBlank } from "./cut.ts";
import type { Decision } from "./decision.ts";
import { decide } from "./decision.ts";

/** What stands around a file's rows. */
export interface Ends {
  /** The lines between remarks and trailer, header included; blank ones left out. */
  readonly body: SampleLines;
  readonly comment: string | undefined;
  readonly trailer: { readonly line: string; readonly required: boolean } | undefined;
  readonly decisions: readonly Decision[];
}

/** So many files that all have a trailer: one without is cut off. */
const ENOUGH_FILES = 3;
const REMARKS = ["#", "--", "//", "*", "!", "'"] as const;

/**
 * Finds remarks and trailers: lines that are cut up otherwise than rows.
 *
 * @param toWidth how many columns or bytes a line has
 * @param width of a row
 * @param isWhole whether the files' last lines are here
 */
export function findEnds(
  files: SampleLines,
  toWidth: (line: string) => number,
  width: number,
  isWhole: boolean,
): Ends {
  const isRow = (line: string): boolean => toWidth(line) === width;
  const filled = files.map((lines) => lines.filter((line) => !isBlank(line)));
  const odd = filled.flatMap((lines) => lines.slice(0, -1)).filter((line) => !isRow(line));
  const comment = REMARKS.find((sign) => odd.some((line) => line.startsWith(sign)));
  const isRemark = (line: string): boolean =>
    comment !== undefined && line.startsWith(comment) && !isRow(line);
  const decisions: Decision[] = [];
  if (comment !== undefined) {
    const count = odd.filter((line) => line.startsWith(comment)).length;
    decisions.push(decide("comment", comment, "likely", "remarks", { count }));
  }
  // Where other lines are as short, the last one is a short row.
  const shortWidths = new Set(odd.filter((line) => !isRemark(line)).map(toWidth));
  const isLikeRow = (line: string): boolean => isRow(line) || shortWidths.has(toWidth(line));
  const trailer = isWhole ? findTrailer(filled, isLikeRow, isRemark) : undefined;
  decisions.push(
    trailer?.decision ?? decide("trailer", null, "assumed", "trailerNone", { files: files.length }),
  );
  const rule = trailer?.rule;
  const body = filled.map((lines) =>
    lines.filter((line, index) => {
      if (rule !== undefined && index === lines.length - 1 && line.startsWith(toStart(rule.line)))
        return false;
      return !isRemark(line) || (index === lines.length - 1 && isRow(line));
    }),
  );
  return { body, comment, trailer: rule, decisions };
}

interface FoundTrailer {
  readonly rule: Ends["trailer"];
  readonly decision: Decision;
}

/** The last line, where it is no row and holds the number of rows. Whether a header stands before them is not known yet. */
function findTrailer(
  files: SampleLines,
  isRow: (line: string) => boolean,
  isRemark: (line: string) => boolean,
): FoundTrailer | undefined {
  const rules = new Map<string, number>();
  let [odd, last] = [0, ""];
  for (const lines of files) {
    const line = lines.at(-1);
    if (line === undefined || isRow(line) || lines.length < 2) continue;
    odd += 1;
    last = line;
    const rows = lines.slice(0, -1).filter((one) => !isRemark(one)).length;
    for (const count of [rows - 1, rows]) {
      const rule = toRule(line, count);
      if (rule === undefined) continue;
      rules.set(rule, (rules.get(rule) ?? 0) + 1);
      break;
    }
  }
  if (odd === 0) return undefined;
  const [best] = [...rules].sort((a, b) => b[1] - a[1]);
  if (best === undefined || best[1] < odd || rules.size > 1 || /[0-9]/.test(best[0])) {
    return {
      rule: undefined,
      decision: decide("trailer", null, "unsure", "trailerUnclear", {
        line: last.replace(/[A-Za-z]/g, "a").slice(0, 40),
      }),
    };
  }
  const [line, count] = best;
  const required = count === files.length && count >= ENOUGH_FILES;
  const values = { count, files: files.length };
  return {
    rule: { line, required },
    decision: decide("trailer", line, count > 1 ? "sure" : "likely", "trailerCounts", values),
  };
}

/** The line with `{rows}` in place of the number; the layouts want a beginning of its own before that. */
function toRule(line: string, rows: number): string | undefined {
  for (const { 0: digits, index } of line.matchAll(/[0-9]+/g)) {
    if (Number(digits) !== rows || index === 0) continue;
    const rule = `${line.slice(0, index)}{rows}${line.slice(index + digits.length)}`.trim();
    if (/^[!-~][ -~]*\{rows\}([ -~]*[!-~])?$/.test(rule)) return rule;
  }
  return undefined;
}

function toStart(rule: string): string {
  return rule.slice(0, rule.indexOf("{rows}"));
}
