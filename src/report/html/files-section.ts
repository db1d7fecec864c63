import type { FileIrregularityReport, FilesReport, ReportData } from "../report-data.ts";
import { fillText, toPlural } from "../texts.ts";
import { toVisibleText } from "../visible-text.ts";
import { cutText } from "./findings-section.ts";
import { type Child, type Html, html } from "./html.ts";
import type { Parts } from "./make-parts.ts";

/** The scan files that were expected and those that came; nothing where none was ever fetched. */
export function renderFiles({ files }: ReportData, parts: Parts): Html | null {
  if (files === undefined) return null;
  const { texts, section } = parts;
  const { heading, intro } = texts.filesSection;
  return section("files", heading, intro, html`${renderFeeds(files, parts)}\n${renderFaults(files, parts)}`);
}

function renderFeeds({ feeds }: FilesReport, { texts, formats, time, table }: Parts): Html {
  const { heads, filesSection } = texts;
  const { number } = formats;
  return table({
    caption: filesSection.heading,
    stack: "tight",
    heads: [
      { text: heads.feed },
      { text: heads.calendar },
      { text: heads.files, number: true },
      { text: heads.expected, number: true },
      { text: heads.onTime, number: true },
      { text: heads.late, number: true },
      { text: heads.missing, number: true },
      { text: heads.upTo },
    ],
    rows: feeds.map(({ feed, calendar, files, slots, unlearnt, lastReceivedAt }) => [
      html`<span class="id">${toVisibleText(feed, 60)}</span>`,
      unlearnt === 0
        ? filesSection.calendars[calendar]
        : html`${filesSection.calendars[calendar]} <small>(${fillText(toPlural(filesSection.unlearnt, unlearnt), { count: number(unlearnt) })})</small>`,
      number(files),
      number(slots.received + slots.late + slots.missing),
      number(slots.received),
      number(slots.late),
      number(slots.missing),
      time(lastReceivedAt),
    ]),
  });
}

function renderFaults({ irregularities, irregularitiesTotal }: FilesReport, parts: Parts): Html {
  const { texts, formats, table } = parts;
  const { heads, filesSection } = texts;
  if (irregularitiesTotal === 0) return html`<p class="empty">${filesSection.complete}</p>`;
  const shown = irregularities.length;
  return html`${table({
    caption: heads.what,
    stack: true,
    heads: [{ text: heads.kind }, { text: heads.feed }, { text: heads.customer }, { text: heads.what }],
    rows: irregularities.map((fault) => [
      filesSection.kinds[fault.irregularity].name,
      html`<span class="id">${toVisibleText(fault.feed, 60)}</span>`,
      fault.customer === null
        ? filesSection.nobody
        : html`<span class="id">${toVisibleText(fault.customer, 60)}</span>`,
      toSentence(fault, parts),
    ]),
  })}${
    shown < irregularitiesTotal
      ? html`\n<p class="cut">${cutText(texts.page.cutRows, shown, irregularitiesTotal, formats.number)}</p>`
      : null
  }`;
}

function toSentence(fault: FileIrregularityReport, { texts, formats, time, fill }: Parts): Html {
  const { none } = texts.format;
  const file = (name: string | null): Child =>
    name === null ? none : html`<span class="id">${toVisibleText(name, 120)}</span>`;
  const figure = (value: number | null): Child => (value === null ? none : formats.number(value));
  return fill(texts.filesSection.kinds[fault.irregularity].text, {
    name: file(fault.name),
    other: file(fault.otherName),
    at: time(fault.at),
    expected: time(fault.expectedAt),
    version: figure(fault.version),
    size: figure(fault.sizeBytes),
    usual: figure(fault.usualBytes),
    from: fault.fromNumber === null ? none : String(fault.fromNumber),
    to: fault.toNumber === null ? none : String(fault.toNumber),
  });
}
