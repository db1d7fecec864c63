import type { FindingKind, Severity } from "../domain/finding.ts";

const BY_KIND: Readonly<Record<FindingKind, Severity>> = {
  final_conflict: "critical",
  parcel_missing_in_new: "critical",
  parcel_missing_in_legacy: "critical",
  status_mismatch: "high",
  unknown_status: "high",
  missing_in_new: "high",
  missing_in_legacy: "high",
  status_after_final: "high",
  unmapped_code: "medium",
  time_mismatch: "medium",
  order_mismatch: "medium",
  push_missed: "medium",
  pull_missed: "medium",
  detail_mismatch: "low",
  duplicate_push: "low",
};

/**
 * How much a difference hurts the receiver's side. A missing final status is
 * critical: the customer never hears that the parcel arrived.
 *
 * @param overrides by `kind/status` or `kind`; the narrower one wins
 */
export function severityOf(
  kind: FindingKind,
  status: string | null,
  isFinal: boolean,
  overrides: Readonly<Record<string, Severity>>,
): Severity {
  const overridden = overrides[`${kind}/${status ?? ""}`] ?? overrides[kind];
  if (overridden !== undefined) return overridden;
  const isMissing = kind === "missing_in_new" || kind === "missing_in_legacy";
  return isMissing && isFinal ? "critical" : BY_KIND[kind];
}
