import { splitDelimited } from "../make-row-splitter.ts";
import type { Cut, CutOptions, SampleLines } from "./cut.ts";
import { isBlank, mostFrequent } from "./cut.ts";
import type { Decision } from "./decision.ts";
import { decide } from "./decision.ts";
import { findEnds } from "./guess-ends.ts";
import { isHeaderWord } from "./header-words.ts";

/** Signs that part columns; not those that stand within dates and times. */
const DELIMITERS = [";", ",", "\t", "|", "^", "~"] as const;
const QUOTES = ['"', "'"] as const;
const LEAST_COLUMNS = 3;
const LEAST_FIT = 0.6;
/** A few short rows are damage; many are the sender's way. */
const SOME_SHORT_ROWS = 0.05;
const MANY_SHORT_ROWS = 0.2;
const MOST_LINES = 20_000;

/** Every delimiter that parts most lines into equally many columns. */
export function cutDelimited(files: SampleLines, options: CutOptions): Cut[] {
  return DELIMITERS.flatMap((delimiter) => {
    const lines = files.flatMap((file) => file.filter((line) => !isBlank(line))).slice(0, MOST_LINES);
    const { quote, decision } = guessQuote(lines, delimiter);
    const cut = cutAt(files, delimiter, quote, options);
    return cut === undefined ? [] : [{ ...cut, decisions: [...cut.decisions, decision] }];
  });
}

function guessQuote(
  lines: readonly string[],
  delimiter: string,
): { readonly quote: string | undefined; readonly decision: Decision } {
  for (const quote of QUOTES) {
    const quoted = lines.filter((line) => line.includes(quote));
    if (quoted.length === 0) continue;
    const paired = quoted.filter((line) => {
      const outside = line.split(quote).filter((_, index) => index % 2 === 0);
      const [first = "", ...rest] = outside;
      const last = rest.pop() ?? "";
      // Between quotes stand delimiters, or nothing where a quote is doubled.
      const between = rest.every(
        (text) => text === "" || (text.startsWith(delimiter) && text.endsWith(delimiter)),
      );
      return (
        line.split(quote).length % 2 === 1 &&
        (first === "" || first.endsWith(delimiter)) &&
        (last === "" || last.startsWith(delimiter)) &&
        between
      );
    });
    const values = { quoted: quoted.length, paired: paired.length };
    if (paired.length === quoted.length)
      return { quote, decision: decide("quote", quote, "sure", "quotesEnclose", values) };
    if (paired.length * 2 > quoted.length && quote === '"')
      return { quote, decision: decide("quote", quote, "unsure", "quotesMixed", values) };
    if (quote === '"')
      return {
        quote: undefined,
        decision: decide("quote", null, paired.length === 0 ? "likely" : "unsure", "quotesMixed", values),
      };
  }
  return { quote: undefined, decision: decide("quote", null, "assumed", "noQuotes") };
}

