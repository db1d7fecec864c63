import type { ReportData } from "../report-data.ts";
import { fillText, toPlural } from "../texts.ts";
import { type Child, type Html, html } from "./html.ts";
import type { Parts } from "./make-parts.ts";

/** Open findings per status, the most first, as the data has them; rows without any only lend their names to the page. */
export function renderStatuses(
  { statuses, summary }: ReportData,
  { texts, formats, status, section, table }: Parts,
): Html {
  const affected = statuses.filter(({ open }) => open > 0);
  const most = affected.reduce((max, { open }) => Math.max(max, open), 1);
  const without = summary.findings.open - affected.reduce((sum, { open }) => sum + open, 0);
  const note: Child =
    without > 0
      ? html`\n<p class="note">${fillText(toPlural(texts.statuses.without, without), { count: formats.number(without) })}</p>`
      : null;
  if (affected.length === 0) {
    return section(
      "statuses",
      texts.statuses.heading,
      null,
      html`<p class="empty">${texts.statuses.none}</p>${note}`,
    );
  }
  return section(
    "statuses",
    texts.statuses.heading,
    texts.statuses.intro,
    html`${table({
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
    })}${note}`,
  );
}
