import type { Severity } from "../domain/finding.ts";
import { SEVERITIES } from "../domain/finding.ts";
import type { RunVerdict, VerdictReason } from "../domain/verdict.ts";
import { compareSums, toDifference } from "./compare-sums.ts";
import { hasKnown } from "./has-known.ts";
import type { RecallReport } from "./judgement-data.ts";
import type { Formats } from "./make-formats.ts";
import { makeFormats } from "./make-formats.ts";
import type {
  FilesReport,
  FindingReport,
  ImportReport,
  KindReport,
  ParcelReport,
  ReconcileReport,
} from "./report-data.ts";
import type { Lang, Plural, Texts } from "./texts.ts";
import { fillText, getTexts, toPlural } from "./texts.ts";
import { toMatchRates } from "./to-match-rates.ts";
import { toShownVerdict } from "./to-shown-verdict.ts";
import { toVisibleText } from "./visible-text.ts";

/** What `reconcile` has to tell; `kinds` where the caller has them. */
export interface ReconcileStory {
  readonly report: ReconcileReport;
  readonly reasons: readonly VerdictReason[];
  readonly kinds?: readonly KindReport[];
  /** Where scan files were fetched and the caller has looked at them. */
  readonly files?: FilesReport | undefined;
  readonly recall?: readonly RecallReport[];
}

export interface TextOptions {
  /** Colours for a terminal (ANSI); none by default. */
  readonly colour?: boolean;
}

export interface ListOptions extends TextOptions {
  /** Whether the columns' names stand above; a list that comes in pages has them once. */
  readonly head?: boolean;
}

const WIDTH = 80;
export const INDENT = "  ";

export type Paint = (text: string) => string;
export const BOLD = 1;
export const VERDICT_COLOURS: Readonly<Record<RunVerdict, number>> = { go: 32, no_go: 31, not_proven: 33 };
const SEVERITY_COLOURS: Readonly<Record<Severity, number>> = { critical: 31, high: 31, medium: 33, low: 36 };

/** Paints for a terminal (ANSI), or not at all. */
export function toPaint(colour: boolean | undefined, ...codes: readonly number[]): Paint {
  return colour === true ? (text) => `\u001b[${codes.join(";")}m${text}\u001b[0m` : (text) => text;
}

/**
 * Renders a run's verdict for a terminal, at most 80 columns wide: the word,
 * its reasons and what to do next, parcels by verdict, open findings by kind
 * and the tie-out.
 */
