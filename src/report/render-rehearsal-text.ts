import { MESSAGE_OUTCOMES } from "../reconcile/cutover/compare-message.ts";
import type { ConsumerReport, RehearsalCaveat, RehearsalReport } from "./cutover-data.ts";
import type { Formats } from "./make-formats.ts";
import { makeFormats } from "./make-formats.ts";
import type { Lang, Texts } from "./texts.ts";
import { fillText, getTexts } from "./texts.ts";
import { toVisibleText } from "./visible-text.ts";

const LONGEST_NAME = 120;

/** What a switch would have done, for a terminal. */
export function renderRehearsalText(report: RehearsalReport, lang: Lang): string {
  const texts = getTexts(lang);
  const { rehearsal } = texts.cutover;
  const formats = makeFormats(texts);
  const { number, localTime } = formats;
  const lines = [
    fillText(rehearsal.heading, { date: report.date, until: localTime(report.until) }),
    ...(report.wave === null ? [] : [fillText(rehearsal.ofWave, { wave: report.wave })]),
    fillText(rehearsal.parcels, {
      told: number(report.parcels.told),
      affected: number(report.parcels.affected),
    }),
    ...report.consumers.flatMap((consumer) => ["", ...toConsumerLines(consumer, lang, texts, formats)]),
    "",
    toRollbackLine(report, texts, formats),
  ];
  if (report.caveats.length > 0) lines.push("", rehearsal.caveatsHeading);
  for (const caveat of report.caveats) lines.push(`- ${toCaveatText(caveat, texts, formats)}`);
  return lines.map((line) => `${line}\n`).join("");
}

function toConsumerLines(
  { nameNl, nameEn, counts, cost, lateMinutes, days, examples }: ConsumerReport,
  lang: Lang,
  texts: Texts,
  { number, localTime, delta }: Formats,
): string[] {
  const { rehearsal } = texts.cutover;
  const toCounts = (of: ConsumerReport["counts"]): string =>
    MESSAGE_OUTCOMES.filter((outcome) => of[outcome] > 0)
      .map((outcome) => {
        const bound =
          outcome === "late" ? ` (${fillText(rehearsal.late, { minutes: number(lateMinutes) })})` : "";
        return `${number(of[outcome])} ${rehearsal.outcomes[outcome]}${bound}`;
      })
      .join(", ") || texts.format.none;
  return [
    `${toVisibleText(lang === "nl" ? nameNl : nameEn, LONGEST_NAME)}: ${toCounts(counts)}`,
    ...(cost === null ? [] : [`  ${fillText(rehearsal.cost, { amount: number(cost) })}`]),
    ...days
      .filter(({ counts: of }) => of.wrong + of.missing + of.extra + of.late > 0)
      .map(({ day, counts: of }) => `  ${day}  ${toCounts(of)}`),
    ...examples.map(({ outcome, at, barcode, oldStatus, newStatus, lateSeconds }) => {
      const place = { at: localTime(at), barcode };
      const told =
        outcome === "late"
          ? `${localTime(at)}  ${barcode}  ${newStatus}, ${delta(lateSeconds ?? 0)}`
          : fillText(rehearsal.example, {
              ...place,
              old: oldStatus ?? texts.format.none,
              new: newStatus ?? texts.format.none,
            });
      return `  ${rehearsal.outcomes[outcome]}: ${told}`;
    }),
  ];
}

function toRollbackLine({ rollback, trigger }: RehearsalReport, texts: Texts, formats: Formats): string {
  const { rehearsal } = texts.cutover;
  const share = (part: number): string => formats.share(Math.round(part * 1e6), 1e6);
  const hours = formats.number(trigger.windowHours);
  if (rollback === null) {
    return fillText(rehearsal.never, {
      hours,
      wrong: share(trigger.wrongMessages),
      critical: share(trigger.openCritical),
      least: formats.number(trigger.leastEvents),
    });
  }
  return fillText(rehearsal.fires[rollback.trigger], {
    hours,
    at: formats.localTime(rollback.at),
    hits: formats.number(rollback.hits),
    of: formats.number(rollback.of),
    bound: share(rollback.trigger === "wrong_messages" ? trigger.wrongMessages : trigger.openCritical),
  });
}

function toCaveatText({ code, values }: RehearsalCaveat, texts: Texts, formats: Formats): string {
  const shown = Object.entries(values).map(([name, value]) => [
    name,
    typeof value === "number" ? formats.number(value) : name === "since" ? formats.localTime(value) : value,
  ]);
  return fillText(texts.cutover.rehearsal.caveats[code], Object.fromEntries(shown));
}
