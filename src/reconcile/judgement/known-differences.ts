import { hash } from "node:crypto";
import type { FindingFacts } from "../../domain/finding.ts";
import type { KnownDifference, KnownDifferenceScope } from "../../domain/known-difference.ts";
import { legacyCodeOf, toSignature } from "./signature.ts";

/** Of whom a parcel is. */
export interface ParcelOwner {
  readonly customer: string | null;
  readonly product: string | null;
}

/** The rules that hide something at a moment. */
export interface ActiveKnownDifferences {
  /** The rule that explains a finding: the first in the file's order. */
  readonly findRule: (finding: FindingFacts, owner: ParcelOwner) => KnownDifference | undefined;
  /** Changes with everything that could change an outcome; `null`: no rule is in force. */
  readonly fingerprint: string | null;
}

/**
 * Picks the rules that are in force.
 *
 * @param now UTC epoch milliseconds
 * @param exhausted ids as {@link toExhaustedId} makes them, of rules that had more hits than they may have
 */
export function activate(
  rules: readonly KnownDifference[],
  now: number,
  exhausted: ReadonlySet<string>,
): ActiveKnownDifferences {
  const active = rules.filter((rule) => now < rule.expiresAt && !exhausted.has(toExhaustedId(rule)));
  const byKind = Map.groupBy(active, ({ scope }) => scope.kind);
  return {
    findRule: (finding, owner) =>
      byKind.get(finding.kind)?.find(({ scope }) => isInScope(finding, owner, scope)),
    fingerprint: active.length === 0 ? null : digest(active.map(({ id, scope }) => [id, scope])),
  };
}

/** Names a rule as it stands: a rule that was changed is given another chance. */
export function toExhaustedId(rule: KnownDifference): string {
  return `${rule.id} ${digest(rule)}`;
}

function digest(value: unknown): string {
  return hash("sha256", JSON.stringify(value), "hex").slice(0, 16);
}

function isInScope(finding: FindingFacts, owner: ParcelOwner, scope: KnownDifferenceScope): boolean {
  const at = finding.legacyAt ?? finding.newAt;
  return (
    allows(scope.signature, toSignature(finding)) &&
    allows(scope.status, finding.status) &&
    allows(scope.legacyStatus, finding.legacyStatus) &&
    allows(scope.newStatus, finding.newStatus) &&
    allows(scope.code, legacyCodeOf(finding)) &&
    allows(scope.field, finding.field) &&
    allows(scope.customerNumber, owner.customer) &&
    allows(scope.productCode, owner.product) &&
    (scope.occurredFrom === null || (at !== null && at >= scope.occurredFrom)) &&
    (scope.occurredUntil === null || (at !== null && at < scope.occurredUntil))
  );
}

function allows(wanted: readonly string[] | null, text: string | null): boolean {
  return wanted === null || (text !== null && wanted.includes(text));
}

/** What became of a rule, for the report. */
export interface KnownDifferenceUse {
  readonly rule: KnownDifference;
  /** Findings that it hides now; of one that is exhausted, those that it would hide. */
  readonly hits: number;
  readonly state: "in_force" | "unused" | "expired" | "exhausted";
  /** It hides a larger share of the compared episodes than one agreement should. */
  readonly isOverWide: boolean;
}

/** One agreement should not hide more than this share of all that was compared. */
const WIDEST_SHARE = 0.05;

/**
 * Says what became of each rule.
 *
 * @param hits by rule's id
 * @param compared episodes or findings that the share is of
 */
export function reviewRules(
  rules: readonly KnownDifference[],
  hits: ReadonlyMap<string, number>,
  exhausted: ReadonlySet<string>,
  compared: number,
  now: number,
): KnownDifferenceUse[] {
  return rules.map((rule) => {
    const count = hits.get(rule.id) ?? 0;
    const isExhausted = exhausted.has(toExhaustedId(rule));
    return {
      rule,
      hits: count,
      state:
        now >= rule.expiresAt ? "expired" : isExhausted ? "exhausted" : count === 0 ? "unused" : "in_force",
      isOverWide: compared > 0 && count / compared > WIDEST_SHARE,
    };
  });
}