function cutAt(
  files: SampleLines,
  delimiter: string,
  quote: string | undefined,
  { encoding, isWhole }: CutOptions,
): Cut | undefined {
  const split = (lines: readonly string[]): (readonly string[])[] =>
    splitDelimited({ delimiter, quote, encoding }, lines, false).map((cells) =>
      "complaint" in cells ? [] : cells,
    );
  const all = files
    .flat()
    .filter((line) => !isBlank(line))
    .slice(0, MOST_LINES);
  const width = mostFrequent(split(all).map((cells) => cells.length));
  if (width === undefined || width < LEAST_COLUMNS) return undefined;
  const toWidth = (line: string): number => split([line])[0]?.length ?? 0;
  const ends = findEnds(
    files.map((lines) => lines.slice(0, MOST_LINES)),
    toWidth,
    width,
    isWhole && all.length < MOST_LINES,
  );
  const bodies = ends.body.map(split);
  const lines = bodies.flat();
  const fitting = lines.filter((cells) => cells.length === width);
  const fit = fitting.length / Math.max(lines.length, 1);
  if (fit < LEAST_FIT) return undefined;
  const header = guessHeader(bodies, width);
  const rows =
    header.names === null
      ? fitting
      : bodies.flatMap((body) => body.slice(1)).filter((row) => row.length === width);
  const trailingDelimiter = fitting.length > 0 && fitting.every((cells) => cells.at(-1)?.trim() === "");
  const ownWidth = trailingDelimiter ? width - 1 : width;
  const short =
    lines.filter((cells) => cells.length > 0 && cells.length < width).length / Math.max(lines.length, 1);
  const names = Array.from({ length: ownWidth }, (_, at) => header.names?.[at] ?? null);
  const shown = delimiter === "\t" ? "tab" : delimiter;
  const decisions: Decision[] = [
    decide("delimiter", shown, fit > 0.9 ? "sure" : fit > 0.75 ? "likely" : "unsure", "columnCounts", {
      columns: ownWidth,
      fitting: fitting.length,
      lines: lines.length,
    }),
    header.decision,
    decide(
      "trailingDelimiter",
      String(trailingDelimiter),
      !trailingDelimiter || header.names !== null ? "sure" : "likely",
      trailingDelimiter ? "lastEmpty" : "lastFilled",
    ),
    ...ends.decisions,
  ];
  const pads = short > MANY_SHORT_ROWS;
  if (short > SOME_SHORT_ROWS && short * lines.length >= 3) {
    const values = { share: Math.round(short * 100) };
    decisions.push(decide("raggedRows", pads ? "pad" : null, "unsure", "shortRows", values));
  }
  return {
    table: { names, rows: rows.map((row) => row.slice(0, ownWidth).map((cell) => cell.trim())) },
    fit,
    decisions,
    showsRowEnd: trailingDelimiter || ends.trailer !== undefined,
    toForm: (columns) => ({
      format: "delimited",
      encoding,
      delimiter,
      ...(quote === undefined ? {} : { quote }),
      header: header.names !== null,
      trailingDelimiter,
      ...(ends.comment === undefined ? {} : { comment: ends.comment }),
      ...(ends.trailer === undefined ? {} : { trailer: ends.trailer }),
      ...(pads ? { raggedRows: "pad" } : {}),
      // A column without a name is one that the layout does not know.
      columns: columns.filter((_, at) => header.names === null || names[at] !== null),
    }),
  };
}

/** Whether each file's first line names the columns: by its words, or because it is unlike the lines below. */
function guessHeader(
  bodies: readonly (readonly (readonly string[])[])[],
  width: number,
): { readonly names: readonly (string | null)[] | null; readonly decision: Decision } {
  const firsts = bodies.flatMap(([first]) => (first === undefined || first.length !== width ? [] : [first]));
  const [first = []] = firsts;
  const rows = bodies.flatMap((body) => body.slice(1)).filter((row) => row.length === width);
  const words = first.filter((cell) => isHeaderWord(cell)).length;
  const unlike = first.filter((cell, at) => {
    const below = rows.map((row) => row[at]?.trim() ?? "").filter((text) => text !== "");
    const withDigits = below.filter((text) => /[0-9]/.test(text)).length;
    return /^[^0-9]*\p{L}[^0-9]*$/u.test(cell) && below.length > 0 && withDigits > below.length * 0.9;
  }).length;
  const isSame = firsts.every((line) => line.join("\u001f") === first.join("\u001f"));
  const values = { words, unlike, columns: width };
  if (isSame && first.length > 0 && (words >= 2 || unlike >= 2)) {
    const names = first.map((cell) => (cell.trim() === "" ? null : cell.trim()));
    const isSure = unlike >= 2 || rows.length === 0;
    return {
      names,
      decision: decide(
        "header",
        "true",
        isSure ? "sure" : "likely",
        words >= 2 ? "headerWords" : "headerUnlike",
        values,
      ),
    };
  }
  return {
    names: null,
    decision: decide(
      "header",
      "false",
      words === 0 && unlike === 0 ? "sure" : "unsure",
      "headerNone",
      values,
    ),
  };
}
