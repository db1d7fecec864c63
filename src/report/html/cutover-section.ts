import type { CutoverReport, TailReport } from "../cutover-data.ts";
import { toCalendarRows, toCutoverSentences, toTailRow, toTailSpan, toUnseenLines } from "../cutover-text.ts";
import type { ReportData } from "../report-data.ts";
import { type Html, html } from "./html.ts";
import type { Parts } from "./make-parts.ts";

/** Where the migration is, and the tail; nothing where the calendar has no dates. */
export function renderCutover({ cutover }: ReportData, parts: Parts): Html | null {
  if (cutover === undefined) return null;
  const { heading, intro } = parts.texts.cutover.section;
  return parts.section(
    "cutover",
    heading,
    intro,
    html`${renderCalendar(cutover, parts)}${cutover.tail === null ? null : renderTail(cutover.tail, parts)}`,
  );
}

function renderCalendar(cutover: CutoverReport, { texts, formats, table }: Parts): Html {
  const { section } = texts.cutover;
  return html`<p>${toCutoverSentences(cutover, texts, formats).join(" ")}</p>
${table({
  caption: section.heading,
  stack: true,
  heads: [{ text: section.who }, { text: section.phase }, { text: section.date }, { text: section.notes }],
  rows: toCalendarRows(cutover, texts, formats).map(({ who, phase, date, notes }) => [
    who,
    phase,
    date,
    notes,
  ]),
})}`;
}

function renderTail(tail: TailReport, { texts, formats, table }: Parts): Html {
  const { section } = texts.cutover;
  const unseen = toUnseenLines(tail, texts, formats);
  return html`
<h3>${section.tail}: ${section.verdicts[tail.judgement]}</h3>
<p>${toTailSpan(tail, texts, formats)}</p>
${table({
  caption: section.tail,
  stack: true,
  heads: [{ text: section.check }, { text: section.verdict }, { text: section.evidence }],
  rows: tail.checks.map((one) => {
    const { check, verdict, evidence } = toTailRow(one, texts, formats);
    return [check, verdict, evidence === "" ? texts.format.none : evidence];
  }),
})}${
  unseen.length === 0
    ? null
    : html`\n<p>${section.unseen}:</p>\n<ul>${unseen.map((line) => html`<li class="data">${line}</li>`)}</ul>`
}`;
}