export function renderReconcileText(story: ReconcileStory, lang: Lang, { colour }: TextOptions = {}): string {
  const texts = getTexts(lang);
  const formats = makeFormats(texts);
  const { report, reasons, kinds, files, recall } = story;
  const { parcels, findings, tieOut } = report;
  const sums = compareSums(report, undefined);
  const shown = toShownVerdict({ summary: report, reasons }, sums, texts, formats);
  const { word, meaning } = texts.runVerdicts[shown.verdict];
  const paint = toPaint(colour, BOLD, VERDICT_COLOURS[shown.verdict]);

  const lines = [paint(word.toUpperCase()), ...wrap(meaning, "")];
  for (const { text, next } of shown.reasons) {
    lines.push("", ...wrap(toVisibleText(text, 400), "- ", INDENT), ...wrap(next, INDENT));
  }

  const known: readonly (readonly [string, number])[] = hasKnown(report, kinds ?? [])
    ? [[texts.parcelVerdicts.known.name, parcels.known]]
    : [];
  const number = formats.number;
  lines.push("", toFigureLine(texts.text.parcels, number(parcels.total)));
  const all = formats.share(parcels.matched, parcels.total);
  lines.push(toFigureLine(INDENT + texts.parcelVerdicts.matched.name, number(parcels.matched), all));
  const rows: readonly (readonly [string, number])[] = [
    ...known,
    [texts.parcelVerdicts.mismatched.name, parcels.mismatched],
    [texts.parcelVerdicts.pending.name, parcels.pending],
    [texts.parcelVerdicts.not_proven.name, parcels.notProven],
  ];
  for (const [name, count] of rows) {
    lines.push(toFigureLine(INDENT + name, number(count), formats.shareUp(count, parcels.total)));
  }
  const { matched, total, decided } = toMatchRates(parcels);
  const rates = { all: formats.share(matched, total), decided: formats.share(matched, decided) };
  lines.push(...wrap(`${texts.text.matchRate}: ${fillText(texts.text.matchRateLine, rates)}`, INDENT));

  lines.push("", toFigureLine(texts.text.open, number(findings.open)));
  for (const { kind, severity, open } of (kinds ?? [])
    .filter((row) => row.open > 0)
    .toSorted(compareSeverity)) {
    const name = toPaint(colour, SEVERITY_COLOURS[severity])(texts.severities[severity]);
    lines.push(`${toFigureLine(INDENT + texts.kinds[kind].name, number(open))}  ${name}`);
  }

  const difference = Math.max(Math.abs(tieOut.difference), toDifference(sums));
  const figures = {
    rows: number(tieOut.rows.seen),
    legacy: number(tieOut.legacy.episodes),
    new: number(tieOut.new.episodes),
    parcels: number(tieOut.parcels),
    difference: number(difference),
  };
  lines.push("");
  if (recall !== undefined) lines.push(...wrap(toRecallLine(recall, texts, formats), "", INDENT));
  lines.push(...wrap(`${texts.text.tieOut}: ${fillText(texts.text.tieOutLine, figures)}`, "", INDENT));
  if (files !== undefined) lines.push("", texts.filesSection.heading, ...listFiles(files, texts, formats));
  return toText(lines);
}

/** How many of the planted defects were found, and of how many kinds some were planted. */
function toRecallLine(
  recall: readonly RecallReport[],
  { recall: texts }: Texts,
  { number }: Formats,
): string {
  const planted = recall.reduce((sum, row) => sum + row.planted, 0);
  if (planted === 0) return texts.lineNone;
  return fillText(texts.line, {
    found: number(recall.reduce((sum, row) => sum + row.found, 0)),
    planted: number(planted),
    kinds: number(recall.filter((row) => row.planted > 0).length),
    all: number(recall.length),
  });
}

/** Each feed in a line, and how often each kind of irregularity came in another. */
function listFiles(
  { feeds, irregularities, irregularitiesTotal }: FilesReport,
  { filesSection }: Texts,
  { number }: Formats,
): string[] {
  const lines = feeds.flatMap(({ feed, slots: { received, late, missing } }) => {
    const expected = number(received + late + missing);
    const figures = { received: number(received), late: number(late), missing: number(missing) };
    const line = fillText(filesSection.line, { feed: toVisibleText(feed, 60), expected, ...figures });
    return wrap(line, INDENT, INDENT + INDENT);
  });
  if (irregularitiesTotal === 0) return [...lines, ...wrap(filesSection.complete, INDENT)];
  const byKind = Map.groupBy(irregularities, ({ irregularity }) => irregularity);
  for (const [kind, { length }] of byKind) {
    lines.push(toFigureLine(INDENT + filesSection.kinds[kind].name, number(length)));
  }
  return lines;
}

function compareSeverity(a: KindReport, b: KindReport): number {
  return SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) || b.open - a.open;
}

const NAME_WIDTH = 44;
const FIGURE_WIDTH = 14;

function toFigureLine(name: string, figure: string, share = ""): string {
  return `${name.padEnd(NAME_WIDTH)}${figure.padStart(FIGURE_WIDTH)}${share === "" ? "" : share.padStart(9)}`;
}

/** What `import` took in: counts of rows, and how they add up. */
export function renderImportText(report: ImportReport, lang: Lang): string {
  const texts = getTexts(lang);
  const { number } = makeFormats(texts);
  const count = (text: Plural, value: number) => fillText(toPlural(text, value), { count: number(value) });
  const parts = fillText(texts.text.ofWhich, {
    accepted: number(report.accepted),
    duplicates: number(report.duplicates),
    quarantined: number(report.quarantined),
  });
  return toText([
    `${texts.channels[report.channel].name}: ${count(texts.text.intakes, report.intakes)}`,
    `${INDENT}${count(texts.text.rows, report.seen)} = ${parts}`,
  ]);
}

