import { makeFormats } from "./make-formats.ts";
import type { PullReport } from "./pull-data.ts";
import type { Lang } from "./texts.ts";
import { fillText, getTexts, toPlural } from "./texts.ts";
import { toVisibleText } from "./visible-text.ts";

const LONGEST_LINE = 400;

/** What was fetched, for a terminal: a line for each source, and under it what went wrong or should be known. */
export function renderPullText({ feeds }: PullReport, lang: Lang): string {
  const texts = getTexts(lang);
  const { number, localTime } = makeFormats(texts);
  const lines = feeds.flatMap(({ feed, intakes, seen, problems, notes, notBefore, ...rows }) => {
    const count = fillText(toPlural(texts.text.rows, seen), { count: number(seen) });
    const parts = fillText(texts.text.ofWhich, {
      accepted: number(rows.accepted),
      duplicates: number(rows.duplicates),
      quarantined: number(rows.quarantined),
    });
    return [
      `${feed}: ${fillText(toPlural(texts.text.intakes, intakes), { count: number(intakes) })}`,
      `  ${count} = ${parts}`,
      ...problems.map((problem) => `  ! ${toVisibleText(problem, LONGEST_LINE)}`),
      ...notes.map((note) => `  - ${toVisibleText(note, LONGEST_LINE)}`),
      ...(notBefore === null
        ? []
        : [`  ! ${fillText(texts.pull.notBefore, { time: localTime(notBefore) })}`]),
    ];
  });
  return lines.map((line) => `${line}\n`).join("");
}
