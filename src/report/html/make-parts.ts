import type { Severity } from "../../domain/finding.ts";
import { type Formats, findInstant, makeFormats } from "../make-formats.ts";
import type { FindingReport, ReportData } from "../report-data.ts";
import { getTexts, type Lang, splitText, type Texts } from "../texts.ts";
import { toVisibleText } from "../visible-text.ts";
import { type Child, type Html, html } from "./html.ts";

/** A column of a table. */
export interface Head {
  readonly text: string;
  readonly number?: boolean;
  /** Holds a bar, and is as wide as a bar needs. */
  readonly bar?: boolean;
}

export interface TableForm {
  /** Said to those who do not see the heading above. */
  readonly caption: string;
  /** The first column heads its row. */
  readonly heads: readonly Head[];
  readonly rows: readonly (readonly Child[])[];
  readonly foot?: readonly Child[];
  /** Whether rows become cards on a phone, for tables too wide for it; `tight` keeps a card's figures on a line. */
  readonly stack?: boolean | "tight";
}

/** What the sections of a page are made of, in its language. */
export interface Parts {
  readonly lang: Lang;
  readonly texts: Texts;
  readonly formats: Formats;
  /** Local time with offset; UTC on hovering. */
  readonly time: (iso: string | null) => Child;
  /** Local time and UTC, both in sight. */
  readonly bothTimes: (iso: string) => Html;
  /** The status's name where it is known, and always its id. */
  readonly status: (id: string) => Html;
  readonly severity: (severity: Severity) => Html;
  /** What a finding is about: a status, a pair, a code, a detail. */
  readonly about: (finding: FindingReport) => Html;
  readonly table: (form: TableForm) => Html;
  readonly section: (id: SectionId, heading: string, intro: string | null, body: Child) => Html;
  /** A text whose `{placeholders}` may be markup. */
  readonly fill: (text: string, values: Readonly<Record<string, Child>>) => Html;
}

/** The sections with an entry in the contents, in the page's order; some only where there is anything to show. */
export const SECTION_IDS = [
  "gate",
  "parcels",
  "kinds",
  "days",
  "statuses",
  "families",
  "findings",
  "known",
  "pending",
  "certificates",
  "channels",
  "files",
  "speed",
  "noise",
  "sums",
  "recall",
  "quarantine",
  "drift",
  "cutover",
  "corrections",
  "settings",
  "words",
] as const;
export type SectionId = (typeof SECTION_IDS)[number];

/** Makes the parts for a report in a language. */
export function makeParts(data: Pick<ReportData, "statuses">, lang: Lang): Parts {
  const texts = getTexts(lang);
  const formats = makeFormats(texts);
  const names = new Map(data.statuses.map((row) => [row.status, lang === "nl" ? row.nameNl : row.nameEn]));

  const time = (iso: string | null): Child => {
    if (iso === null) return texts.format.none;
    if (findInstant(iso) === undefined) return html`<span class="data">${toVisibleText(iso, 60)}</span>`;
    const { day, clock } = formats.localParts(iso);
    // Breaks between the day and the clock only.
    return html`<time datetime="${iso}" title="${formats.utcTime(iso)}"><span>${day}</span> <span>${clock}</span></time>`;
  };

  const bothTimes = (iso: string) =>
    findInstant(iso) === undefined
      ? html`${time(iso)}`
      : html`${time(iso)} <span class="utc">(${formats.utcTime(iso)})</span>`;

  const status = (id: string) => {
    const name = names.get(id);
    return name === undefined
      ? html`<code>${id}</code>`
      : html`<span class="data">${name}</span> <code class="muted">${id}</code>`;
  };

  const severity = (one: Severity) =>
    html`<span class="mark"><span class="swatch tint-${one}"></span>${texts.severities[one]}</span>`;

  const about = (finding: FindingReport) => {
    const { legacyStatus, newStatus, status: single, code, field } = finding;
    const lines: Child[] = [];
    if (single !== null) lines.push(html`<span>${status(single)}</span>`);
    if (code !== null) lines.push(html`<span>${texts.heads.code} <code>${code}</code></span>`);
    if (field !== null) lines.push(html`<span>${texts.heads.field} <code>${field}</code></span>`);
    if (legacyStatus !== null) {
      lines.push(toSided(texts.sideNames.legacy, status(legacyStatus)));
    }
    if (newStatus !== null) {
      lines.push(toSided(texts.sideNames.new, status(newStatus)));
    }
    return lines.length === 0 ? html`${texts.format.none}` : html`<span class="pair">${lines}</span>`;
  };

  const section = (id: SectionId, heading: string, intro: string | null, body: Child) => html`
<section class="section" id="${id}" aria-labelledby="${id}-heading">
<h2 id="${id}-heading">${heading}</h2>
${intro === null ? null : html`<p class="intro">${intro}</p>`}
${body}
</section>`;

  const fill = (text: string, values: Readonly<Record<string, Child>>) =>
    html`${splitText<Child>(text, values)}`;

  return { lang, texts, formats, time, bothTimes, status, severity, about, table: toTable, section, fill };
}

/**
 * A table with its roles written out: a phone shows its rows as cards, and
 * browsers forget what a table is once it is displayed as something else.
 */
function toTable({ caption, heads, rows, foot, stack = false }: TableForm): Html {
  const cell = (child: Child, column: number) => {
    const { text, number = false } = heads[column] ?? { text: "" };
    const look = number ? html` class="number"` : null;
    return column === 0
      ? html`<th scope="row" role="rowheader"${look}>${child}</th>`
      : html`<td role="cell" data-label="${text}"${look}>${child}</td>`;
  };
  const row = (children: readonly Child[]) => html`<tr role="row">${children.map(cell)}</tr>\n`;
  return html`<table role="table"${stack === false ? null : html` class="${stack === "tight" ? "stack tight" : "stack"}"`}>
<caption class="hidden">${caption}</caption>
<thead role="rowgroup"><tr role="row">${heads.map(toHead)}</tr></thead>
<tbody role="rowgroup">
${rows.map(row)}</tbody>
${foot === undefined ? null : html`<tfoot role="rowgroup">${row(foot)}</tfoot>\n`}</table>`;
}

function toSided(side: string, child: Child): Html {
  return html`<span class="sided"><span class="side">${side} </span><span>${child}</span></span>`;
}

/** The head of a column. */
export function toHead({ text, number = false, bar = false }: Head): Html {
  const look = number ? html` class="number"` : bar ? html` class="bar-cell"` : null;
  return html`<th scope="col" role="columnheader"${look}>${text}</th>`;
}
