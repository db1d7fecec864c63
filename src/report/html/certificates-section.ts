import type { CertificateState } from "../../domain/certificate.ts";
import { CHANNELS } from "../../domain/channel.ts";
import type { CertificateDayReport, CertificateReport, CertificatesReport } from "../certificate-data.ts";
import { toShortfallText } from "../certificate-words.ts";
import type { ReportData } from "../report-data.ts";
import { fillText, toPlural } from "../texts.ts";
import { type Child, type Html, html } from "./html.ts";
import type { Parts } from "./make-parts.ts";

/** What is told of a channel; the JSON file has more. */
const MOST_SHORTFALLS = 4;

/** The certificate of each channel, what those that are not complete lack, and the last days. */
export function renderCertificates({ certificates }: ReportData, parts: Parts): Html | null {
  if (certificates === undefined) return null;
  const { texts, section } = parts;
  const words = texts.certificates;
  return section(
    "certificates",
    words.heading,
    words.intro,
    html`<p class="note">${toDemandText(certificates, parts)} ${words.meanings}</p>
${renderChannels(certificates, parts)}
${renderShortfalls(certificates, parts)}
${renderDays(certificates, parts)}`,
  );
}

function toDemandText({ channels }: CertificatesReport, { texts }: Parts): string {
  const demanded = channels.filter(({ isDemanded }) => isDemanded);
  if (demanded.length === 0) return texts.certificates.demandedNone;
  const names = demanded.map(({ channel }) => texts.channels[channel].name).join(", ");
  return fillText(texts.certificates.demanded, { channels: names });
}

/** Colours say how a certificate stands, and a word says it, too. */
const TINTS: Readonly<Record<CertificateState, string>> = {
  complete: "matched",
  unproven: "not_proven",
  incomplete: "mismatched",
};

function renderChannels({ channels }: CertificatesReport, parts: Parts): Html {
  const { texts, formats, time, table } = parts;
  const { number } = formats;
  const words = texts.certificates;
  const { heads } = words;
  return table({
    caption: words.heading,
    stack: true,
    heads: [
      { text: heads.channel },
      { text: heads.state },
      { text: heads.completeTo },
      { text: heads.expected },
      { text: heads.rows, number: true },
      { text: heads.duplicates, number: true },
      { text: heads.quarantined, number: true },
      { text: heads.silence },
    ],
    rows: channels.map((one) => [
      html`${texts.channels[one.channel].name} <small>(${texts.channels[one.channel].side})</small>`,
      html`<span class="mark"><span class="swatch tint-${TINTS[one.state]}"></span><strong>${words.states[one.state]}</strong></span>${
        one.isDemanded ? html` <small>(${words.required})</small>` : null
      }`,
      one.completeTo === null ? html`<span class="muted">${words.nobodyKnows}</span>` : time(one.completeTo),
      toExpectedText(one, parts),
      number(one.received.rows),
      number(one.received.duplicates),
      toQuarantinedText(one, parts),
      toQuietText(one, parts),
    ]),
  });
}

function toExpectedText({ expectation }: CertificateReport, { texts, formats }: Parts): Child {
  if (expectation === null) return texts.format.none;
  const { unit, expected, received } = expectation;
  return fillText(toPlural(texts.certificates.expectations[unit], expected), {
    received: formats.number(received),
    count: formats.number(expected),
  });
}

function toQuarantinedText({ received }: CertificateReport, { formats }: Parts): Child {
  const { rows, quarantined } = received;
  if (quarantined === 0) return formats.number(0);
  return html`${formats.number(quarantined)} <small>(${formats.shareUp(quarantined, rows)})</small>`;
}

function toQuietText(
  { quietSeconds, quietAllowedSeconds }: CertificateReport,
  { texts, formats }: Parts,
): Child {
  if (quietSeconds === null) return texts.format.none;
  const quiet = formats.duration(
    quietSeconds < MINUTE ? quietSeconds : quietSeconds - (quietSeconds % MINUTE),
  );
  if (quietAllowedSeconds === null) return quiet;
  const allowed = formats.duration(quietAllowedSeconds);
  return html`${quiet} <small>(${fillText(texts.certificates.quietOf, { allowed })})</small>`;
}

const MINUTE = 60;

/** Why those that are not complete are not, and what to do; as the reasons of a verdict are shown. */
function renderShortfalls({ channels }: CertificatesReport, { texts, formats }: Parts): Child {
  const words = texts.certificates;
  const lacking = channels.filter(({ shortfallsTotal }) => shortfallsTotal > 0);
  if (lacking.length === 0) return html`<p class="empty">${words.nothingLacks}</p>`;
  return lacking.map(({ channel, state, shortfalls, shortfallsTotal }) => {
    const shown = shortfalls.slice(0, MOST_SHORTFALLS);
    const left = shortfallsTotal - shown.length;
    return html`<h3>${fillText(words.lacks, { channel: texts.channels[channel].name, state: words.states[state].toLowerCase() })}</h3>
<ul class="reasons">
${shown.map((one) => {
  const { text, next } = toShortfallText(one, texts, formats);
  return html`<li>
<p class="why data" data-label="${texts.verdict.why}">${text}</p>
<p class="next" data-label="${texts.verdict.next}">${next}</p>
</li>
`;
})}</ul>${
      left > 0
        ? html`\n<p class="cut">${fillText(toPlural(words.moreShortfalls, left), { count: formats.number(left) })}</p>`
        : null
    }
`;
  });
}

function renderDays({ days }: CertificatesReport, { texts, formats, table }: Parts): Child {
  if (days.length === 0) return null;
  const words = texts.certificates;
  const channels = CHANNELS.filter((channel) => days.some((day) => day.channels[channel] !== undefined));
  const cell = (day: CertificateDayReport, channel: (typeof channels)[number]): Child => {
    const state = day.channels[channel];
    if (state === undefined) return html`<span class="muted">${words.dayNone}</span>`;
    return html`<span class="mark"><span class="swatch tint-${TINTS[state]}"></span>${words.states[state]}</span>`;
  };
  return html`<h3>${words.daysHeading}</h3>
<p class="note">${words.daysIntro}</p>
${table({
  caption: words.daysHeading,
  stack: true,
  heads: [
    { text: texts.gate.heads.day },
    ...channels.map((channel) => ({ text: toShortName(texts.channels[channel].name) })),
  ],
  rows: days
    .toReversed()
    .map((day) => [
      html`<span class="data">${formats.day(day.day)}</span>`,
      ...channels.map((channel) => cell(day, channel)),
    ]),
})}`;
}

/** Without what stands in brackets, because a phone has little room. */
function toShortName(name: string): string {
  return name.replace(/ \(.*\)$/u, "");
}
