import type { Gain } from "../../reconcile/speed/measure-gain.ts";
import type { SpeedReport } from "../feeds-data.ts";
import type { ReportData } from "../report-data.ts";
import { toSpan } from "../span.ts";
import { toFeedName, toSpeedWords } from "../speed-words.ts";
import { fillText } from "../texts.ts";
import { drawLyingBars, drawStandingBars } from "./charts.ts";
import {
  describeClasses,
  type GainClass,
  toGainClasses,
  toLagClasses,
  toQuantileCells,
} from "./duration-classes.ts";
import { type Html, html } from "./html.ts";
import type { Parts } from "./make-parts.ts";

/** How fast the feeds are: the answer in words, the gain and the delays as pictures, the figures of every status. */
export function renderSpeed({ speed }: ReportData, parts: Parts): Html | null {
  if (speed === undefined) return null;
  const { texts, formats, section } = parts;
  const { answer, notes } = toSpeedWords(speed, texts, formats);
  return section(
    "speed",
    texts.speed.heading,
    texts.speed.intro,
    html`${answer.map((line) => html`<p class="answer">${line}</p>\n`)}${drawGain(speed, parts)}
${notes.map((line) => html`<p class="note">${line}</p>\n`)}${renderGains(speed, parts)}
<h3>${texts.speed.lagsHeading}</h3>
${renderFeeds(speed, parts)}
<p class="note">${texts.speed.lagsNote}</p>
${drawLags(speed, parts)}
${renderLags(speed, parts)}`,
  );
}

const COLOURS: Readonly<Record<GainClass["kind"], string>> = {
  slower: "var(--mismatched)",
  claimed: "var(--matched)",
  other: "var(--known)",
};

function drawGain({ gain, claim }: SpeedReport, { texts, formats }: Parts): Html | null {
  if (gain === null || gain.distribution === null) return null;
  const classes = toGainClasses(gain.distribution.shares, claim, texts, formats);
  const text = {
    id: "chart-gain",
    title: texts.speed.gainChart,
    description: describeClasses(classes, formats),
  };
  const labels = classes.map(({ label }) => label);
  const series = [
    {
      name: texts.speed.heads.share,
      colour: classes.map(({ kind }) => COLOURS[kind]),
      values: classes.map(({ percent }) => percent),
    },
  ];
  const toPercent = (value: number): string => `${formats.number(value)}%`;
  return html`<figure>
<div class="wide">${drawLyingBars(text, labels, series, "wide", toPercent)}</div>
<div class="narrow">${drawLyingBars(text, labels, series, "narrow", toPercent)}</div>
<p class="note">${texts.speed.chartNote}</p>
</figure>`;
}

function renderGains({ gain, gains }: SpeedReport, { texts, formats, status, table }: Parts): Html | null {
  if (gain === null) return null;
  const { speed } = texts;
  const { number, share, shareUp } = formats;
  const toCells = (one: Gain): string[] => {
    const decided = one.faster + one.slower + one.same;
    const { distribution } = one;
    return [
      ...[one.both, one.onlyNew, one.onlyLegacy].map(number),
      share(one.faster, decided),
      shareUp(one.slower, decided),
      distribution === null ? texts.format.none : toSpan(distribution.p50, texts, formats),
      distribution === null ? texts.format.none : toSpan(distribution.medianInterval, texts, formats),
    ];
  };
  const { heads } = speed;
  return html`<details><summary>${speed.gainHeading}</summary>
${table({
  caption: speed.gainHeading,
  stack: true,
  heads: [
    { text: texts.heads.status },
    ...[heads.both, heads.onlyNew, heads.onlyLegacy, heads.faster, heads.slower].map((text) => ({
      text,
      number: true,
    })),
    { text: heads.median },
    { text: heads.interval },
  ],
  rows: gains.map((one) => [status(one.status), ...toCells(one)]),
  foot: [texts.heads.total, ...toCells(gain)],
})}
</details>`;
}

function renderFeeds({ lags }: SpeedReport, { texts, formats, table }: Parts): Html {
  const { speed } = texts;
  const { heads } = speed;
  return table({
    caption: speed.lagsHeading,
    stack: true,
    heads: [
      { text: heads.feed },
      { text: heads.told, number: true },
      { text: heads.untold, number: true },
      { text: heads.p5 },
      { text: heads.p50 },
      { text: heads.p95 },
    ],
    rows: lags
      .filter(({ status }) => status === null)
      .map(({ feed, told, untold, quantiles }) => [
        toFeedName(feed, texts),
        formats.number(told),
        untold === null ? texts.format.none : formats.number(untold),
        ...toQuantileCells(quantiles, texts, formats),
      ]),
  });
}

/** A picture for each channel whose receipts mean anything. */
function drawLags({ lags }: SpeedReport, { texts, formats }: Parts): Html {
  const toPercent = (value: number): string => `${formats.number(value)}%`;
  return html`${lags
    .filter(
      ({ feed, bins, quantiles }) =>
        feed !== "legacy" && feed !== "new" && bins !== null && quantiles !== null,
    )
    .map(({ feed, bins }) => {
      const classes = toLagClasses(bins ?? [], texts, formats);
      const title = fillText(texts.speed.lagChart, { feed: toFeedName(feed, texts) });
      const text = { id: `chart-lag-${feed}`, title, description: describeClasses(classes, formats) };
      const labels = classes.map(({ label }) => label);
      const values = classes.map(({ percent }) => percent);
      const series = [{ name: title, colour: "var(--known)", values }];
      return html`<figure>
<h3>${title}</h3>
<div class="wide">${drawStandingBars(text, labels, series, "wide", toPercent)}</div>
<div class="narrow">${drawStandingBars(text, labels, series, "narrow", toPercent)}</div>
</figure>
`;
    })}`;
}

function renderLags({ lags }: SpeedReport, { texts, formats, status, table }: Parts): Html {
  const { speed } = texts;
  const { heads } = speed;
  return html`<details><summary>${speed.byStatus}</summary>
${table({
  caption: speed.byStatus,
  stack: true,
  heads: [
    { text: texts.heads.status },
    { text: heads.feed },
    { text: heads.told, number: true },
    { text: heads.p5 },
    { text: heads.p50 },
    { text: heads.p95 },
  ],
  rows: lags.flatMap(({ feed, status: id, told, quantiles }) =>
    id === null || told === 0
      ? []
      : [
          [
            status(id),
            toFeedName(feed, texts),
            formats.number(told),
            ...toQuantileCells(quantiles, texts, formats),
          ],
        ],
  ),
})}
</details>`;
}
