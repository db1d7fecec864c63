import type { NoiseOfStatus } from "../../reconcile/noise/measure-noise.ts";
import type { NoiseReport } from "../feeds-data.ts";
import { toExcess, toNoiseWords } from "../noise-words.ts";
import type { ReportData } from "../report-data.ts";
import { drawLyingBars } from "./charts.ts";
import { type Child, type Html, html } from "./html.ts";
import type { Parts } from "./make-parts.ts";

/** What the two old channels disagree on, against what the new feed does: in words, as a picture, by status. */
export function renderNoise({ noise }: ReportData, parts: Parts): Html | null {
  if (noise === undefined) return null;
  const { texts, formats, section } = parts;
  const [answer, verdict, ...notes] = toNoiseWords(noise, texts, formats);
  return section(
    "noise",
    texts.noise.heading,
    texts.noise.intro,
    html`${[answer, verdict].map((line) => (line === undefined ? null : html`<p class="answer">${line}</p>\n`))}${drawRates(noise.all, parts)}
${notes.map((line) => html`<p class="note">${line}</p>\n`)}${renderStatuses(noise, parts)}`,
  );
}

function drawRates({ noise, newFeed }: NoiseOfStatus, { texts, formats }: Parts): Html {
  const rates = [
    { label: texts.noise.seriesNoise, rate: noise.rate ?? 0, colour: "var(--pending)" },
    { label: texts.noise.seriesNew, rate: newFeed.rate ?? 0, colour: "var(--known)" },
  ];
  const toPercent = (value: number): string => `${formats.number(Math.round(value * 100) / 100)}%`;
  const text = {
    id: "chart-noise",
    title: texts.noise.chart,
    description: rates.map(({ label, rate }) => `${label}: ${toPercent(rate * 100)}`).join("; "),
  };
  const labels = rates.map(({ label }) => label);
  const values = rates.map(({ rate }) => Math.round(rate * 10_000) / 100);
  const series = [{ name: texts.noise.heading, colour: rates.map(({ colour }) => colour), values }];
  return html`<figure>
<div class="wide">${drawLyingBars(text, labels, series, "wide", toPercent)}</div>
<div class="narrow">${drawLyingBars(text, labels, series, "narrow", toPercent)}</div>
</figure>`;
}

function renderStatuses({ all, statuses }: NoiseReport, { texts, formats, status, table }: Parts): Html {
  const { number, share, shareUp } = formats;
  const { heads, verdictWords, allStatuses } = texts.noise;
  const toCells = (one: NoiseOfStatus): Child[] => [
    ...[one.witnesses.both, one.witnesses.scan, one.witnesses.api].map(number),
    share(one.noise.hits, one.noise.trials),
    shareUp(one.newFeed.hits, one.newFeed.trials),
    toExcess(one, texts),
    verdictWords[one.verdict],
  ];
  return html`<details><summary>${texts.noise.byStatus}</summary>
${table({
  caption: texts.noise.heading,
  stack: true,
  heads: [
    { text: texts.heads.status },
    ...[heads.both, heads.scan, heads.api, heads.noise, heads.newFeed].map((text) => ({
      text,
      number: true,
    })),
    { text: heads.excess },
    { text: heads.verdict },
  ],
  rows: statuses.map((one) => [status(one.status ?? ""), ...toCells(one)]),
  foot: [allStatuses, ...toCells(all)],
})}
</details>`;
}
