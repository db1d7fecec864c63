import { compareSums, type SumLine, type SumSubject, type Term, toDifference } from "../compare-sums.ts";
import { hasKnown } from "../has-known.ts";
import type { ReportData } from "../report-data.ts";
import { fillText, toPlural } from "../texts.ts";
import { toVisibleText } from "../visible-text.ts";
import { cutText } from "./findings-section.ts";
import { type Child, type Html, html } from "./html.ts";
import type { Parts } from "./make-parts.ts";

/** What came in over each channel. */
export function renderChannels(
  { channels }: ReportData,
  { texts, formats, time, section, table }: Parts,
): Html {
  const { heads, channelsSection } = texts;
  const body =
    channels.length === 0
      ? html`<p class="empty">${channelsSection.none}</p>`
      : table({
          caption: channelsSection.heading,
          stack: "tight",
          heads: [
            { text: heads.channel },
            { text: heads.intakes, number: true },
            { text: heads.seen, number: true },
            { text: heads.accepted, number: true },
            { text: heads.duplicates, number: true },
            { text: heads.quarantined, number: true },
            { text: heads.from },
            { text: heads.upTo },
          ],
          rows: channels.map((row) => [
            html`${texts.channels[row.channel].name} <small>(${texts.channels[row.channel].side})</small>`,
            formats.number(row.intakes),
            formats.number(row.seen),
            formats.number(row.accepted),
            formats.number(row.duplicates),
            formats.number(row.quarantined),
            time(row.firstReceivedAt),
            row.watermark === null ? html`<strong>${channelsSection.silent}</strong>` : time(row.watermark),
          ]),
        });
  return section("channels", channelsSection.heading, channelsSection.intro, body);
}

/** The tie-out: every sum in full, down to the difference 0. */
export function renderSums(data: ReportData, parts: Parts): Html {
  const { texts, formats, section, table } = parts;
  const { heads, sums } = texts;
  const showsKnown = hasKnown(data.summary, data.kinds);
  const lines = compareSums(data.summary, data);
  const shown = lines.filter(
    ({ subject, difference }) =>
      showsKnown || difference !== 0 || subject.kind !== "state" || subject.state !== "known",
  );
  const names: Readonly<Record<Term["name"], string>> = {
    ...texts.terms,
    "legacy-scan": texts.channels["legacy-scan"].name,
    "legacy-api": texts.channels["legacy-api"].name,
    webhook: texts.channels.webhook.name,
    "status-api": texts.channels["status-api"].name,
  };
  const term = ({ value, name }: Term) => `${formats.number(value)} ${names[name]}`;
  const sum = ({ total, parts: all }: SumLine) => {
    const terms = all.filter(({ name, value }) => showsKnown || name !== "known" || value !== 0);
    return `${term(total)} = ${terms.length === 0 ? formats.number(0) : terms.map(term).join(" + ")}`;
  };
  const difference = (value: number): Child =>
    value === 0
      ? html`<span class="ok">0 <span aria-hidden="true">✓</span><span class="hidden">${sums.ok}</span></span>`
      : html`<span class="bad">${formats.number(value)} ${sums.bad}</span>`;
  const total = (name: string, value: number) =>
    html`<p class="zero-sum">${name}: <strong>${difference(value)}</strong></p>`;
  return section(
    "sums",
    sums.heading,
    sums.intro,
    html`${table({
      caption: sums.heading,
      stack: true,
      heads: [{ text: heads.check }, { text: heads.sum }, { text: heads.difference, number: true }],
      rows: shown.map((line) => [toSubjectText(line.subject, parts), sum(line), difference(line.difference)]),
    })}
<div class="note">${total(sums.page, toDifference(lines))}
${total(sums.run, data.summary.tieOut.difference)}</div>`,
  );
}

function toSubjectText(subject: SumSubject, { texts }: Parts): string {
  switch (subject.kind) {
    case "plain":
      return texts.sums[subject.name];
    case "channel":
      return fillText(texts.sums.rowsOf, { channel: texts.channels[subject.channel].name });
    case "state":
      return fillText(texts.sums.findings, { state: texts.states[subject.state].name.toLowerCase() });
  }
}

const MOST_ROWS = 200;

