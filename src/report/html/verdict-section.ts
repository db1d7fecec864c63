import type { RunVerdict } from "../../domain/verdict.ts";
import { hasKnown } from "../has-known.ts";
import type { ReportData } from "../report-data.ts";
import { toMatchRates } from "../to-match-rates.ts";
import type { ShownVerdict } from "../to-shown-verdict.ts";
import { type Child, type Html, html, trustedHtml } from "./html.ts";
import type { Parts } from "./make-parts.ts";

/** A tick, a cross and a question mark: the verdict is not told by colour alone. */
const SIGNS: Readonly<Record<RunVerdict, Html>> = {
  go: toSign("M6.6 12.4l3.8 3.8 7-7.6"),
  no_go: toSign("M7.8 7.8l8.4 8.4M16.2 7.8l-8.4 8.4"),
  not_proven: toSign("M8.9 9.2a3.1 3.1 0 1 1 4.6 2.8c-1 .6-1.5 1.2-1.5 2.3M12 18v.1"),
};

function toSign(path: string): Html {
  return trustedHtml(
    `<svg viewBox="0 0 24 24" aria-hidden="true" fill="none" stroke-width="2.6" stroke-linecap="round" ` +
      `stroke-linejoin="round"><circle cx="12" cy="12" r="12"/><path d="${path}"/></svg>`,
  );
}

/** The word, what it means, why, and what to do next. */
export function renderVerdict({ verdict, reasons }: ShownVerdict, { texts }: Parts): Html {
  const { word, meaning, scope } = texts.runVerdicts[verdict];
  return html`
<section class="verdict" id="verdict" aria-labelledby="verdict-heading">
<h2 class="word" id="verdict-heading"><span class="hidden">${texts.verdict.heading}: </span>${SIGNS[verdict]}${word}</h2>
<p class="meaning">${meaning}</p>
${
  reasons.length === 0
    ? null
    : html`<ul class="reasons">
${reasons.map(
  ({ text, next }) => html`<li>
<p class="why data" data-label="${texts.verdict.why}">${text}</p>
<p class="next" data-label="${texts.verdict.next}">${next}</p>
</li>
`,
)}</ul>`
}
<p class="scope">${scope}</p>
</section>`;
}

/** Said as long as the new services are reconstructed. */
export function renderProvisional({ settings }: ReportData, { texts }: Parts): Html | null {
  if (!settings.provisional) return null;
  return html`
<aside class="banner" role="note"><strong>${texts.provisional.title}.</strong> ${texts.provisional.text}</aside>`;
}

/** The figures that carry the verdict; the share hidden by rules is one of them where there is any. */
export function renderHeadline(
  { summary, days, kinds }: ReportData,
  { verdict }: ShownVerdict,
  { texts, formats }: Parts,
): Html {
  const { headline } = texts;
  const { parcels, findings } = summary;
  const { matched, decided, total } = toMatchRates(parcels);
  const critical = days.reduce((sum, day) => sum + day.critical, 0);
  const counted = days.reduce((sum, day) => sum + day.critical + day.high + day.medium + day.low, 0);
  const number = formats.number;
  const figures: [string, string, Child][] = [
    // Where nothing is proven, what could not be judged must not drop out of the figure at the top.
    verdict === "not_proven"
      ? [headline.matchRate, formats.share(matched, total), headline.matchRateNoteAll]
      : [headline.matchRate, formats.share(matched, decided), headline.matchRateNote],
    [headline.parcels, number(parcels.total), fill(headline.parcelsNote, "matched", number(matched))],
    [
      headline.open,
      number(findings.open),
      // Only where the days hold every open finding is their count of critical ones the count of all.
      counted === findings.open && counted > 0 ? fill(headline.openNote, "critical", number(critical)) : null,
    ],
    [headline.pending, number(findings.pending), headline.pendingNote],
  ];
  if (hasKnown(summary, kinds)) {
    const share = formats.shareUp(parcels.known, parcels.total);
    figures.push([headline.known, number(findings.known), fill(headline.knownNote, "share", share)]);
  }
  return html`
<section aria-label="${headline.heading}"><dl class="figures${figures.length === 4 ? " four" : ""}">
${figures.map(
  ([name, figure, note]) =>
    html`<div><dt>${name}</dt><dd>${figure}${note === null ? null : html`<small>${note}</small>`}</dd></div>
`,
)}</dl></section>`;
}

function fill(text: string, name: string, value: string): string {
  return text.replace(`{${name}}`, () => value);
}
