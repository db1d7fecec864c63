import { toActionText, toBecause } from "./family-text.ts";
import type { FamilyReport } from "./judgement-data.ts";
import { makeFormats } from "./make-formats.ts";
import type { Lang } from "./texts.ts";
import { fillText, getTexts, toPlural } from "./texts.ts";
import { toVisibleText } from "./visible-text.ts";

const INDENT = "    ";

/** Families for a terminal: severity and signature, how many and since when, whose fault, what to do, and one to look at. */
export function renderFamiliesText(families: readonly FamilyReport[], lang: Lang): string {
  const texts = getTexts(lang);
  const { number, localTime } = makeFormats(texts);
  const { families: words, causes } = texts;
  const lines = families.flatMap((family) => {
    const { sizes, severity, signature, isNew, cause, firstSeenAt, example } = family;
    const counted = (["open", "pending", "known", "resolved"] as const)
      .filter((state) => sizes[state] > 0)
      .map((state) => fillText(words[state], { count: number(sizes[state]) }));
    return [
      `${severity.padEnd(8)} ${toVisibleText(signature, 200)}${isNew ? ` [${words.new}]` : ""}`,
      `${INDENT}${counted.join(", ")}; ${fillText(words.firstSeen, { time: localTime(firstSeenAt) })}`,
      `${INDENT}${causes[cause]}: ${toBecause(family, texts)}`,
      `${INDENT}${toActionText(family, texts)}`,
      `${INDENT}trackbridge trace ${toVisibleText(example.barcode, 60)}`,
      "",
    ];
  });
  return lines.map((line) => `${line}\n`).join("");
}

/** How many there are. */
export function renderFamilyCount(count: number, lang: Lang): string {
  const texts = getTexts(lang);
  if (count === 0) return texts.families.noneWord;
  return fillText(toPlural(texts.families.count, count), { count: makeFormats(texts).number(count) });
}
