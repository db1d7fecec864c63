import { toActionText, toBecause } from "../family-text.ts";
import type { FamilyReport } from "../judgement-data.ts";
import type { ReportData } from "../report-data.ts";
import { fillText } from "../texts.ts";
import { toVisibleText } from "../visible-text.ts";
import { type Child, type Html, html } from "./html.ts";
import type { Parts } from "./make-parts.ts";

/** Findings by what they share: whose fault, since when, how it goes, one example, and what to do. */
export function renderFamilies({ families, familiesTotal }: ReportData, parts: Parts): Html | null {
  if (families === undefined) return null;
  const { texts, formats, section, table } = parts;
  const { heading, intro, none, more, heads } = texts.families;
  if (families.length === 0) {
    return section("families", heading, null, html`<p class="empty">${none}</p>`);
  }
  const total = familiesTotal ?? families.length;
  const shown = { shown: formats.number(families.length), total: formats.number(total) };
  return section(
    "families",
    heading,
    intro,
    html`${table({
      caption: heading,
      stack: true,
      heads: [{ text: heads.family }, { text: heads.size }, { text: heads.cause }, { text: heads.todo }],
      rows: families.map((family) => toRow(family, parts)),
    })}
${families.length < total ? html`<p class="cut">${fillText(more, shown)}</p>` : null}`,
  );
}

function toRow(family: FamilyReport, parts: Parts): readonly Child[] {
  const { texts, time, severity, fill } = parts;
  const { signature, kind, sizes, cause, firstSeenAt, isNew, example } = family;
  const word = texts.families;
  const barcode = toVisibleText(example.barcode, 60);
  return [
    html`${severity(family.severity)} ${texts.kinds[kind].name}${isNew ? html` <strong class="badge" title="${word.newMeans}">${word.new}</strong>` : null}
<p class="kind-text"><code>${toVisibleText(signature, 200)}</code></p>
<p class="kind-text">${fill(word.firstSeen, { time: time(firstSeenAt) })}</p>`,
    html`${toSizes(sizes, parts)}${drawTrend(family.trend, parts)}`,
    html`${texts.causes[cause]}<p class="kind-text">${toBecause(family, texts)}</p>`,
    html`${toActionText(family, texts)}
<p class="kind-text">${word.example}: <code>trackbridge trace ${barcode}</code></p>`,
  ];
}

function toSizes(sizes: FamilyReport["sizes"], { texts, formats }: Parts): Html[] {
  const { open, pending, known, resolved } = texts.families;
  const all = [
    [open, sizes.open],
    [pending, sizes.pending],
    [known, sizes.known],
    [resolved, sizes.resolved],
  ] as const;
  return all.flatMap(([text, count]) =>
    count === 0 ? [] : [html`<p>${fillText(text, { count: formats.number(count) })}</p>`],
  );
}

const BAR = 6;
const HEIGHT = 24;

/** A bar a day, as high as the highest; a line on the ground where there was nothing. */
function drawTrend(trend: readonly number[], { texts, formats }: Parts): Html {
  const most = Math.max(1, ...trend);
  const bars = trend.map((count, i) => {
    const height = count === 0 ? 1 : Math.max(2, Math.round((count / most) * HEIGHT));
    return html`<rect x="${i * BAR}" y="${HEIGHT - height}" width="${BAR - 1}" height="${height}"/>`;
  });
  const label = `${texts.families.trend}: ${trend.map((count) => formats.number(count)).join(", ")}`;
  return html`<span class="hidden">${label}</span><svg class="trend" viewBox="0 0 ${trend.length * BAR} ${HEIGHT}" aria-hidden="true">${bars}</svg>`;
}
