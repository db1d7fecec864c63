import type { Decision } from "./decision.ts";
import { decide } from "./decision.ts";
import type { PatternGuess, SentAt } from "./guess-pattern.ts";
import { guessPattern } from "./guess-pattern.ts";
import { matchHeader } from "./header-words.ts";
import type { TableColumn } from "./table.ts";
import type { PatternKind } from "./time-shapes.ts";

/** Where and how a file's times stand. */
export interface TimeGuess {
  /** Positions of the columns: one, or a date's and a clock's. */
  readonly columns: readonly number[];
  readonly pattern: string;
  readonly precision: "milliseconds" | "seconds" | "minutes";
  readonly decisions: readonly Decision[];
}

const MOSTLY = 0.6;
/** So many times that all end in `:00` are no chance. */
const ENOUGH_TIMES = 20;

interface Candidate {
  readonly column: TableColumn;
  readonly guess: PatternGuess;
  readonly score: number;
}

/** The columns of the scan's time; `undefined` where no column holds times. */
export function guessTime(columns: readonly TableColumn[], sent: SentAt): TimeGuess | undefined {
  const moments = listCandidates(columns, "moment", sent);
  const [best, next] = moments;
  if (best !== undefined) {
    const { name, at, texts } = best.column;
    const shown = name ?? `#${at + 1}`;
    const isClear = next === undefined || best.score > next.score;
    const share = Math.round(best.guess.share * 100);
    const values = { column: shown, share, distinct: best.column.distinct.size, others: moments.length - 1 };
    const reason = isClear ? (matchHeader(name, "time") > 0 ? "headerAndContent" : "content") : "several";
    return finish([at], best.guess, texts, [
      decide(
        "fields.time",
        shown,
        isClear ? (next === undefined ? "sure" : "likely") : "unsure",
        reason,
        values,
      ),
    ]);
  }
  const [date] = listCandidates(columns, "date", sent);
  const clocks = listCandidates(columns, "clock", sent);
  if (date === undefined || clocks.length === 0) return undefined;
  // Of several clocks the one behind the date is its.
  const clock = clocks.find(({ column }) => column.at === date.column.at + 1) ?? clocks[0];
  if (clock === undefined) return undefined;
  const joined = { ...date.guess, pattern: `${date.guess.pattern} ${clock.guess.pattern}` };
  const names = [date, clock].map(({ column }) => column.name ?? `#${column.at + 1}`);
  return finish([date.column.at, clock.column.at], joined, clock.column.texts, [
    decide("fields.time", names.join(" + "), clocks.length === 1 ? "sure" : "likely", "timesSplit", {
      date: names[0] ?? "",
      clock: names[1] ?? "",
    }),
  ]);
}

function listCandidates(columns: readonly TableColumn[], kind: PatternKind, sent: SentAt): Candidate[] {
  return columns
    .flatMap((column): Candidate[] => {
      const guess = guessPattern(column.texts, kind, sent);
      if (guess === undefined || guess.share < MOSTLY) return [];
      // Empty in some rows, or the same in all: a time, but not that of the scan.
      const filled = column.texts.length / Math.max(column.cells.length, 1);
      const varied = column.distinct.size > 1 ? 1 : 0;
      const score = Math.round(filled * 4) + matchHeader(column.name, "time") * 2 + varied;
      return filled < 0.5 ? [] : [{ column, guess, score }];
    })
    .sort((a, b) => b.score - a.score || a.column.at - b.column.at);
}

function finish(
  columns: readonly number[],
  { pattern, confidence, reason, values }: PatternGuess,
  texts: readonly string[],
  decisions: readonly Decision[],
): TimeGuess {
  const { precision, decision } = guessPrecision(pattern, texts);
  return {
    columns,
    pattern,
    precision,
    decisions: [...decisions, decide("time.pattern", pattern, confidence, reason, values), decision],
  };
}

function guessPrecision(
  pattern: string,
  texts: readonly string[],
): { readonly precision: TimeGuess["precision"]; readonly decision: Decision } {
  const found = (
    precision: TimeGuess["precision"],
    confidence: Decision["confidence"],
    reason: Decision["reason"],
  ) => ({
    precision,
    decision: decide("time.precision", precision, confidence, reason, { texts: texts.length }),
  });
  if (/SSS(?!\])/.test(pattern)) return found("milliseconds", "likely", "secondsVary");
  if (!pattern.includes("ss")) return found("minutes", "sure", "secondsNever");
  const secondsAreZero = texts.every((text) => {
    const digits = text.replace(/(?:Z|[+-][0-9]{2}:?[0-9]{2})$/, "").replace(/[.,][0-9]{3}$/, "");
    return /00$/.test(digits) || !/[0-9]$/.test(digits);
  });
  const endsInSeconds = /ss(?:\[[.,]SSS\])?(?: ?X{2,3})?$/.test(pattern);
  if (endsInSeconds && secondsAreZero && texts.length >= ENOUGH_TIMES)
    return found("minutes", "likely", "secondsAlwaysZero");
  return found("seconds", "sure", "secondsVary");
}
