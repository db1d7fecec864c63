import { SEVERITIES } from "../../domain/finding.ts";
import type { ReportData } from "../report-data.ts";
import { toVisibleText } from "../visible-text.ts";
import { drawStandingBars } from "./charts.ts";
import { type Html, html } from "./html.ts";
import type { Parts } from "./make-parts.ts";

/** Open findings per day and severity: a chart, and its figures for those who want or need them. */
export function renderDays({ days }: ReportData, { texts, formats, section, table }: Parts): Html {
  const rows = days.map((day) => ({
    ...day,
    total: SEVERITIES.reduce((sum, severity) => sum + day[severity], 0),
  }));
  if (rows.every(({ total }) => total === 0)) {
    return section("days", texts.days.heading, null, html`<p class="empty">${texts.days.none}</p>`);
  }
  const labels = rows.map(({ day }) =>
    formats.day(day) === day ? texts.format.none : formats.shortDay(day),
  );
  const series = SEVERITIES.map((severity) => ({
    name: severity,
    colour: `var(--${severity})`,
    values: rows.map((row) => row[severity]),
  }));
  const text = {
    id: "chart-days",
    title: texts.days.chartTitle,
    description: rows
      .filter(({ total }) => total > 0)
      .map(({ day, total }) => `${formats.day(day)}: ${formats.number(total)}`)
      .join("; "),
  };
  return section(
    "days",
    texts.days.heading,
    texts.days.intro,
    html`<figure>
<ul class="legend" aria-hidden="true">
${SEVERITIES.map((severity) => html`<li><span class="swatch tint-${severity}"></span>${texts.severities[severity]}</li>\n`)}</ul>
<div class="wide">${drawStandingBars(text, labels, series, "wide", formats.number)}</div>
<div class="narrow">${drawStandingBars(text, labels, series, "narrow", formats.number)}</div>
</figure>
<details><summary>${texts.days.table}</summary>
${table({
  caption: texts.days.heading,
  heads: [
    { text: texts.heads.day },
    ...SEVERITIES.map((severity) => ({ text: texts.severities[severity], number: true })),
    { text: texts.heads.total, number: true },
  ],
  rows: rows.map((row) => [
    html`<span class="data">${toVisibleText(formats.day(row.day), 40)}</span>`,
    ...SEVERITIES.map((severity) => formats.number(row[severity])),
    formats.number(row.total),
  ]),
})}
</details>`,
  );
}
