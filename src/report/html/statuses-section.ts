import type { ReportData } from "../report-data.ts";
import { type Html, html } from "./html.ts";
import type { Parts } from "./make-parts.ts";

/** Open findings per status, the most first, as the data has them; rows without any only lend their names to the page. */
export function renderStatuses(
  { statuses }: ReportData,
  { texts, formats, status, section, table }: Parts,
): Html {
  const affected = statuses.filter(({ open }) => open > 0);
  const most = affected.reduce((max, { open }) => Math.max(max, open), 1);
  if (affected.length === 0) {
    return section(
      "statuses",
      texts.statuses.heading,
      null,
      html`<p class="empty">${texts.statuses.none}</p>`,
    );
  }
  return section(
    "statuses",
    texts.statuses.heading,
    texts.statuses.intro,
    table({
      caption: texts.statuses.heading,
      heads: [
        { text: texts.heads.status },
        { text: texts.heads.open, number: true },
        { text: "", bar: true },
      ],
      rows: affected.map((row) => [
        status(row.status),
        formats.number(row.open),
        html`<span class="bar" style="width:${Math.round((row.open / most) * 1000) / 10}%"></span>`,
      ]),
    }),
  );
}
