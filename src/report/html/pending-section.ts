import { compareText } from "../../domain/observation.ts";
import type { ReportData } from "../report-data.ts";
import { toVisibleText } from "../visible-text.ts";
import { cutText } from "./findings-section.ts";
import { type Child, type Html, html } from "./html.ts";
import type { Parts } from "./make-parts.ts";

/** What is pending, until when and why: all of it by reason where the data has that, and the listed ones one by one. */
export function renderPending(data: ReportData, parts: Parts): Html {
  const { texts, formats, time, about, section, table } = parts;
  const { heads, pendingSection, pendingReasons } = texts;
  const total = data.summary.findings.pending;
  if (total === 0) {
    return section(
      "pending",
      pendingSection.heading,
      null,
      html`<p class="empty">${pendingSection.none}</p>`,
    );
  }
  const reasons = data.pending ?? [];
  const listed = data.findings
    .filter(({ state }) => state === "pending")
    .toSorted((a, b) => compareText(a.settlesAt ?? "", b.settlesAt ?? "") || compareText(a.id, b.id));
  const why = (reason: keyof typeof pendingReasons): Child =>
    html`${pendingReasons[reason].name}<p class="kind-text">${pendingReasons[reason].why}</p>`;
  const summary = table({
    caption: pendingSection.heading,
    stack: true,
    heads: [
      { text: heads.why },
      { text: heads.findings, number: true },
      { text: heads.settlesFrom },
      { text: heads.settlesTo },
    ],
    rows: reasons.map((row) => [
      why(row.reason),
      formats.number(row.findings),
      time(row.firstSettlesAt),
      time(row.lastSettlesAt),
    ]),
  });
  const list = table({
    caption: pendingSection.listed,
    stack: true,
    heads: [
      { text: heads.kind },
      { text: heads.barcode },
      { text: heads.about },
      { text: heads.settles },
      { text: heads.reason },
    ],
    rows: listed.map((finding) => [
      texts.kinds[finding.kind].name,
      html`<span class="id barcode">${toVisibleText(finding.barcode, 60)}</span>`,
      about(finding),
      time(finding.settlesAt),
      finding.pendingReason === null ? null : pendingReasons[finding.pendingReason].name,
    ]),
  });
  return section(
    "pending",
    pendingSection.heading,
    pendingSection.intro,
    html`${reasons.length === 0 ? null : summary}
${listed.length === 0 ? null : html`<h3>${pendingSection.listed}</h3>\n${list}`}
${
  listed.length < total
    ? html`<p class="cut">${cutText(texts.page.cutFindings, listed.length, total, formats.number)}</p>`
    : null
}`,
  );
}