const FINDING_WIDTHS = [8, 8, 24, 15] as const;

/**
 * Findings as a table for a terminal: state, severity, kind and barcode by
 * the names that the command's options take, and what it is about. A finding
 * about two statuses takes two lines.
 */
export function renderFindingsText(
  findings: Iterable<FindingReport>,
  lang: Lang,
  { colour, head = true }: ListOptions = {},
): string {
  const { heads } = getTexts(lang);
  const lines: string[] = [];
  if (head)
    lines.push(
      toColumns([heads.state, heads.severity, heads.kind, heads.barcode, heads.about], FINDING_WIDTHS),
    );
  for (const finding of findings) {
    const paint = finding.state === "open" ? toPaint(colour, SEVERITY_COLOURS[finding.severity]) : String;
    const [first = "", ...more] = toAbout(finding);
    const cells = [finding.state, finding.severity, finding.kind, finding.barcode, first];
    lines.push(paint(toColumns(cells, FINDING_WIDTHS)));
    for (const one of more) lines.push(toColumns(["", "", "", "", one], FINDING_WIDTHS));
  }
  return toText(lines);
}

function toAbout({ status, legacyStatus, newStatus, code, field }: FindingReport): string[] {
  const subject = [status, code, field].filter((part) => part !== null).join(" ");
  const pair = [legacyStatus, newStatus === null ? null : `→ ${newStatus}`].filter((part) => part !== null);
  return subject === "" ? pair : [subject, ...pair];
}

const PARCEL_WIDTHS = [35, 10] as const;

/** Parcels as a table for a terminal: barcode, verdict, episodes of both sides, open findings. */
export function renderParcelsText(
  parcels: Iterable<ParcelReport>,
  lang: Lang,
  { head = true }: ListOptions = {},
): string {
  const { heads } = getTexts(lang);
  const lines: string[] = [];
  const row = (barcode: string, verdict: string, figures: readonly string[]) =>
    `${toColumns([barcode, verdict], PARCEL_WIDTHS)}${figures.map((figure) => figure.padStart(8)).join("")}`;
  if (head)
    lines.push(row(heads.barcode, heads.verdict, [heads.legacyEvents, heads.newEvents, heads.openFindings]));
  for (const { barcode, verdict, legacyEpisodes, newEpisodes, openFindings } of parcels) {
    lines.push(row(barcode, verdict, [legacyEpisodes, newEpisodes, openFindings].map(String)));
  }
  return toText(lines);
}

/** How many a list held; said in words when it was empty. */
export function renderCountText(what: "findings" | "parcels", count: number, lang: Lang): string {
  const texts = getTexts(lang);
  const { noFindings, noParcels, countFindings, countParcels } = texts.text;
  if (count === 0) return toText([what === "findings" ? noFindings : noParcels]);
  const plural = toPlural(what === "findings" ? countFindings : countParcels, count);
  return toText([fillText(plural, { count: makeFormats(texts).number(count) })]);
}

function toColumns(cells: readonly string[], widths: readonly number[]): string {
  return cells.map((cell, i) => toVisibleText(cell, WIDTH).padEnd(widths[i] ?? 0)).join(" ");
}

/** Breaks a text at blanks to lines that fit, the first with one beginning, the others with another. */
export function wrap(text: string, beginning: string, others: string = beginning): string[] {
  const lines: string[] = [];
  let line = beginning;
  let isEmpty = true;
  for (const word of text.split(" ")) {
    if (!isEmpty && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = others;
      isEmpty = true;
    }
    line += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  return [...lines, line];
}

/** Lines as a text, without blanks at their ends. */
export function toText(lines: readonly string[]): string {
  return lines.map((line) => `${line.trimEnd()}\n`).join("");
}
