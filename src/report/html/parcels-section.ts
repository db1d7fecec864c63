import type { ParcelVerdict } from "../../domain/verdict.ts";
import { hasKnown } from "../has-known.ts";
import type { ReportData } from "../report-data.ts";
import { fillText, toPlural } from "../texts.ts";
import { toMatchRates } from "../to-match-rates.ts";
import { drawVerdictBar } from "./charts.ts";
import { type Html, html } from "./html.ts";
import type { Parts } from "./make-parts.ts";

const COLOURS: Readonly<Record<ParcelVerdict, { colour: string; hollow?: boolean }>> = {
  matched: { colour: "var(--matched)" },
  known: { colour: "var(--known)" },
  mismatched: { colour: "var(--mismatched)" },
  pending: { colour: "var(--pending)", hollow: true },
  not_proven: { colour: "var(--unproven)" },
};

/** The match rate with its formula and both denominators, and the parcels by verdict. */
export function renderParcels(data: ReportData, parts: Parts): Html {
  const { texts } = parts;
  return parts.section(
    "parcels",
    texts.rates.heading,
    null,
    html`${renderRates(data, parts)}\n<h3>${texts.parcels.heading}</h3>\n${renderVerdicts(data, parts)}`,
  );
}

function renderRates({ summary }: ReportData, { texts, formats }: Parts): Html {
  const { rates } = texts;
  const { matched, total, decided, ruleOfThree } = toMatchRates(summary.parcels);
  const number = formats.number;
  const rate = (name: string, whole: number, formula: string, means: string | null) => html`<div class="rate">
<h3>${name}</h3>
<p class="value">${formats.share(matched, whole)}</p>
<p class="sum">${number(matched)} ÷ ${number(whole)}</p>
<p class="formula">${formula}${means === null ? null : html`<br>${means}`}</p>
</div>
`;
  const figures = {
    total: number(total),
    pending: number(summary.parcels.pending),
    notProven: number(summary.parcels.notProven),
    decided: number(decided),
  };
  const bound = { decided: number(decided), bound: decided === 0 ? "" : formats.bound(3, decided) };
  return html`<div class="rates">
${rate(rates.decided, decided, rates.decidedFormula, fillText(rates.decidedMeans, figures))}
${rate(rates.all, total, rates.allFormula, null)}</div>
<p class="note">${rates.rounding}${
    ruleOfThree === "no_use"
      ? null
      : ` ${fillText(toPlural(ruleOfThree === "holds" ? rates.bound : rates.boundSmall, decided), bound)}`
  }</p>`;
}

function renderVerdicts({ summary, kinds }: ReportData, { texts, formats, table }: Parts): Html {
  const { parcels } = summary;
  if (parcels.total === 0) return html`<p class="empty">${texts.parcels.none}</p>`;
  const known: readonly (readonly [ParcelVerdict, number])[] = hasKnown(summary, kinds)
    ? [["known", parcels.known]]
    : [];
  const counts: readonly (readonly [ParcelVerdict, number])[] = [
    ["matched", parcels.matched],
    ...known,
    ["mismatched", parcels.mismatched],
    ["pending", parcels.pending],
    ["not_proven", parcels.notProven],
  ];
  const name = (verdict: ParcelVerdict) => texts.parcelVerdicts[verdict].name;
  const share = (verdict: ParcelVerdict, count: number) =>
    verdict === "matched" ? formats.share(count, parcels.total) : formats.shareUp(count, parcels.total);
  const chart = drawVerdictBar(
    {
      id: "chart-parcels",
      title: texts.parcels.chartTitle,
      description: counts
        .map(([verdict, n]) => `${name(verdict)}: ${formats.number(n)} (${share(verdict, n)})`)
        .join("; "),
    },
    counts.map(([verdict, n]) => ({ name: verdict, values: [n], ...COLOURS[verdict] })),
  );
  return html`<figure><div class="stretch">${chart}</div></figure>
${table({
  caption: texts.parcels.heading,
  heads: [
    { text: texts.heads.verdict },
    { text: texts.heads.parcels, number: true },
    { text: texts.heads.share, number: true },
  ],
  rows: counts.map(([verdict, n]) => [
    html`<span class="swatch tint-${verdict}${COLOURS[verdict].hollow ? " hollow" : ""}"></span>${name(verdict)}
<p class="kind-text">${texts.parcelVerdicts[verdict].meaning}</p>`,
    formats.number(n),
    share(verdict, n),
  ]),
  foot: [texts.parcels.total, formats.number(parcels.total), formats.share(parcels.total, parcels.total)],
})}`;
}
