import type { ReportData } from "../report-data.ts";
import { fillText } from "../texts.ts";
import { toVisibleText } from "../visible-text.ts";
import { type Html, html } from "./html.ts";
import type { Parts } from "./make-parts.ts";

/** What was planted in copies of matched parcels, and how much of it was found. */
export function renderRecall({ recall }: ReportData, parts: Parts): Html | null {
  if (recall === undefined) return null;
  const { texts, formats, section, table } = parts;
  const { heading, intro, found, foundHead, notExercised, missedOn } = texts.recall;
  return section(
    "recall",
    heading,
    intro,
    table({
      caption: heading,
      heads: [{ text: texts.heads.kind }, { text: foundHead }],
      rows: recall.map((row) => [
        texts.kinds[row.kind].name,
        row.planted === 0
          ? html`<span class="muted">${notExercised}</span>`
          : html`${fillText(found, { found: formats.number(row.found), planted: formats.number(row.planted) })}${
              row.missedOn === null
                ? null
                : html` <strong>${fillText(missedOn, { barcode: toVisibleText(row.missedOn, 60) })}</strong>`
            }`,
      ]),
    }),
  );
}
