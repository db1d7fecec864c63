import type { FindingReport, ReportData } from "../report-data.ts";
import { fillText, type Texts } from "../texts.ts";
import { toVisibleText } from "../visible-text.ts";
import { type Child, type Html, html } from "./html.ts";
import { type Parts, toHead } from "./make-parts.ts";

/** The worst findings, each with its evidence, the times on both sides and its ids folded away. */
export function renderFindings({ findings, findingsTotal }: ReportData, parts: Parts): Html {
  const { texts, formats, section } = parts;
  const { heads } = texts;
  if (findings.length === 0) {
    const none =
      findingsTotal === 0
        ? texts.findings.none
        : cutText(texts.page.cutFindings, 0, findingsTotal, formats.number);
    return section("findings", texts.findings.heading, null, html`<p class="empty">${none}</p>`);
  }
  const columns = [heads.severity, heads.kind, heads.barcode, heads.about, heads.state];
  const cut =
    findings.length < findingsTotal
      ? html`\n<p class="cut">${cutText(texts.page.cutFindings, findings.length, findingsTotal, formats.number)}</p>`
      : null;
  return section(
    "findings",
    texts.findings.heading,
    texts.findings.intro,
    html`<table role="table" class="findings stack">
<caption class="hidden">${texts.findings.heading}</caption>
<thead role="rowgroup"><tr role="row">${columns.map((text) => toHead({ text }))}</tr></thead>
${findings.map((finding) => renderFinding(finding, columns, parts))}</table>${cut}`,
  );
}

/** *n of m*, with where to find the rest. */
export function cutText(
  text: string,
  shown: number,
  total: number,
  toNumber: (value: number) => string,
): string {
  return fillText(text, { shown: toNumber(shown), total: toNumber(total) });
}

function renderFinding(finding: FindingReport, columns: readonly string[], parts: Parts): Html {
  const { texts, severity, about } = parts;
  const cells: readonly Child[] = [
    severity(finding.severity),
    texts.kinds[finding.kind].name,
    html`<span class="id barcode">${toVisibleText(finding.barcode, 60)}</span>`,
    about(finding),
    texts.states[finding.state].name,
  ];
  return html`<tbody role="rowgroup">
<tr role="row">${cells.map((cell, i) =>
    i === 1
      ? html`<th scope="row" role="rowheader">${cell}</th>`
      : html`<td role="cell" data-label="${columns[i] ?? ""}">${cell}</td>`,
  )}</tr>
<tr role="row"><td role="cell" colspan="${columns.length}"><details><summary>${renderSummary(finding, parts)}</summary>
${renderFacts(finding, parts)}
</details></td></tr>
</tbody>
`;
}

/** The folded line: both times and how far they are apart. */
function renderSummary(
  { legacyAt, newAt, deltaSeconds }: FindingReport,
  { texts, formats, time }: Parts,
): Html {
  const sides: Child[] = [];
  if (legacyAt !== null) sides.push(html`${texts.sideNames.legacy} ${time(legacyAt)}`);
  if (newAt !== null) sides.push(html`${texts.sideNames.new} ${time(newAt)}`);
  if (deltaSeconds !== null) sides.push(formats.delta(deltaSeconds));
  return sides.length === 0 ? html`${texts.findings.noTimes}` : html`${join(sides, " · ")}`;
}

function renderFacts(finding: FindingReport, { texts, formats, bothTimes }: Parts): Html {
  const { heads } = texts;
  const facts: [string, Child][] = [];
  const add = (name: string, value: Child) => {
    if (value !== null) facts.push([name, value]);
  };
  const time = (iso: string | null) => (iso === null ? null : bothTimes(iso));
  const id = (value: string | null) =>
    value === null ? null : html`<span class="id">${toVisibleText(value, 300)}</span>`;
  add(heads.legacyAt, time(finding.legacyAt));
  add(heads.newAt, time(finding.newAt));
  add(heads.delta, finding.deltaSeconds === null ? null : formats.delta(finding.deltaSeconds));
  if (finding.cause !== "undecided" || finding.causeRule !== null)
    add(heads.cause, texts.causes[finding.cause]);
  add(heads.rule, id(finding.causeRule));
  add(heads.firstSeen, time(finding.firstSeenAt));
  if (finding.state === "pending") {
    add(heads.settles, time(finding.settlesAt));
    add(heads.why, finding.pendingReason === null ? null : texts.pendingReasons[finding.pendingReason].why);
  }
  add(heads.reopened, finding.reopenCount === 0 ? null : `${formats.number(finding.reopenCount)} ×`);
  add(heads.knownDifference, id(finding.knownDifference));
  add(heads.signature, id(finding.signature));
  add(heads.kind, id(finding.kind));
  add(heads.id, id(finding.id));
  const evidence =
    Object.keys(finding.evidence).length === 0
      ? texts.findings.noEvidence
      : renderEvidence(finding.evidence, texts, 0);
  add(texts.findings.evidence, evidence);
  return renderList(facts);
}

function renderList(facts: readonly (readonly [Child, Child])[]): Html {
  return html`<dl class="facts">
${facts.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>\n`)}</dl>`;
}

const DEEPEST_EVIDENCE = 3;
const LONGEST_EVIDENCE = 300;

/** Evidence has the shape its rule gives it: lists and records are unfolded, what lies deeper stands as JSON. */
function renderEvidence(value: unknown, texts: Texts, depth: number): Child {
  if (!isNested(value)) return typeof value === "string" ? renderText(value) : String(value);
  if (depth >= DEEPEST_EVIDENCE)
    return html`<code>${toVisibleText(JSON.stringify(value), LONGEST_EVIDENCE)}</code>`;
  const items = Object.entries(value).map(
    ([name, item]) => [name, item, renderEvidence(item, texts, depth + 1)] as const,
  );
  if (Array.isArray(value)) {
    const isPlain = items.every(([, item]) => !isNested(item));
    return isPlain
      ? html`${join(
          items.map(([, , shown]) => shown),
          ", ",
        )}`
      : html`<ol>${items.map(([, , shown]) => html`<li>${shown}</li>`)}</ol>`;
  }
  const named = items.map(([name, item, shown]) => [toLabel(name, texts), item, shown] as const);
  // A record of plain values within a list, such as a source, fits a line.
  return depth >= 2 && named.every(([, item]) => !isNested(item))
    ? html`${join(
        named.map(([name, , shown]) => html`${name} ${shown}`),
        " · ",
      )}`
    : renderList(named.map(([name, , shown]) => [name, shown]));
}

/** The label of a field of evidence; one without a word of its own stands as it is. */
function toLabel(name: string, { evidence }: Texts): Child {
  const labels: Readonly<Record<string, string>> = evidence;
  return (
    (Object.hasOwn(labels, name) ? labels[name] : undefined) ?? html`<code>${toVisibleText(name, 60)}</code>`
  );
}

/** A text of evidence; a hash by its beginning, which is what other commands show, and whole on hovering. */
function renderText(text: string): Child {
  return /^[0-9a-f]{64}$/.test(text)
    ? html`<span class="id" title="${text}">${text.slice(0, 12)}…</span>`
    : toVisibleText(text, LONGEST_EVIDENCE);
}

function isNested(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function join(children: readonly Child[], separator: string): Child[] {
  return children.flatMap((child, i) => (i === 0 ? [child] : [separator, child]));
}
