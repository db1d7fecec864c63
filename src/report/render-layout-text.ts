import type { CheckedColumn, CheckedRow, LayoutCheckReport } from "./layout-check.ts";
import { makeFormats } from "./make-formats.ts";
import type { Lang, Texts } from "./texts.ts";
import { fillText, getTexts, toPlural } from "./texts.ts";
import { toVisibleText } from "./visible-text.ts";

const INDENT = "  ";
const LABEL_WIDTH = 12;
const LONGEST_NAME = 24;
const LONGEST_TEXT = 300;
const MOST_CODES = 20;

/** What `layout check` found: the file as a whole, its first rows, and the sum of all. */
export function renderLayoutCheckText(report: LayoutCheckReport, lang: Lang): string {
  const texts = getTexts(lang);
  return [
    `${toVisibleText(report.file, LONGEST_TEXT)}`,
    ...toFileLines(report, texts),
    ...report.rows.flatMap((row) => ["", ...toRowLines(row, report, texts)]),
    "",
    ...toSummaryLines(report, texts),
  ]
    .map((line) => `${line.trimEnd()}\n`)
    .join("");
}

function toFileLines(report: LayoutCheckReport, texts: Texts): string[] {
  const { layoutCheck } = texts;
  const { name, encoding, header, trailer, fault, notes, columns, layout, format } = report;
  const { number } = makeFormats(texts);
  const received = name.from === "name" ? layoutCheck.receivedByName : layoutCheck.receivedByFile;
  const match = name.matches ? layoutCheck.matches : layoutCheck.matchesNot;
  const pattern =
    name.pattern === null ? layoutCheck.noPattern : fillText(match, { pattern: toVisibleText(name.pattern) });
  const unused = columns.filter(({ meaning }) => ["unused", "unknown", "personal"].includes(meaning));
  const toLabel = (label: string, value: string): string => `${label.padEnd(LABEL_WIDTH)}${value}`;
  const lines = [
    toLabel(layoutCheck.layout, `${layout} (${format})`),
    toLabel(layoutCheck.name, `${pattern}; ${fillText(received, { at: name.receivedAt ?? "" })}`),
    toLabel(layoutCheck.encoding, encoding.name + (encoding.byteOrderMark ? `, ${layoutCheck.mark}` : "")),
  ];
  if (header !== null) {
    const count = header.columns.length;
    const text = fillText(toPlural(layoutCheck.columns, count), { count: number(count) });
    lines.push(
      toLabel(layoutCheck.header, fillText(layoutCheck.atLine, { line: String(header.line), text })),
    );
  }
  if (trailer !== null) {
    const text = toVisibleText(trailer.text, LONGEST_TEXT);
    lines.push(
      toLabel(layoutCheck.trailer, fillText(layoutCheck.atLine, { line: String(trailer.line), text })),
    );
  }
  if (unused.length > 0) {
    const names = unused.map(({ column }) => toVisibleText(column, LONGEST_NAME)).join(", ");
    lines.push(toLabel(layoutCheck.notUsed, `${names} (${layoutCheck.onlyTell})`));
  }
  for (const note of notes) lines.push(toLabel(layoutCheck.note, toVisibleText(note)));
  if (fault !== null) lines.push("", `${fault.code} ${toVisibleText(fault.message)}`);
  return lines;
}

function toRowLines(row: CheckedRow, { columns }: LayoutCheckReport, texts: Texts): string[] {
  const { layoutCheck } = texts;
  const width = Math.min(Math.max(...columns.map(({ column }) => column.length), 1), LONGEST_NAME);
  const place = fillText(layoutCheck.line, { line: String(row.line) });
  const outcome = layoutCheck.outcomes[row.outcome];
  return [
    [place, outcome, row.code ?? ""].join("  "),
    `${INDENT}${toVisibleText(row.raw)}`,
    ...row.columns
      .filter(({ text }) => text !== null)
      .map((column) => `${INDENT}${toColumnLine(column, row, width, texts)}`),
    ...(row.message === null ? [] : [`${INDENT}${toVisibleText(row.message)}`]),
  ];
}

function toColumnLine(
  { column, meaning, text, value }: CheckedColumn,
  row: CheckedRow,
  width: number,
  { layoutCheck }: Texts,
): string {
  const name = toVisibleText(column, LONGEST_NAME).padEnd(width);
  const shown = toVisibleText(value ?? text?.trim() ?? "", LONGEST_TEXT);
  return `${name}  ${layoutCheck.meanings[meaning].padEnd(LABEL_WIDTH + 4)}${shown}${toRemark(meaning, row, layoutCheck)}`;
}

function toRemark(meaning: CheckedColumn["meaning"], row: CheckedRow, texts: Texts["layoutCheck"]): string {
  if (row.outcome !== "accepted") return "";
  if (meaning === "code") return ` → ${toStatusText(row.status ?? "", texts)}`;
  if (meaning !== "time") return "";
  const remarks = [row.localAt ?? ""];
  if (row.laterAt !== null) remarks.push(fillText(texts.later, { at: row.laterAt }));
  if (row.nonexistentTime) remarks.push(texts.skipped);
  return ` (${remarks.join("; ")})`;
}

function toStatusText(status: string, { statuses }: Texts["layoutCheck"]): string {
  return status === "notice" || status === "unmapped" ? statuses[status] : status;
}

function toSummaryLines({ summary }: LayoutCheckReport, texts: Texts): string[] {
  const { layoutCheck } = texts;
  const { number } = makeFormats(texts);
  const { rows, accepted, quarantined, leftOut, reasons, parcels, earliest, latest, codes } = summary;
  const counts = { count: number(rows), accepted: number(accepted), quarantined: number(quarantined) };
  const left = leftOut === 0 ? "" : `; ${fillText(layoutCheck.leftOut, { count: number(leftOut) })}`;
  const lines = [fillText(toPlural(layoutCheck.rows, rows), counts) + left];
  for (const { code, rows: count, firstMessage } of reasons) {
    lines.push(`${INDENT}${fillText(layoutCheck.reason, { count: number(count), code })}`);
    lines.push(`${INDENT}${INDENT}${toVisibleText(firstMessage)}`);
  }
  if (earliest === null || latest === null) return lines;
  const flagged: readonly (readonly [string, number])[] = [
    [layoutCheck.ambiguous, summary.ambiguousTimes],
    [layoutCheck.nonexistent, summary.nonexistentTimes],
  ];
  const flags = flagged
    .filter(([, count]) => count > 0)
    .map(([text, count]) => `, ${fillText(text, { count: number(count) })}`);
  const parcelsText = fillText(toPlural(layoutCheck.parcels, parcels), { count: number(parcels) });
  lines.push(
    `${parcelsText}, ${fillText(layoutCheck.times, { from: earliest, to: latest })}${flags.join("")}`,
    `${layoutCheck.codes}: ${toCodeList(codes, texts)}`,
  );
  const unmapped = codes.filter(({ meaning }) => meaning === "unmapped");
  if (unmapped.length > 0) lines.push(`${layoutCheck.unmapped}: ${toCodeList(unmapped, texts)}`);
  return lines;
}

function toCodeList(codes: LayoutCheckReport["summary"]["codes"], texts: Texts): string {
  const { number } = makeFormats(texts);
  const shown = codes
    .slice(0, MOST_CODES)
    .map(({ code, rows }) => `${toVisibleText(code, LONGEST_NAME)} ${number(rows)}`);
  const rest = codes.length - shown.length;
  return [...shown, ...(rest > 0 ? [fillText(texts.layoutCheck.more, { count: number(rest) })] : [])].join(
    ", ",
  );
}
