import type { Barcode } from "./barcode.ts";

/** Every way in which the sides can differ; `spec`: the README's table of findings. */
export const FINDING_KINDS = [
  "missing_in_new",
  "missing_in_legacy",
  "status_mismatch",
  "final_conflict",
  "time_mismatch",
  "order_mismatch",
  "status_after_final",
  "parcel_missing_in_new",
  "parcel_missing_in_legacy",
  "unmapped_code",
  "unknown_status",
  "push_missed",
  "pull_missed",
  "duplicate_push",
  "detail_mismatch",
] as const;
export type FindingKind = (typeof FINDING_KINDS)[number];

export const FINDING_STATES = ["open", "pending", "known", "resolved"] as const;
export type FindingState = (typeof FINDING_STATES)[number];

export const SEVERITIES = ["critical", "high", "medium", "low"] as const;
export type Severity = (typeof SEVERITIES)[number];

/** Why a finding is not open yet: time has to pass, or the other side has fallen silent. */
export type PendingReason = "not_settled" | "feed_silent";

/** Whose fault a difference is. `undecided` is preferred to a guess. */
export const CAUSES = ["legacy", "new", "mapping", "timing", "agreed", "undecided"] as const;
export type Cause = (typeof CAUSES)[number];

/**
 * What a finding says, without its life. Instants are UTC epoch milliseconds;
 * what does not apply to the kind is `null`.
 */
export interface FindingFacts {
  /** Stable over runs: made from kind, barcode, subject and occurrence. */
  readonly id: string;
  readonly kind: FindingKind;
  readonly barcode: Barcode;
  readonly severity: Severity;
  readonly status: string | null;
  readonly legacyStatus: string | null;
  readonly newStatus: string | null;
  readonly code: string | null;
  readonly field: string | null;
  /** New minus legacy. */
  readonly deltaSeconds: number | null;
  readonly legacyAt: number | null;
  readonly newAt: number | null;
  /** When it opens if nothing else arrives; `null` for kinds that open at once. */
  readonly settlesAt: number | null;
  readonly evidence: Readonly<Record<string, unknown>>;
}

/** A finding as one evaluation of a parcel raises it. */
export interface RaisedFinding extends FindingFacts {
  readonly state: "open" | "pending";
  readonly pendingReason: PendingReason | null;
  /** How many episodes of each side stand under it; the tie-out adds these up. */
  readonly legacyEpisodes: number;
  readonly newEpisodes: number;
}

/** A finding with its life, as the store keeps it and `findings` lists it. */
export interface Finding extends FindingFacts {
  readonly state: FindingState;
  readonly pendingReason: PendingReason | null;
  readonly legacyEpisodes: number;
  readonly newEpisodes: number;
  /** What findings of one family share; see `reconcile/judgement/signature.ts`. */
  readonly signature: string | null;
  readonly knownDifference: string | null;
  readonly firstSeenAt: number;
  readonly resolvedAt: number | null;
  readonly reopenCount: number;
}

/** One step in a finding's life. */
export interface FindingEvent {
  readonly id: string;
  readonly barcode: Barcode;
  readonly at: number;
  readonly runId: string;
  readonly from: FindingState | null;
  readonly to: FindingState;
  readonly reason: string;
}
