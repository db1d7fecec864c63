import type { Cause, Finding, FindingState, Severity } from "../../domain/finding.ts";
import { SEVERITIES } from "../../domain/finding.ts";
import { DAY_MS } from "../../domain/instant.ts";
import { compareText } from "../../domain/observation.ts";
import type { CauseDecision } from "./cause-rules.ts";
import { legacyCodeOf, toSignature, zoneShiftOf } from "./signature.ts";

/** The smallest deed that would close a family; the texts are in the report's language files. */
export interface FamilyAction {
  readonly code:
    | "add_code_row"
    | "correct_code_row"
    | "check_code_row"
    | "check_status"
    | "check_wire_codes"
    | "add_wire_code"
    | "add_code_for_status"
    | "check_zone"
    | "ask_about_webhook"
    | "ask_about_legacy"
    | "ask_about_new"
    | "agree_on_detail"
    | "check_subscription"
    | "check_files"
    | "renew_agreement"
    | "look_at_example";
  /** Names for the text's placeholders. */
  readonly values: Readonly<Record<string, string | number>>;
}

/** Findings that share a signature. */
export interface Family {
  readonly signature: string;
  readonly kind: Finding["kind"];
  /** The worst of those that are not resolved. */
  readonly severity: Severity;
  readonly cause: Cause;
  readonly causeRule: string | null;
  readonly sizes: Readonly<Record<FindingState, number>>;
  /** UTC epoch milliseconds, so `lastSeenAt`. */
  readonly firstSeenAt: number;
  readonly lastSeenAt: number;
  /** How many findings were first seen on each of the last days, the latest last. */
  readonly trend: readonly number[];
  /** The oldest that is not resolved; by id where several are as old. */
  readonly example: { readonly barcode: string; readonly id: string };
  readonly action: FamilyAction;
}

const TREND_DAYS = 14;

interface Gathered {
  first: Finding;
  decisions: Map<string, { readonly decision: CauseDecision; count: number }>;
  severity: Severity;
  sizes: Record<FindingState, number>;
  firstSeenAt: number;
  lastSeenAt: number;
  trend: number[];
}

/** Gathers findings into families; its memory grows with the families only. */
export class FamilyBook {
  readonly #families = new Map<string, Gathered>();
  readonly #now: number;

  /** @param now UTC epoch milliseconds: where the trend ends */
  constructor(now: number) {
    this.#now = now;
  }

