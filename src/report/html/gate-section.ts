import type { RunVerdict } from "../../domain/verdict.ts";
import type {
  DayState,
  GateCode,
  GateDay,
  GateReport,
  GateStratum,
} from "../../reconcile/gate/gate-report.ts";
import type { ReportData } from "../report-data.ts";
import { fillText, toPlural } from "../texts.ts";
import {
  toGateCounted,
  toGateProgress,
  toGateReasonText,
  toRateText,
  toStratumValue,
} from "../to-gate-words.ts";
import { toVisibleText } from "../visible-text.ts";
import { drawStandingBars } from "./charts.ts";
import { type Child, type Html, html } from "./html.ts";
import type { Parts } from "./make-parts.ts";

/** What stands on a page; the JSON file has them all. */
const MOST_STRATA = 40;
const MOST_CODES = 60;
const LONGEST = 60;

/** The gate's word, for the top of the page; the section has the rest. */
export function renderGateLine({ gate }: ReportData, { texts, formats }: Parts): Html | null {
  if (gate === undefined) return null;
  const { word } = texts.gate.verdicts[gate.verdict];
  const [progress] = toGateProgress(gate, texts, formats);
  return html`
<aside class="banner ${gate.verdict}" role="note"><a href="#gate"><strong>${word}</strong></a>. ${progress ?? null}</aside>`;
}

/** The gate: verdict and reasons, the days as a picture, the parts of the traffic, codes never exercised. */
export function renderGate({ gate }: ReportData, parts: Parts): Html | null {
  if (gate === undefined) return null;
  const { texts, section, bothTimes } = parts;
  const words = texts.gate;
  return section(
    "gate",
    words.heading,
    words.intro,
    html`${renderReasons(gate, parts)}
${renderDays(gate, parts)}
${renderStrata(gate, parts)}
${renderCodes(gate, parts)}
${renderFamilies(gate, parts)}
<div class="note"><p>${words.judgedAt} ${bothTimes(gate.basis.judgedAt)}</p>
<p>${words.hash}: <span class="id">${gate.hash}</span> (${fillText(words.policy, {
      policy: gate.basis.policy.slice(0, 12),
      sums: gate.basis.sums.slice(0, 12),
    })})</p></div>`,
  );
}

const TONES: Readonly<Record<RunVerdict, string>> = { go: "ok", no_go: "bad", not_proven: "" };

function renderReasons(gate: GateReport, { texts, formats }: Parts): Html {
  const { word, meaning } = texts.gate.verdicts[gate.verdict];
  const counted = toGateCounted(gate, texts, formats);
  return html`<h3 class="${TONES[gate.verdict]}">${word}</h3>
<p>${meaning} ${toGateProgress(gate, texts, formats).join(" ")}</p>
<ul class="reasons">
${gate.reasons.map((reason) => {
  const { text, next } = toGateReasonText(reason, texts, formats);
  return html`<li>
<p class="why data" data-label="${texts.verdict.why}">${text}</p>
<p class="next" data-label="${texts.verdict.next}">${next}</p>
</li>
`;
})}</ul>
${counted === null ? null : html`<p class="note">${counted}</p>`}`;
}

/** Colours say how a day stands, and the table says it in words. */
const COLOURS: Readonly<Record<DayState, string>> = {
  clean: "matched",
  unclean: "high",
  pending: "not_proven",
  not_judged: "pending",
  silent: "pending",
  not_settled: "pending",
};
const BAD = "mismatched";

function renderDays({ days }: GateReport, { texts, formats, table }: Parts): Child {
  if (days.length === 0) return null;
  const words = texts.gate;
  const { heads } = words;
  const text = {
    id: "chart-gate-days",
    title: words.chartTitle,
    description: days.map((day) => `${formats.day(day.day)}: ${words.dayStates[day.state]}`).join("; "),
  };
  const series = [
    {
      name: "clean",
      colour: days.map(({ state }) => toColour(COLOURS[state])),
      values: days.map(({ clean }) => clean),
    },
    { name: "bad", colour: toColour(BAD), values: days.map(({ bad }) => bad) },
  ];
  const labels = days.map(({ day }) => formats.shortDay(day));
  const shown = new Set(days.map(({ state }) => state));
  const swatch = (tint: string, name: string) =>
    html`<li><span class="swatch tint-${tint}"></span>${name}</li>\n`;
  return html`<h3>${words.daysHeading}</h3>
<figure>
<ul class="legend" aria-hidden="true">
${[...shown].map((state) => swatch(COLOURS[state], words.dayStates[state]))}${swatch(BAD, words.heads.bad)}</ul>
<div class="wide">${drawStandingBars(text, labels, series, "wide", formats.number)}</div>
<div class="narrow">${drawStandingBars(text, labels, series, "narrow", formats.number)}</div>
</figure>
<details><summary>${words.table}</summary>
${table({
  caption: words.daysHeading,
  stack: "tight",
  heads: [
    { text: heads.day },
    { text: heads.state },
    ...DAY_FIGURES.map((name) => ({ text: heads[name], number: true })),
  ],
  rows: days.map((day) => [
    html`<span class="data">${formats.day(day.day)}</span>`,
    words.dayStates[day.state],
    ...DAY_FIGURES.map((name) => formats.number(day[name])),
  ]),
})}
</details>
<p class="note">${words.dayMeanings}</p>`;
}

