import type { NoiseOfStatus } from "../reconcile/noise/measure-noise.ts";
import type { NoiseReport } from "./feeds-data.ts";
import { makeFormats } from "./make-formats.ts";
import { toExcess, toNoiseWords } from "./noise-words.ts";
import type { Lang } from "./texts.ts";
import { getTexts } from "./texts.ts";
import { toVisibleText } from "./visible-text.ts";

const NAME_WIDTH = 26;
const COUNT_WIDTH = 22;
const LONGEST_NAME = 60;

/** The noise floor, for a terminal: the answer, then a line for each status. */
export function renderNoiseText(report: NoiseReport, lang: Lang): string {
  const texts = getTexts(lang);
  const { number, share, shareUp } = makeFormats(texts);
  const { heads, verdictWords, allStatuses } = texts.noise;
  const lines = toNoiseWords(report, texts, makeFormats(texts));
  const toLine = (name: string, one: NoiseOfStatus): string =>
    toRow(
      name,
      [
        number(one.witnesses.both),
        number(one.witnesses.scan),
        number(one.witnesses.api),
        share(one.noise.hits, one.noise.trials),
        shareUp(one.newFeed.hits, one.newFeed.trials),
        toExcess(one, texts),
      ],
      verdictWords[one.verdict],
    );
  if (report.statuses.length > 0) {
    const { both, scan, api, noise, newFeed, excess, verdict } = heads;
    lines.push("", toRow("", [both, scan, api, noise, newFeed, excess], verdict));
    lines.push(toLine(allStatuses, report.all));
    for (const one of report.statuses)
      lines.push(toLine(`  ${toVisibleText(one.status ?? "", LONGEST_NAME)}`, one));
  }
  return lines.map((line) => `${line.trimEnd()}\n`).join("");
}

function toRow(name: string, figures: readonly string[], last: string): string {
  return `${name.padEnd(NAME_WIDTH)}${figures.map((figure) => figure.padStart(COUNT_WIDTH)).join("")}  ${last}`;
}
