import type { RunVerdict } from "../domain/verdict.ts";
import type { GateDay, GateReport, GateStratum } from "../reconcile/gate/gate-report.ts";
import type { ChainFault, Signature, SignOff } from "../reconcile/gate/signatures.ts";
import type { Formats } from "./make-formats.ts";
import { makeFormats } from "./make-formats.ts";
import type { TextOptions } from "./render-text.ts";
import { BOLD, INDENT, toPaint, toText, VERDICT_COLOURS, wrap } from "./render-text.ts";
import type { Lang, Texts } from "./texts.ts";
import { fillText, getTexts, toPlural } from "./texts.ts";
import {
  toGateCounted,
  toGateProgress,
  toGateReasonText,
  toRateText,
  toStratumValue,
} from "./to-gate-words.ts";
import { toVisibleText } from "./visible-text.ts";

/** A terminal shows so many; JSON has them all. */
const MOST_DAYS = 28;
const MOST_STRATA = 20;
const MOST_CODES = 20;
const LONGEST = 60;

/**
 * Renders the gate for a terminal, at most 80 columns wide: the word, its
 * reasons and what to do next, how far it has come, the days, the parts of the
 * traffic that decide, the codes never exercised, and who signed.
 */
export function renderGateText(
  gate: GateReport,
  signOff: SignOff,
  lang: Lang,
  { colour }: TextOptions = {},
): string {
  const texts = getTexts(lang);
  const formats = makeFormats(texts);
  const { word, meaning } = texts.gate.verdicts[gate.verdict];
  const lines = [
    toPaint(colour, BOLD, VERDICT_COLOURS[gate.verdict])(word.toUpperCase()),
    ...wrap(meaning, ""),
  ];
  for (const reason of gate.reasons) {
    const { text, next } = toGateReasonText(reason, texts, formats);
    lines.push("", ...wrap(toVisibleText(text, 400), "- ", INDENT), ...wrap(next, INDENT));
  }
  lines.push("");
  for (const sentence of toGateProgress(gate, texts, formats)) lines.push(...wrap(sentence, ""));
  const counted = toGateCounted(gate, texts, formats);
  if (counted !== null) lines.push(...wrap(counted, ""));
  lines.push(...toDayLines(gate.days, texts, formats));
  lines.push(...toStrataLines(gate, texts, formats));
  lines.push(...toCodeLines(gate, texts, formats));
  lines.push("", `${texts.gate.judgedAt}: ${formats.localTime(gate.basis.judgedAt)} (${gate.basis.runId})`);
  lines.push(`${texts.gate.hash}:`, `${INDENT}${gate.hash}`);
  lines.push("", ...toSignOffLines(signOff, texts, formats));
  return toText(lines);
}

/** The gate in short, below a run's verdict: the word, and how far it has come. */
export function renderGateLineText(gate: GateReport, lang: Lang, { colour }: TextOptions = {}): string {
  const texts = getTexts(lang);
  const word = toPaint(colour, BOLD, VERDICT_COLOURS[gate.verdict])(texts.gate.verdicts[gate.verdict].word);
  const progress = toGateProgress(gate, texts, makeFormats(texts));
  return toText(["", word, ...progress.flatMap((sentence) => wrap(sentence, INDENT))]);
}

/** Where there is no gate: the run's verdict. */
export function renderNoGateText(
  { runId, verdict }: { readonly runId: string; readonly verdict: RunVerdict },
  lang: Lang,
  { colour }: TextOptions = {},
): string {
  const texts = getTexts(lang);
  const word = toPaint(colour, BOLD, VERDICT_COLOURS[verdict])(texts.runVerdicts[verdict].word.toUpperCase());
  return toText([word, ...wrap(texts.gate.noPolicy, ""), runId]);
}

function toDayLines(days: readonly GateDay[], { gate }: Texts, { number }: Formats): string[] {
  if (days.length === 0) return [];
  const { heads, dayStates } = gate;
  const row = (day: string, state: string, figures: readonly string[]): string =>
    `${INDENT}${day.padEnd(12)}${state.padEnd(16)}${figures.map((figure) => figure.padStart(10)).join("")}`;
  const lines = ["", `${gate.daysHeading}:`];
  lines.push(
    row(heads.day, heads.state, [heads.clean, heads.bad, heads.pending, heads.known, heads.critical]),
  );
  for (const { day, state, clean, bad, pending, known, critical } of days.slice(-MOST_DAYS)) {
    lines.push(row(day, dayStates[state], [clean, bad, pending, known, critical].map(number)));
  }
  const left = days.length - MOST_DAYS;
  if (left > 0) lines.push(`${INDENT}${fillText(toPlural(gate.moreDays, left), { count: number(left) })}`);
  return lines;
}