/** The rows that could not be read, by file and fault: how many, the first line, and why. */
export function renderQuarantine({ quarantine, quarantineTotal }: ReportData, parts: Parts): Html {
  const { texts, formats, section, table } = parts;
  const { heads } = texts;
  if (quarantineTotal === 0) {
    return section(
      "quarantine",
      texts.quarantine.heading,
      null,
      html`<p class="empty">${texts.quarantine.none}</p>`,
    );
  }
  const shown = quarantine.slice(0, MOST_ROWS);
  const shownRows = shown.reduce((sum, { rows }) => sum + rows, 0);
  const count = (rows: number) =>
    fillText(toPlural(texts.quarantine.rows, rows), { count: formats.number(rows) });
  return section(
    "quarantine",
    texts.quarantine.heading,
    texts.quarantine.intro,
    html`${table({
      caption: texts.quarantine.heading,
      stack: true,
      heads: [
        { text: heads.file },
        { text: heads.rows, number: true },
        { text: heads.firstLine, number: true },
        { text: heads.reason },
      ],
      rows: shown.map((row) => [
        html`<span class="id">${toVisibleText(row.name, 120)}</span> <small>${texts.channels[row.channel].name}</small>`,
        count(row.rows),
        formats.number(row.line),
        html`<span class="data">${toVisibleText(row.message, 400)}</span> <code class="muted">${row.code}</code>`,
      ]),
    })}${
      shownRows < quarantineTotal
        ? html`\n<p class="cut">${cutText(texts.page.cutRows, shownRows, quarantineTotal, formats.number)}</p>`
        : null
    }`,
  );
}

/** Scan rows that came again with another content. */
export function renderCorrections(data: ReportData, parts: Parts): Html {
  const { texts, formats, time, section, table } = parts;
  const { heads } = texts;
  const { corrections, correctionsTotal = corrections.length } = data;
  if (correctionsTotal === 0) {
    return section(
      "corrections",
      texts.corrections.heading,
      null,
      html`<p class="empty">${texts.corrections.none}</p>`,
    );
  }
  const shown = corrections.slice(0, MOST_ROWS);
  return section(
    "corrections",
    texts.corrections.heading,
    texts.corrections.intro,
    html`${table({
      caption: texts.corrections.heading,
      heads: [
        { text: heads.barcode },
        { text: heads.code },
        { text: heads.at },
        { text: heads.times, number: true },
      ],
      stack: true,
      rows: shown.map((row) => [
        html`<span class="id barcode">${toVisibleText(row.barcode, 60)}</span>`,
        html`<code>${toVisibleText(row.code, 60)}</code>`,
        time(row.at),
        formats.number(row.intakes),
      ]),
    })}${
      shown.length < correctionsTotal
        ? html`\n<p class="cut">${cutText(texts.page.cutRows, shown.length, correctionsTotal, formats.number)}</p>`
        : null
    }`,
  );
}

/** The settings and the fingerprint under which the run judged. */
export function renderSettings({ settings }: ReportData, { texts, formats, section, table }: Parts): Html {
  const names = texts.settings;
  const hours = (count: number) => formats.duration(count * 3600);
  return section(
    "settings",
    names.heading,
    null,
    table({
      caption: names.heading,
      heads: [{ text: texts.heads.setting }, { text: texts.heads.value }],
      rows: [
        [names.tolerance, formats.duration(settings.toleranceSeconds)],
        [names.settleNew, hours(settings.settleNewHours)],
        [names.settleLegacy, hours(settings.settleLegacyHours)],
        [names.maxWait, hours(settings.maxWaitHours)],
        [names.contract, settings.provisional ? names.contractProvisional : names.contractOfficial],
        [names.mapping, html`<span class="id">${settings.mappingFingerprint}</span>`],
      ],
    }),
  );
}

/** What the words of this report mean. */
export function renderGlossary({ summary, kinds }: ReportData, { texts, section }: Parts): Html {
  const { known, entries } = texts.glossary;
  const shown = hasKnown(summary, kinds) ? [...entries, known] : entries;
  return section(
    "words",
    texts.glossary.heading,
    null,
    html`<dl class="words">
${shown.map(({ term, meaning }) => html`<div><dt>${term}</dt><dd>${meaning}</dd></div>\n`)}</dl>`,
  );
}
