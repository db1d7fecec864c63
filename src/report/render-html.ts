import { compareSums } from "./compare-sums.ts";
import { renderCertificates } from "./html/certificates-section.ts";
import { renderCutover } from "./html/cutover-section.ts";
import { renderDays } from "./html/days-section.ts";
import { renderDrift } from "./html/drift-section.ts";
import { renderFamilies } from "./html/families-section.ts";
import { renderFiles } from "./html/files-section.ts";
import { renderFindings } from "./html/findings-section.ts";
import { renderGate, renderGateLine } from "./html/gate-section.ts";
import { type Html, html, trustedHtml } from "./html/html.ts";
import { renderKinds } from "./html/kinds-section.ts";
import { renderKnownRules } from "./html/known-section.ts";
import { makeParts, type Parts, SECTION_IDS, type SectionId } from "./html/make-parts.ts";
import { renderNoise } from "./html/noise-section.ts";
import { renderParcels } from "./html/parcels-section.ts";
import { renderPending } from "./html/pending-section.ts";
import {
  renderChannels,
  renderCorrections,
  renderGlossary,
  renderQuarantine,
  renderSettings,
  renderSums,
} from "./html/proof-sections.ts";
import { renderRecall } from "./html/recall-section.ts";
import { renderSpeed } from "./html/speed-section.ts";
import { renderStatuses } from "./html/statuses-section.ts";
import { STYLE } from "./html/style.ts";
import { renderHeadline, renderProvisional, renderVerdict } from "./html/verdict-section.ts";
import type { RenderedReport, ReportData } from "./report-data.ts";
import type { Lang } from "./texts.ts";
import { toShownVerdict } from "./to-shown-verdict.ts";

/** Nothing may run and nothing may be fetched, even if something slipped through. */
const CONTENT_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/**
 * Renders the report for people: one HTML file that needs no network, no
 * script and no other file. The same data gives the same bytes.
 *
 * The exit code goes by the verdict that is shown, see {@link toShownVerdict}.
 */
export function renderHtml(data: ReportData, lang: Lang): RenderedReport {
  const parts = makeParts(data, lang);
  const { texts, formats, bothTimes } = parts;
  const shown = toShownVerdict(data, compareSums(data.summary, data), texts, formats);
  const page = html`<!doctype html>
<html lang="${lang}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${trustedHtml(CONTENT_POLICY)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<meta name="format-detection" content="telephone=no">
<title>${texts.runVerdicts[shown.verdict].word} – ${texts.page.title} – ${formats.localTime(data.generatedAt)}</title>
<link rel="icon" href="data:,">
<style>${trustedHtml(STYLE)}</style>
</head>
<body class="${shown.verdict}">
<a class="skip" href="#verdict">${texts.page.skip}</a>
<div class="sheet">
<header class="masthead">
<h1>${texts.page.title}</h1>
<p>${texts.page.generated} ${bothTimes(data.generatedAt)}</p>
</header>
<main>${[
    renderVerdict(shown, parts),
    renderGateLine(data, parts),
    renderProvisional(data, parts),
    renderHeadline(data, shown, parts),
    renderContents(data, parts),
    renderGate(data, parts),
    renderParcels(data, parts),
    renderKinds(data, parts),
    renderDays(data, parts),
    renderStatuses(data, parts),
    renderFamilies(data, parts),
    renderFindings(data, parts),
    renderKnownRules(data, parts),
    renderPending(data, parts),
    renderCertificates(data, parts),
    renderChannels(data, parts),
    renderFiles(data, parts),
    renderSpeed(data, parts),
    renderNoise(data, parts),
    renderSums(data, parts),
    renderRecall(data, parts),
    renderQuarantine(data, parts),
    renderDrift(data, parts),
    renderCutover(data, parts),
    renderCorrections(data, parts),
    renderSettings(data, parts),
    renderGlossary(data, parts),
  ]}
</main>
<footer>
<p>${texts.page.run} <span class="id">${data.summary.runId}</span></p>
<p>${texts.page.program} <span class="data">${data.program}</span></p>
<p>${texts.page.times}</p>
<p>${texts.page.privacy}</p>
</footer>
</div>
</body>
</html>
`;
  return { output: page.markup, exitCode: shown.exitCode };
}

function renderContents(data: ReportData, { texts }: Parts): Html {
  const { certificates, files, drift = [], gate, speed, noise, cutover, families, knownRules, recall } = data;
  const headings: Readonly<Record<SectionId, string>> = {
    gate: texts.gate.heading,
    parcels: texts.rates.heading,
    kinds: texts.kindsSection.heading,
    days: texts.days.heading,
    statuses: texts.statuses.heading,
    families: texts.families.heading,
    findings: texts.findings.heading,
    known: texts.knownRules.heading,
    pending: texts.pendingSection.heading,
    certificates: texts.certificates.heading,
    channels: texts.channelsSection.heading,
    files: texts.filesSection.heading,
    speed: texts.speed.heading,
    noise: texts.noise.heading,
    sums: texts.sums.heading,
    recall: texts.recall.heading,
    quarantine: texts.quarantine.heading,
    drift: texts.drift.heading,
    cutover: texts.cutover.section.heading,
    corrections: texts.corrections.heading,
    settings: texts.settings.heading,
    words: texts.glossary.heading,
  };
  const isShown = {
    certificates: certificates !== undefined,
    files: files !== undefined,
    drift: drift.length > 0,
    gate: gate !== undefined,
    speed: speed !== undefined,
    cutover: cutover !== undefined,
    noise: noise !== undefined,
    families: families !== undefined,
    known: knownRules !== undefined,
    recall: recall !== undefined,
  };
  const shown = SECTION_IDS.filter((id) => isShown[id as keyof typeof isShown] ?? true);
  return html`
<nav class="contents" aria-label="${texts.page.contents}"><ul>
${shown.map((id) => html`<li><a href="#${id}">${headings[id]}</a></li>\n`)}</ul></nav>`;
}
