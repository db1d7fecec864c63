import { normaliseLegacyCode } from "../../../mapping/translate.ts";
import { decodeText } from "../decode-text.ts";
import type { Cut, CutOptions, SampleLines } from "./cut.ts";
import { isBlank, mostFrequent } from "./cut.ts";
import type { Decision } from "./decision.ts";
import { decide } from "./decision.ts";
import type { GuessContext } from "./guess-context.ts";
import { findEnds } from "./guess-ends.ts";
import { makeRoughReader, patternsOf } from "./time-shapes.ts";

const LEAST_WIDTH = 20;
/** Beyond this, no carrier; what is tried for each byte must come to an end. */
const MOST_WIDTH = 1000;
const LEAST_FIT = 0.8;
const MOST_ROWS = 1000;
const NEARLY_ALL = 0.95;
/** The widths of dates with a clock, longest first: a shorter one fits into a longer. */
const TIME_WIDTHS = [19, 17, 16, 14, 12] as const;
const CODE_WIDTH = 3;
const LEAST_CONSTANT = 5;
const SHORTEST_BARCODE = 9;
const CARRIER_BARCODE = /^ *(?:[23]S[A-Z]{1,4}[0-9]{6,}|[A-Z]{2}[0-9]{9}[A-Z]{2})/i;

/** A stretch of bytes, from and up to. */
type Stretch = readonly [from: number, to: number];

/**
 * Cuts lines of equal length where no sign parts the columns: at the time and
 * the code, which show themselves, at padding, and where the kind of
 * characters changes. Columns that are always full and of one kind cannot be told apart.
 */
export function cutFixed(
  files: SampleLines,
  { encoding, isWhole }: CutOptions,
  context: GuessContext,
): Cut | undefined {
  const all = files.flat().filter((line) => !isBlank(line));
  const width = mostFrequent(all.map((line) => line.length));
  if (width === undefined || width < LEAST_WIDTH || width > MOST_WIDTH) return undefined;
  const ends = findEnds(files, (line) => line.length, width, isWhole);
  const lines = ends.body.flat();
  const fitting = lines.filter((line) => line.length === width);
  const fit = fitting.length / Math.max(lines.length, 1);
  if (fit < LEAST_FIT) return undefined;
  const rows = fitting.slice(0, MOST_ROWS);
  const time = findTime(rows, width);
  if (time === undefined) return undefined;
  const code = findCode(rows, width, time, context);
  const barcode = findBarcode(rows, width, [time, ...(code === undefined ? [] : [code])]);
  const anchors = [time, code, barcode].filter((stretch) => stretch !== undefined);
  // Where a barcode ends is seen by what follows it.
  const ownEnds = [time, code].flatMap((stretch) => stretch ?? []);
  const fixedEnds = new Set([
    0,
    width,
    ...ownEnds,
    ...(barcode?.slice(0, 1) ?? []),
    ...findNameNumbers(rows, anchors, context),
  ]);
  const starts = toStarts(rows, width, fixedEnds, anchors);
  const stretches = starts.map((from, index): Stretch => [from, starts[index + 1] ?? width]);
  const values = { width, columns: stretches.length, fitting: fitting.length, lines: lines.length };
  const decisions: Decision[] = [
    decide("format", "fixed", fit > NEARLY_ALL ? "sure" : "likely", "equalWidths", values),
    ...ends.decisions,
    decide("columns", null, "likely", "boundaries", values),
    ...stretches
      .filter((stretch) => mayBeSeveral(rows, stretch, anchors))
      .map(([from, to]) => decide("columns", null, "unsure", "columnsMayJoin", { from: from + 1, to })),
  ];
  return {
    table: {
      names: stretches.map(() => null),
      rows: rows.map((row) =>
        stretches.map(([from, to]) => decodeText(row.slice(from, to), encoding).trim()),
      ),
    },
    fit,
    decisions,
    showsRowEnd: true,
    toForm: (names) => ({
      format: "fixed",
      encoding,
      ...(ends.comment === undefined ? {} : { comment: ends.comment }),
      ...(ends.trailer === undefined ? {} : { trailer: ends.trailer }),
      columns: stretches.map(([from, to], index) => ({ name: names[index], width: to - from })),
    }),
  };
}

