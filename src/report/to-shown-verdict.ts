import type { RunVerdict, VerdictReason } from "../domain/verdict.ts";
import { toCertificateReason } from "./certificate-words.ts";
import type { SumLine } from "./compare-sums.ts";
import { toDifference } from "./compare-sums.ts";
import { toExitCode } from "./exit-code.ts";
import type { Formats } from "./make-formats.ts";
import { findInstant } from "./make-formats.ts";
import type { ReconcileReport } from "./report-data.ts";
import type { Texts } from "./texts.ts";
import { fillText, toPlural } from "./texts.ts";

/** A verdict with its reasons, as a report shows them. */
export interface ShownVerdict {
  readonly verdict: RunVerdict;
  readonly reasons: readonly { readonly text: string; readonly next: string }[];
  /** By the verdict: 0, 1 or 3. */
  readonly exitCode: number;
}

type ReasonCode = keyof Texts["reasons"];

/**
 * The verdict that may be shown: the run's own, unless the figures that are
 * shown with it contradict it. A report never says *go* above sums that do not
 * add up, open findings or a silent feed. Reasons that follow from the figures
 * are added where the run names none.
 */
export function toShownVerdict(
  data: { readonly summary: ReconcileReport; readonly reasons: readonly VerdictReason[] },
  sums: readonly SumLine[],
  texts: Texts,
  formats: Formats,
): ShownVerdict {
  const { summary } = data;
  const difference = Math.max(Math.abs(summary.tieOut.difference), toDifference(sums));
  const verdict = toSafeVerdict(summary, difference);
  const missing = toImpliedReasons(summary, verdict, difference).filter(
    (code) => !data.reasons.some((reason) => reason.code === code),
  );
  const reasons: readonly { readonly code: ReasonCode; readonly values: VerdictReason["values"] }[] = [
    ...missing.map((code) => ({ code, values: {} })),
    ...data.reasons.flatMap(splitSilence),
    // The share hidden by rules stands at the top of every report.
    ...(summary.findings.known === 0 ? [] : [{ code: "known_left" as const, values: {} }]),
  ];
  return {
    verdict,
    reasons: reasons.map(
      ({ code, values }) =>
        toCertificateReason({ code, values }, texts, formats) ??
        toReasonText(code, toReasonFigures(code, summary, difference), values, texts, formats),
    ),
    exitCode: toExitCode(verdict),
  };
}

/** `feed_silent` says two things: findings are held back by silence, and `sides` sides never spoke at all. */
function splitSilence({
  code,
  values,
}: VerdictReason): { code: ReasonCode; values: VerdictReason["values"] }[] {
  const { findings, sides } = values;
  if (code !== "feed_silent" || typeof sides !== "number" || sides === 0) return [{ code, values }];
  const neverSpoke = { code: "feed_never_spoke" as const, values };
  return findings === 0 ? [neverSpoke] : [neverSpoke, { code, values }];
}

function toSafeVerdict({ verdict, parcels, findings }: ReconcileReport, difference: number): RunVerdict {
  if (difference !== 0) return "not_proven";
  if (verdict !== "go") return verdict;
  if (parcels.notProven !== 0) return "not_proven";
  return findings.open !== 0 || parcels.mismatched !== 0 ? "no_go" : "go";
}

function toImpliedReasons(summary: ReconcileReport, verdict: RunVerdict, difference: number): ReasonCode[] {
  const codes: ReasonCode[] = [];
  if (difference !== 0) codes.push("tie_out_not_zero");
  if (verdict === "not_proven" && summary.parcels.notProven !== 0) codes.push("feed_silent");
  if (verdict === "no_go") codes.push("findings_open");
  return codes;
}

/** The figures of each reason's text; `count` decides between one and many. */
function toReasonFigures(
  code: ReasonCode,
  { parcels, findings }: ReconcileReport,
  difference: number,
): Record<string, number> & { count: number } {
  switch (code) {
    case "tie_out_not_zero":
      return { difference, count: difference };
    case "feed_silent":
      return { parcels: parcels.notProven, count: parcels.notProven };
    case "feed_never_spoke":
    case "feed_stale":
      return { count: 1 };
    case "recall_incomplete":
    case "certificate_incomplete":
    case "certificate_unproven":
      return { count: 1 };
    case "nothing_compared":
      return { count: parcels.total };
    case "findings_open":
      return { open: findings.open, parcels: parcels.mismatched, total: parcels.total, count: findings.open };
    case "all_agree":
      return { matched: parcels.matched, count: parcels.matched };
    case "pending_left":
      return { pending: findings.pending, count: findings.pending };
    case "families_new":
      return { count: 1 };
    case "known_left":
      return { known: findings.known, count: findings.known };
  }
}

function toReasonText(
  code: ReasonCode,
  figures: Record<string, number> & { count: number },
  given: VerdictReason["values"],
  texts: Texts,
  formats: Formats,
): { text: string; next: string } {
  const values: Record<string, string> = { side: texts.sides.either };
  for (const [name, value] of [...Object.entries(figures), ...Object.entries(given)]) {
    values[name] = toValueText(name, value, texts, formats);
  }
  const { text, next } = texts.reasons[code];
  const count =
    code === "feed_never_spoke"
      ? Number(given.sides)
      : code === "families_new"
        ? Number(given.families)
        : figures.count;
  return { text: fillText(toPlural(text, count), values), next };
}

function toValueText(name: string, value: string | number, texts: Texts, formats: Formats): string {
  if (typeof value === "number") return formats.number(value);
  if (name === "side" && (value === "legacy" || value === "new")) return texts.sides[value];
  return findInstant(value) === undefined ? value : formats.localTime(value);
}
