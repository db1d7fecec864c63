import type { Lags } from "../reconcile/speed/measure-lags.ts";
import type { SpeedReport } from "./feeds-data.ts";
import type { Formats } from "./make-formats.ts";
import { makeFormats } from "./make-formats.ts";
import { toSpan } from "./span.ts";
import { toFeedName, toSpeedWords } from "./speed-words.ts";
import type { Lang, Texts } from "./texts.ts";
import { getTexts } from "./texts.ts";
import { toVisibleText } from "./visible-text.ts";

const NAME_WIDTH = 40;
const COUNT_WIDTH = 12;
const SPAN_WIDTH = 30;
const LONGEST_NAME = 60;

/** How fast the feeds are, for a terminal: the answer, what it rests on, the delays, the gain by status. */
export function renderSpeedText(report: SpeedReport, lang: Lang): string {
  const texts = getTexts(lang);
  const formats = makeFormats(texts);
  const { speed } = texts;
  const { answer, notes } = toSpeedWords(report, texts, formats);
  const lines = [...answer];
  if (notes.length > 0) lines.push("", ...notes);
  if (report.lags.length > 0) {
    const { told, untold, p5, p50, p95 } = speed.heads;
    lines.push("", toRow(speed.lagsHeading, [told, untold], [p5, p50, p95]));
    // Those of each status are in the JSON: a terminal has no room for them.
    for (const lags of report.lags) if (lags.status === null) lines.push(toLagLine(lags, texts, formats));
  }
  if (report.gains.length > 0) {
    const { onlyNew, onlyLegacy, both, faster, median, slower } = speed.heads;
    lines.push("", toRow(speed.gainHeading, [both, onlyNew, onlyLegacy, faster, slower], [median]));
    for (const { status, distribution, ...gain } of report.gains) {
      const counts = [gain.both, gain.onlyNew, gain.onlyLegacy, gain.faster, gain.slower].map(formats.number);
      const span = distribution === null ? texts.format.none : toSpan(distribution.p50, texts, formats);
      lines.push(toRow(`  ${toVisibleText(status, LONGEST_NAME)}`, counts, [span]));
    }
  }
  return lines.map((line) => `${line.trimEnd()}\n`).join("");
}

function toLagLine({ feed, told, untold, quantiles }: Lags, texts: Texts, formats: Formats): string {
  const counts = [formats.number(told), untold === null ? "" : formats.number(untold)];
  const spans =
    quantiles === null
      ? [texts.speed.lagsNotKnown]
      : [quantiles.p5, quantiles.p50, quantiles.p95].map((range) => toSpan(range, texts, formats));
  return toRow(`  ${toFeedName(feed, texts)}`, counts, spans);
}

function toRow(name: string, counts: readonly string[], spans: readonly string[]): string {
  const cells = counts.map((count) => count.padStart(COUNT_WIDTH)).join("");
  return `${name.padEnd(NAME_WIDTH)}${cells}  ${spans.map((span) => span.padEnd(SPAN_WIDTH)).join("")}`;
}