/** All that hold the gate back, and of the others the first. */
function toStrataLines({ strata, strataTotal }: GateReport, texts: Texts, formats: Formats): string[] {
  if (strata.length === 0) return [];
  const { gate } = texts;
  const { heads } = gate;
  const row = (name: string, figures: readonly string[], state: string): string =>
    `${INDENT}${name.padEnd(26)}${figures.map((figure) => figure.padStart(10)).join("")}  ${state}`;
  const lines = ["", `${gate.strataHeading}:`];
  lines.push(row("", [heads.episodes, heads.bad, heads.upper, heads.allowed], heads.state));
  for (const one of strata.slice(0, MOST_STRATA)) {
    const figures = [
      formats.number(one.episodes),
      formats.number(one.bad),
      toRateText(one.upper, formats),
      toRateText(one.maximumRate, formats),
    ];
    lines.push(row(toName(one, texts), figures, gate.strataStates[one.state]));
    if (one.blocks && one.episodesNeeded > 0) {
      lines.push(`${INDENT}${INDENT}${heads.needed}: ${formats.number(one.episodesNeeded)}`);
    }
  }
  const left = strataTotal - Math.min(MOST_STRATA, strata.length);
  if (left > 0)
    lines.push(`${INDENT}${fillText(toPlural(gate.more, left), { count: formats.number(left) })}`);
  return lines;
}

function toName(stratum: GateStratum, texts: Texts): string {
  const name = texts.gate.dimensions[stratum.dimension];
  const value = toStratumValue(stratum, texts);
  return toVisibleText(value === "" ? name : `${name} ${value}`, 25);
}

function toCodeLines({ codes, demands }: GateReport, { gate }: Texts, { number }: Formats): string[] {
  if (codes.inUse === 0) return [];
  const figures = {
    exercised: number(codes.exercised),
    inUse: number(codes.inUse),
    least: number(demands.leastPairs),
  };
  const lines = ["", ...wrap(fillText(gate.codesLine, figures), "")];
  for (const [heading, list] of [
    [gate.codesHeading, codes.never],
    [gate.tooLittleHeading, codes.tooLittle],
  ] as const) {
    if (list.length === 0) continue;
    const names = list
      .slice(0, MOST_CODES)
      .map(({ code, seen }) => `${toVisibleText(code, 20)} (${number(seen)})`);
    const left = list.length - MOST_CODES;
    if (left > 0) names.push(fillText(toPlural(gate.more, left), { count: number(left) }));
    lines.push(...wrap(`${heading}: ${names.join(", ")}`, "", INDENT));
  }
  const unseen = codes.notSeen.length;
  if (unseen > 0)
    lines.push(...wrap(fillText(toPlural(gate.notSeen, unseen), { count: number(unseen) }), ""));
  return lines;
}

function toSignOffLines({ by, isComplete, stale }: SignOff, { gate }: Texts, { number }: Formats): string[] {
  const { none, partly, complete } = gate.signOff;
  const names = toVisibleText(by.join(", "), 200);
  const line = by.length === 0 ? none : fillText(isComplete ? complete : partly, { by: names });
  if (stale === 0) return wrap(line, "");
  return [...wrap(line, ""), fillText(toPlural(gate.signOff.stale, stale), { count: number(stale) })];
}

/** What `gate signatures` and `gate sign` show. */
export interface SignatureStory {
  readonly gateHash: string | null;
  readonly signOff: SignOff;
  readonly signatures: readonly Signature[];
  readonly head: string;
  readonly faults: readonly ChainFault[];
}

/**
 * Renders the signatures, oldest first, and what they come to.
 *
 * @param isVerified whether to say that the chain is whole; that it is not is always said
 */
export function renderSignaturesText(
  { gateHash, signOff, signatures, head, faults }: SignatureStory,
  lang: Lang,
  { isVerified = false }: { readonly isVerified?: boolean } = {},
): string {
  const texts = getTexts(lang);
  const formats = makeFormats(texts);
  const words = texts.gate.signOff;
  const lines = gateHash === null ? wrap(texts.gate.noPolicy, "") : toSignOffLines(signOff, texts, formats);
  if (signatures.length === 0) lines.push(words.empty);
  for (const one of signatures) {
    const { word } = texts.runVerdicts[one.verdict];
    const scope = one.gateHash === gateHash ? words.current : words.old;
    const person = `${toVisibleText(one.by, LONGEST)} (${toVisibleText(one.role, LONGEST)})`;
    lines.push("", `${one.number}  ${formats.localTime(one.at)}  ${person}`);
    lines.push(`${INDENT}${word}, ${one.runId}, ${one.gateHash.slice(0, 16)} (${scope})`);
    if (one.againstAdvice !== null) {
      const reason = toVisibleText(one.againstAdvice, 400);
      lines.push(...wrap(fillText(words.against, { reason }), INDENT));
    }
    if (one.note !== null) lines.push(...wrap(toVisibleText(one.note, 400), INDENT));
  }
  if (faults.length > 0) {
    lines.push("", words.broken);
    for (const { number, fault } of faults) {
      lines.push(`${INDENT}${fillText(words.faults[fault], { number: formats.number(number) })}`);
    }
  } else if (isVerified) lines.push("", ...wrap(fillText(words.intact, { head }), ""));
  return toText(lines);
}
