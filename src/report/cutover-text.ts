import type { CutoverReport, PhaseReport, TailCheckReport, TailReport } from "./cutover-data.ts";
import type { Formats } from "./make-formats.ts";
import { makeFormats } from "./make-formats.ts";
import type { Lang, Texts } from "./texts.ts";
import { fillText, getTexts } from "./texts.ts";
import { toVisibleText } from "./visible-text.ts";

const LONGEST_NOTE = 200;

/** Where the migration is, and what comes next. */
export function toCutoverSentences({ phase, next }: CutoverReport, texts: Texts, formats: Formats): string[] {
  const { section, phases } = texts.cutover;
  const now = fillText(section.now, { phase: phases[phase] });
  if (next === null) return [now, section.nothing];
  return [
    now,
    fillText(section.next, {
      phase: phases[next.phase],
      date: formats.day(next.date),
      days: formats.number(next.days),
      who: next.wave === null ? section.nextAll : fillText(section.nextWave, { wave: next.wave }),
    }),
  ];
}

/** One line of the calendar: of the calendar itself or of a wave. */
export interface CalendarRow {
  readonly who: string;
  readonly phase: string;
  readonly date: string;
  readonly notes: string;
}

/** The calendar as rows; dates that a wave does not name are left out. */
export function toCalendarRows(report: CutoverReport, texts: Texts, formats: Formats): CalendarRow[] {
  const { section, phases } = texts.cutover;
  const toRow = (who: string, one: PhaseReport): CalendarRow => ({
    who,
    phase: phases[one.phase],
    date: one.date === null ? section.notPlanned : formats.day(one.date),
    notes: toNotes(one, texts, formats),
  });
  return [
    ...report.phases.map((one) => toRow(section.everybody, one)),
    ...report.waves.flatMap(({ id, customers, channels, phases: own }) => {
      const names = [...(customers ?? []), ...(channels ?? [])].join(", ");
      const who = toVisibleText(`${id} (${names})`, LONGEST_NOTE);
      return own.filter(({ date }) => date !== null).map((one) => toRow(who, one));
    }),
  ];
}

function toNotes(
  { announced, changedOn, history }: PhaseReport,
  { cutover }: Texts,
  formats: Formats,
): string {
  const { section } = cutover;
  const notes = [
    ...(announced === null ? [] : [announced]),
    ...(changedOn === null ? [] : [fillText(section.changed, { day: formats.day(changedOn) })]),
    ...history.map(({ date, changedOn: changed, reason }) =>
      fillText(reason === null ? section.former : section.formerReason, {
        date: formats.day(date),
        changed: formats.day(changed),
        reason: reason ?? "",
      }),
    ),
  ];
  return toVisibleText(notes.join("; "), 3 * LONGEST_NOTE);
}

/** What the tail was learnt from and judged on. */
export function toTailSpan({ learnt, judged }: TailReport, texts: Texts, formats: Formats): string {
  const { section } = texts.cutover;
  if (learnt === null || judged === null) return section.tailNone;
  return fillText(section.tailLearnt, {
    learntFrom: formats.day(learnt.from),
    learntUntil: formats.day(learnt.until),
    judgedFrom: formats.day(judged.from),
    judgedUntil: formats.day(judged.until),
  });
}

/** What was checked, how it was judged, and by which figures. */
export function toTailRow(
  { check, about, judgement, adjustedP, evidence }: TailCheckReport,
  texts: Texts,
  formats: Formats,
): { readonly check: string; readonly verdict: string; readonly evidence: string } {
  const { section } = texts.cutover;
  const shownAbout =
    check === "volume"
      ? formats.day(about ?? "")
      : about === "webhook" || about === "status-api"
        ? texts.channels[about].name
        : "";
  const figures = [
    ...toFigures(check, evidence, texts, formats),
    ...(adjustedP === null
      ? []
      : [fillText(section.adjusted, { p: formats.number(Number(adjustedP.toFixed(4))) })]),
  ];
  return {
    check: fillText(section.checks[check], { about: shownAbout }),
    verdict: section.verdicts[judgement],
    evidence: figures.join("; "),
  };
}

function toFigures(
  check: TailCheckReport["check"],
  evidence: TailCheckReport["evidence"],
  { cutover }: Texts,
  { number, duration }: Formats,
): string[] {
  const { section } = cutover;
  const figure = (name: string): number => Number(evidence[name] ?? 0);
  switch (check) {
    case "statuses":
    case "transitions": {
      if (evidence.stabilityIndex === undefined) return [];
      const list = (text: string, name: string): string[] => {
        const names = evidence[name];
        return Array.isArray(names) && names.length > 0 ? [fillText(text, { list: names.join(", ") })] : [];
      };
      return [
        fillText(section.mix, { index: number(figure("stabilityIndex")) }),
        ...list(section.mixGone, "vanished"),
        ...list(section.mixNew, "appeared"),
        ...list(section.mixMoved, "moved"),
      ];
    }
    case "latency":
      if (evidence.medianSeconds === undefined) return [];
      return [
        fillText(section.latency, {
          oldMedian: duration(figure("medianSeconds")),
          median: duration(figure("learntMedianSeconds")),
          oldTail: duration(figure("tailSeconds")),
          tail: duration(figure("learntTailSeconds")),
        }),
      ];
    case "volume":
      if (evidence.lower === undefined) return [fillText(section.days, { days: number(figure("days")) })];
      return [
        fillText(section.volume, {
          count: number(figure("count")),
          lower: number(figure("lower")),
          upper: number(figure("upper")),
        }),
      ];
  }
}

/** Transitions that were never learnt, a line each. */
export function toUnseenLines({ unseen }: TailReport, texts: Texts, formats: Formats): string[] {
  const { section } = texts.cutover;
  return unseen.map(({ from, to, count, barcode }) =>
    fillText(section.unseenLine, {
      from: from === "" ? section.start : from,
      to,
      count: formats.number(count),
      barcode: barcode ?? texts.format.none,
    }),
  );
}

/** Where the migration is, for a terminal. */
export function renderCutoverText(report: CutoverReport, lang: Lang): string {
  const texts: Texts = getTexts(lang);
  const formats = makeFormats(texts);
  const { section } = texts.cutover;
  const rows = toCalendarRows(report, texts, formats);
  const width = (pick: (row: CalendarRow) => string): number =>
    Math.max(...rows.map((row) => pick(row).length));
  const whoWidth = width(({ who }) => who);
  const phaseWidth = width(({ phase }) => phase);
  const lines = [
    ...toCutoverSentences(report, texts, formats),
    "",
    ...rows.map(({ who, phase, date, notes }) =>
      `${who.padEnd(whoWidth)}  ${phase.padEnd(phaseWidth)}  ${date}${notes === "" ? "" : `  (${notes})`}`.trimEnd(),
    ),
  ];
  const { tail } = report;
  if (tail !== null) {
    lines.push("", `${section.tail}: ${section.verdicts[tail.judgement]}`, toTailSpan(tail, texts, formats));
    for (const one of tail.checks) {
      const { check, verdict, evidence } = toTailRow(one, texts, formats);
      lines.push(`- ${check}: ${verdict}${evidence === "" ? "" : ` (${evidence})`}`);
    }
    if (tail.unseen.length > 0) lines.push("", `${section.unseen}:`);
    for (const line of toUnseenLines(tail, texts, formats)) lines.push(`- ${line}`);
  }
  return lines.map((line) => `${line}\n`).join("");
}
