import type { DriftReport } from "./contract-data.ts";
import type { Formats } from "./make-formats.ts";
import { makeFormats } from "./make-formats.ts";
import type { Lang, Texts } from "./texts.ts";
import { fillText, getTexts, toPlural } from "./texts.ts";
import { toVisibleText } from "./visible-text.ts";

const LONGEST_PATH = 200;
const LONGEST_SAMPLE = 2000;

/** What changed, in one sentence. */
export function toDriftText(drift: DriftReport, texts: Texts, formats: Formats): string {
  const { what, field, value, usual, usualRate, rate } = drift;
  return fillText(texts.drift.what[what], {
    field: toVisibleText(field ?? "", LONGEST_PATH),
    path: toVisibleText(drift.path, LONGEST_PATH),
    value: toVisibleText(value ?? "", LONGEST_PATH),
    usual: toVisibleText(usual ?? "", LONGEST_PATH),
    usualRate: formats.share(usualRate ?? 0, 1),
    rate: formats.share(rate ?? 0, 1),
  });
}

/** How often it was seen. */
export function toDriftCount({ what, count }: DriftReport, texts: Texts, formats: Formats): string {
  const text = what === "gone" || what === "code" ? texts.drift.rows : texts.drift.payloads;
  return fillText(toPlural(text, count), { count: formats.number(count) });
}

/** A payload's skeleton as JSON on one line; empty where none was kept. */
export function toSampleText({ sample }: DriftReport): string {
  return sample === null ? "" : toVisibleText(JSON.stringify(sample), LONGEST_SAMPLE);
}

/** What drifted, for a terminal; nothing when nothing did. */
export function renderDriftText(drift: readonly DriftReport[], lang: Lang): string {
  if (drift.length === 0) return "";
  const texts = getTexts(lang);
  const formats = makeFormats(texts);
  const lines = ["", texts.drift.heading];
  for (const one of drift) {
    const since = fillText(texts.drift.since, { at: formats.localTime(one.firstSeenAt) });
    lines.push(
      `- ${texts.channels[one.service].name}: ${toDriftText(one, texts, formats)}`,
      `  ${since}, ${toDriftCount(one, texts, formats)}`,
    );
    const sample = toSampleText(one);
    if (sample !== "") lines.push(`  ${sample}`);
  }
  return lines.map((line) => `${line}\n`).join("");
}