  add(finding: Finding, decision: CauseDecision): void {
    // Not the one that is stored: those that were resolved long ago may have one of another edition.
    const key = toSignature(finding);
    const family = this.#families.get(key) ?? this.#begin(key, finding);
    const { state, severity, firstSeenAt } = finding;
    family.sizes[state] += 1;
    family.firstSeenAt = Math.min(family.firstSeenAt, firstSeenAt);
    family.lastSeenAt = Math.max(family.lastSeenAt, firstSeenAt);
    const daysAgo = Math.floor((this.#now - firstSeenAt) / DAY_MS);
    if (daysAgo >= 0 && daysAgo < TREND_DAYS) {
      const at = TREND_DAYS - 1 - daysAgo;
      family.trend[at] = (family.trend[at] ?? 0) + 1;
    }
    if (compareExamples(finding, family.first) < 0) family.first = finding;
    if (state === "resolved") return;
    if (SEVERITIES.indexOf(severity) < SEVERITIES.indexOf(family.severity)) family.severity = severity;
    const { cause, rule } = decision;
    const same = family.decisions.get(`${cause} ${rule}`);
    if (same === undefined) family.decisions.set(`${cause} ${rule}`, { decision, count: 1 });
    else same.count += 1;
  }

  #begin(key: string, finding: Finding): Gathered {
    const family: Gathered = {
      first: finding,
      decisions: new Map(),
      severity: finding.severity,
      sizes: { open: 0, pending: 0, known: 0, resolved: 0 },
      firstSeenAt: finding.firstSeenAt,
      lastSeenAt: finding.firstSeenAt,
      trend: Array.from({ length: TREND_DAYS }, () => 0),
    };
    this.#families.set(key, family);
    return family;
  }

  /** Those with findings that are not resolved: the worst and largest first. */
  list(): Family[] {
    return [...this.#families]
      .filter(([, { sizes }]) => sizes.open + sizes.pending + sizes.known > 0)
      .map(([signature, gathered]) => toFamily(signature, gathered))
      .sort(
        (a, b) =>
          Number(b.sizes.open > 0) - Number(a.sizes.open > 0) ||
          SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
          b.sizes.open - a.sizes.open ||
          compareText(a.signature, b.signature),
      );
  }
}

function toFamily(signature: string, gathered: Gathered): Family {
  const { first, decisions, ...rest } = gathered;
  const { cause, rule } = toDecision([...decisions.values()]);
  return {
    signature,
    kind: first.kind,
    cause,
    causeRule: rule,
    ...rest,
    example: { barcode: first.barcode, id: first.id },
    action: toAction(first, cause, rule),
  };
}

/** What is said of all of them; where they are told apart, nothing. */
function toDecision(decisions: readonly { readonly decision: CauseDecision }[]): CauseDecision {
  const [only] = decisions;
  return decisions.length === 1 && only !== undefined ? only.decision : { cause: "undecided", rule: null };
}

/** One that is not resolved before one that is, then the older. */
function compareExamples(a: Finding, b: Finding): number {
  return (
    Number(a.state === "resolved") - Number(b.state === "resolved") ||
    a.firstSeenAt - b.firstSeenAt ||
    compareText(a.id, b.id)
  );
}

function toAction(finding: Finding, cause: Cause, rule: string | null): FamilyAction {
  const { barcode, kind, status, legacyStatus, newStatus, evidence } = finding;
  const customer = String(evidence.customerNumber ?? "–");
  const code = legacyCodeOf(finding) ?? "";
  const action = (name: FamilyAction["code"], values: FamilyAction["values"]): FamilyAction => ({
    code: name,
    values,
  });
  switch (rule) {
    case "known_difference":
      return action("renew_agreement", { rule: finding.knownDifference ?? "" });
    case "code_without_row":
      return action("add_code_row", { code });
    case "wire_code_without_status":
      return action("add_wire_code", { code });
    case "status_without_code":
      return action("add_code_for_status", { status: status ?? "" });
    case "code_meets_other_status":
      return action("correct_code_row", { code, status: newStatus ?? "" });
    case "status_meets_other_status":
      return action("check_status", { legacyStatus: legacyStatus ?? "", status: newStatus ?? "" });
    case "code_stands_alone":
      return action("check_code_row", { code });
    case "notice_meets_status":
      return action("correct_code_row", { code: noticeOf(finding), status: status ?? "" });
    case "notice_at_that_moment":
      return action("check_code_row", { code: noticeOf(finding) });
    case "clock_change":
    case "whole_hours":
      return action("check_zone", { hours: zoneShiftOf(finding) ?? 0 });
    case "channel_never_tells":
      return action("check_wire_codes", { status: status ?? "", instead: String(evidence.toldInstead) });
    case "new_channels_differ":
      return action("ask_about_webhook", { barcode });
    default:
      if (cause === "legacy") return action("ask_about_legacy", { barcode });
      if (cause === "new") return action("ask_about_new", { barcode });
      if (kind === "detail_mismatch")
        return action("agree_on_detail", { field: finding.field ?? "", barcode });
      if (kind === "parcel_missing_in_new") return action("check_subscription", { customer, barcode });
      if (kind === "parcel_missing_in_legacy") return action("check_files", { customer, barcode });
      return action("look_at_example", { barcode });
  }
}

function noticeOf({ evidence }: Finding): string {
  return (evidence.notices as readonly string[])[0] ?? "";
}