const DAY_FIGURES = [
  "clean",
  "bad",
  "pending",
  "known",
  "critical",
] as const satisfies readonly (keyof GateDay)[];

function toColour(tint: string): string {
  return `var(--${tint === "not_proven" ? "unproven" : tint})`;
}

function renderStrata({ strata, strataTotal }: GateReport, { texts, formats, status, table }: Parts): Child {
  if (strata.length === 0) return null;
  const words = texts.gate;
  const { heads } = words;
  const name = (one: GateStratum): Child => {
    const value = toStratumValue(one, texts);
    if (value === "") return words.dimensions[one.dimension];
    const shown =
      one.dimension === "status" && one.value !== ""
        ? status(value)
        : html`<span class="data">${toVisibleText(value, LONGEST)}</span>`;
    return html`${words.dimensions[one.dimension]} ${shown}`;
  };
  const state = ({ state: one, blocks }: GateStratum): Child => {
    const word = words.strataStates[one];
    if (one === "few" && !blocks) return html`${word} <small>(${words.listed})</small>`;
    return blocks ? html`<strong>${word}</strong>` : word;
  };
  const left = strataTotal - Math.min(strata.length, MOST_STRATA);
  return html`<h3>${words.strataHeading}</h3>
<p class="note">${words.strataIntro}</p>
${table({
  caption: words.strataHeading,
  stack: "tight",
  heads: [
    { text: heads.part },
    { text: heads.state },
    { text: heads.episodes, number: true },
    { text: heads.bad, number: true },
    { text: heads.upper, number: true },
    { text: heads.once, number: true },
    { text: heads.allowed, number: true },
    { text: heads.needed, number: true },
    { text: heads.days, number: true },
  ],
  rows: strata
    .slice(0, MOST_STRATA)
    .map((one) => [
      name(one),
      state(one),
      formats.number(one.episodes),
      formats.number(one.bad),
      toRateText(one.upper, formats),
      toRateText(one.upperOnce, formats),
      toRateText(one.maximumRate, formats),
      formats.number(one.episodesNeeded),
      one.daysNeeded === null ? texts.format.none : formats.number(one.daysNeeded),
    ]),
})}
${left > 0 ? html`<p class="cut">${fillText(toPlural(words.more, left), { count: formats.number(left) })}</p>` : null}`;
}

function renderCodes({ codes, demands }: GateReport, { texts, formats }: Parts): Child {
  if (codes.inUse === 0) return null;
  const words = texts.gate;
  const list = (heading: string, all: readonly GateCode[]): Child => {
    if (all.length === 0) return null;
    const left = all.length - MOST_CODES;
    const item = ({ code, seen, met }: GateCode) =>
      html`<li><code>${toVisibleText(code, LONGEST)}</code>: ${words.heads.seen.toLowerCase()} ${formats.number(seen)}, ${words.heads.met.toLowerCase()} ${formats.number(met)}</li>\n`;
    return html`<h3>${heading}</h3>
<ul class="codes">
${all.slice(0, MOST_CODES).map(item)}</ul>
${left > 0 ? html`<p class="cut">${fillText(toPlural(words.more, left), { count: formats.number(left) })}</p>` : null}`;
  };
  const figures = {
    exercised: formats.number(codes.exercised),
    inUse: formats.number(codes.inUse),
    least: formats.number(demands.leastPairs),
  };
  return html`<p class="note">${fillText(words.codesLine, figures)}</p>
${list(words.codesHeading, codes.never)}
${list(words.tooLittleHeading, codes.tooLittle)}
${
  codes.notSeen.length === 0
    ? null
    : html`<details><summary>${fillText(toPlural(words.notSeen, codes.notSeen.length), { count: formats.number(codes.notSeen.length) })}</summary>
<p>${codes.notSeen.map((code) => html`<code>${toVisibleText(code, LONGEST)}</code> `)}</p>
</details>`
}`;
}

function renderFamilies(
  { newFamilies }: GateReport,
  { texts, formats, time, severity, table }: Parts,
): Child {
  if (newFamilies.length === 0) return null;
  const { familiesHeading, heads } = texts.gate;
  return html`<h3>${familiesHeading}</h3>
${table({
  caption: familiesHeading,
  stack: true,
  heads: [
    { text: heads.family },
    { text: texts.heads.severity },
    { text: heads.open, number: true },
    { text: heads.firstSeen },
  ],
  rows: newFamilies
    .slice(0, MOST_STRATA)
    .map((family) => [
      html`<code>${toVisibleText(family.signature, 120)}</code>`,
      severity(family.severity),
      formats.number(family.open),
      time(family.firstSeenAt),
    ]),
})}`;
}