function findTime(rows: readonly string[], width: number): Stretch | undefined {
  for (const length of TIME_WIDTHS) {
    let best: { readonly from: number; readonly hits: number } | undefined;
    for (let from = 0; from + length <= width; from += 1) {
      const [first = ""] = rows;
      for (const pattern of patternsOf(first.slice(from, from + length), "moment")) {
        const read = makeRoughReader(pattern, "moment");
        const hits = rows.filter((row) => read(row.slice(from, from + length)) !== undefined).length;
        if (hits > rows.length * NEARLY_ALL && hits > (best?.hits ?? 0)) best = { from, hits };
      }
    }
    if (best !== undefined) return [best.from, best.from + length];
  }
  return undefined;
}

/** Three bytes that are a known code in nearly every row, and not the same in all. */
function findCode(
  rows: readonly string[],
  width: number,
  [timeFrom, timeTo]: Stretch,
  { isKnownCode }: GuessContext,
): Stretch | undefined {
  let best: { readonly from: number; readonly known: number; readonly distinct: number } | undefined;
  for (let from = 0; from + CODE_WIDTH <= width; from += 1) {
    if (from < timeTo && from + CODE_WIDTH > timeFrom) continue;
    const codes = rows.map((row) => row.slice(from, from + CODE_WIDTH));
    const known = codes.filter((code) => isKnownCode(normaliseLegacyCode(code))).length;
    const distinct = new Set(codes).size;
    if (known < rows.length * 0.7 || (distinct === 1 && rows.length > 3)) continue;
    if (best === undefined || known > best.known || (known === best.known && distinct > best.distinct))
      best = { from, known, distinct };
  }
  return best === undefined ? undefined : [best.from, best.from + CODE_WIDTH];
}

/** Where the barcodes begin that are written in a form of their own, padding in front included. */
function findBarcode(
  rows: readonly string[],
  width: number,
  anchors: readonly Stretch[],
): Stretch | undefined {
  for (let from = 0; from + SHORTEST_BARCODE <= width; from += 1) {
    const to = from + SHORTEST_BARCODE;
    if (anchors.some(([start, end]) => from < end && to > start)) continue;
    const count = rows.filter((row) => CARRIER_BARCODE.test(row.slice(from))).length;
    if (count > rows.length * 0.6) return [from, to];
  }
  return undefined;
}

/** Where a number of the file's name stands in nearly every row. */
function findNameNumbers(
  rows: readonly string[],
  anchors: readonly Stretch[],
  { nameNumbers }: GuessContext,
): number[] {
  return nameNumbers
    .filter((number) => number.length >= LEAST_CONSTANT)
    .flatMap((number) => {
      const from = mostFrequent(rows.map((row) => row.indexOf(number)));
      if (from === undefined || from < 0) return [];
      const to = from + number.length;
      if (anchors.some(([start, end]) => from < end && to > start)) return [];
      const share = rows.filter((row) => row.startsWith(number, from)).length / rows.length;
      return share > 0.8 ? [from, to] : [];
    });
}

function toStarts(
  rows: readonly string[],
  width: number,
  fixedEnds: ReadonlySet<number>,
  anchors: readonly Stretch[],
): number[] {
  const starts = [0];
  for (let at = 1; at < width; at += 1) {
    const isInAnchor = anchors.some(([from, to]) => at > from && at < to);
    if (fixedEnds.has(at) || (!isInAnchor && isBoundary(rows, at))) starts.push(at);
  }
  return starts;
}

/** Whether a column begins here: behind padding, or where digits and letters change over in nearly every row. */
function isBoundary(rows: readonly string[], at: number): boolean {
  let [padded, filled, changes] = [0, 0, 0];
  for (const row of rows) {
    const [before = "", here = ""] = [row[at - 1], row[at]];
    if (here !== " ") filled += 1;
    if (before === " " && here !== " ") padded += 1;
    if (/[A-Za-z]/.test(here) && /^[0-9]{4}$/.test(row.slice(Math.max(at - 4, 0), at))) changes += 1;
  }
  const most = rows.length * NEARLY_ALL;
  return filled >= most && (padded >= Math.max(2, rows.length * 0.01) || changes >= most);
}

/** Whether a stretch is so full of digits that it may be several columns. */
function mayBeSeveral(rows: readonly string[], [from, to]: Stretch, anchors: readonly Stretch[]): boolean {
  if (to - from < 10 || anchors.some(([start]) => start === from)) return false;
  return rows.filter((row) => /^[0-9]+$/.test(row.slice(from, to))).length > rows.length * 0.9;
}
