import { FINDING_KINDS, FINDING_STATES, type FindingState, SEVERITIES } from "../../domain/finding.ts";
import { hasKnown } from "../has-known.ts";
import type { CodeReport, KindReport, ReportData } from "../report-data.ts";
import { fillText, toPlural } from "../texts.ts";
import { toVisibleText } from "../visible-text.ts";
import { drawLyingBars } from "./charts.ts";
import { type Child, type Html, html } from "./html.ts";
import type { Parts } from "./make-parts.ts";

/** Findings by kind: a chart of what is not resolved, a table of all states, and what was looked for in vain. */
export function renderKinds(data: ReportData, parts: Parts): Html {
  const { texts } = parts;
  const { kindsSection } = texts;
  const found = data.kinds
    .filter((kind) => FINDING_STATES.some((state) => kind[state] > 0))
    .toSorted(compareKinds);
  const states = FINDING_STATES.filter((state) => state !== "known" || hasKnown(data.summary, data.kinds));
  const absent = FINDING_KINDS.filter((kind) => !found.some((row) => row.kind === kind));
  const checked = html`<p class="note">${kindsSection.checked} ${absent.map((kind) => texts.kinds[kind].name).join(", ")}.</p>`;
  const body =
    found.length === 0
      ? html`<p class="empty">${kindsSection.none}</p>`
      : html`${renderChart(found, states, parts)}
${renderTable(found, states, parts)}
<p class="note">${states.map((state) => `${texts.states[state].name}: ${texts.states[state].meaning}`).join(" ")}</p>${renderCodes(data, parts)}`;
  return parts.section(
    "kinds",
    kindsSection.heading,
    kindsSection.intro,
    html`${body}\n${absent.length === 0 ? null : checked}`,
  );
}

/** The worst severity first, then the most open, then the order of the specification. */
function compareKinds(a: KindReport, b: KindReport): number {
  return (
    SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
    b.open - a.open ||
    FINDING_KINDS.indexOf(a.kind) - FINDING_KINDS.indexOf(b.kind)
  );
}

/** The codes behind many equal findings, because each closes with one deed. */
function renderCodes({ codes = [], kinds }: ReportData, { texts, formats, fill }: Parts): Child {
  if (codes.length === 0) return null;
  const { kindsSection } = texts;
  const open = kinds.reduce((sum, row) => sum + (row.kind in kindsSection.codes ? row.open : 0), 0);
  const more = open - codes.reduce((sum, { findings }) => sum + findings, 0);
  const item = ({ kind, code, findings }: CodeReport) =>
    fill(toPlural(kindsSection.codes[kind], findings), {
      code: html`<code>${toVisibleText(code, 60)}</code>`,
      count: formats.number(findings),
    });
  return html`
<h3>${kindsSection.codesHeading}</h3>
<ul class="codes">
${codes.map((row) => html`<li>${item(row)}</li>\n`)}${
  more > 0
    ? html`<li>${fillText(toPlural(kindsSection.codesMore, more), { count: formats.number(more) })}</li>\n`
    : null
}</ul>`;
}

function renderChart(
  found: readonly KindReport[],
  shown: readonly FindingState[],
  { texts, formats }: Parts,
): Child {
  const drawn = found.filter(({ open, pending, known }) => open + pending + known > 0);
  if (drawn.length === 0) return null;
  const { states, severities } = texts;
  const figures = (row: KindReport) =>
    `${texts.kinds[row.kind].name}: ${shown
      .filter((state) => state !== "resolved")
      .map((state) => `${states[state].name} ${formats.number(row[state])}`)
      .join(", ")}`;
  const text = {
    id: "chart-kinds",
    title: texts.kindsSection.chartTitle,
    description: drawn.map(figures).join("; "),
  };
  const labels = drawn.map(({ kind }) => texts.kinds[kind].name);
  const series = [
    {
      name: "open",
      colour: drawn.map(({ severity }) => `var(--${severity})`),
      values: drawn.map(({ open }) => open),
    },
    { name: "known", colour: "var(--known)", values: drawn.map(({ known }) => known) },
    { name: "pending", colour: "var(--pending)", hollow: true, values: drawn.map(({ pending }) => pending) },
  ];
  const used = SEVERITIES.filter((severity) =>
    drawn.some((row) => row.severity === severity && row.open > 0),
  );
  return html`<figure>
<ul class="legend" aria-hidden="true">
${used.map(
  (severity) =>
    html`<li><span class="swatch tint-${severity}"></span>${fillText(texts.openOf, { severity: severities[severity].toLowerCase() })}</li>\n`,
)}${shown.includes("known") ? html`<li><span class="swatch tint-known"></span>${states.known.name}</li>\n` : null}<li><span class="swatch hollow tint-pending"></span>${states.pending.name}</li>
</ul>
<div class="wide">${drawLyingBars(text, labels, series, "wide", formats.number)}</div>
<div class="narrow">${drawLyingBars(text, labels, series, "narrow", formats.number)}</div>
</figure>`;
}

function renderTable(
  found: readonly KindReport[],
  states: readonly FindingState[],
  { texts, formats, severity, table }: Parts,
): Html {
  const { heads, kindsSection } = texts;
  const total = (state: FindingState) => formats.number(found.reduce((sum, kind) => sum + kind[state], 0));
  return table({
    caption: kindsSection.heading,
    stack: "tight",
    heads: [
      { text: heads.kind },
      { text: heads.worst },
      ...states.map((state) => ({ text: texts.states[state].name, number: true })),
    ],
    rows: found.map((row) => [
      html`${texts.kinds[row.kind].name} <code class="muted">${row.kind}</code>
<p class="kind-text">${texts.kinds[row.kind].explanation}</p>
<p class="kind-text">${kindsSection.closes} ${texts.kinds[row.kind].closes}.</p>`,
      severity(row.severity),
      ...states.map((state) => formats.number(row[state])),
    ]),
    foot: [kindsSection.total, "", ...states.map(total)],
  });
}
