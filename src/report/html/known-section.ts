import type { KnownRuleReport } from "../judgement-data.ts";
import type { ReportData } from "../report-data.ts";
import { fillText } from "../texts.ts";
import { toVisibleText } from "../visible-text.ts";
import { type Html, html } from "./html.ts";
import type { Parts } from "./make-parts.ts";

/** What people have agreed to be different: each rule, whether it is still in force, and what it hides. */
export function renderKnownRules({ knownRules, summary }: ReportData, parts: Parts): Html | null {
  if (knownRules === undefined) return null;
  const { texts, formats, section, table, time } = parts;
  const { heading, intro, heads, hits, states, wide } = texts.knownRules;
  const { open, pending, known } = summary.findings;
  const figures = { hidden: formats.number(known), share: formats.shareUp(known, open + pending + known) };
  const toState = ({ state, isOverWide }: KnownRuleReport): Html =>
    html`${states[state]}${isOverWide ? html`<p class="kind-text">${wide}</p>` : null}`;
  return section(
    "known",
    heading,
    fillText(intro, figures),
    table({
      caption: heading,
      stack: true,
      heads: [
        { text: heads.rule },
        { text: heads.state },
        { text: heads.hits, number: true },
        { text: heads.until },
        { text: heads.people },
        { text: heads.reason },
      ],
      rows: knownRules.map((rule) => [
        html`<code>${toVisibleText(rule.id, 60)}</code>`,
        toState(rule),
        fillText(hits, { hits: formats.number(rule.hits), maximum: formats.number(rule.maximumHits) }),
        time(rule.expiresAt),
        html`${toVisibleText(rule.owner, 80)}<br>${toVisibleText(rule.approver, 80)}`,
        toVisibleText(rule.reason, 400),
      ]),
    }),
  );
}
