import { toDriftCount, toDriftText, toSampleText } from "../drift-text.ts";
import type { ReportData } from "../report-data.ts";
import { type Html, html } from "./html.ts";
import type { Parts } from "./make-parts.ts";

/** What is different in the new services' payloads from what was usual; no section when nothing is. */
export function renderDrift({ drift = [] }: ReportData, parts: Parts): Html | null {
  if (drift.length === 0) return null;
  const { texts, formats, time, section, table } = parts;
  const { heads } = texts;
  return section(
    "drift",
    texts.drift.heading,
    texts.drift.intro,
    table({
      caption: texts.drift.heading,
      stack: true,
      heads: [
        { text: heads.about },
        { text: heads.channel },
        { text: heads.firstSeen },
        { text: texts.drift.seen },
        { text: texts.drift.sample },
      ],
      rows: drift.map((one) => {
        const sample = toSampleText(one);
        return [
          html`<span class="data">${toDriftText(one, texts, formats)}</span>`,
          texts.channels[one.service].name,
          time(one.firstSeenAt),
          toDriftCount(one, texts, formats),
          sample === ""
            ? texts.format.none
            : html`<details><summary>${texts.drift.show}</summary><code>${sample}</code></details>`,
        ];
      }),
    }),
  );
}
