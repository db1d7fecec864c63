import type { Channel } from "../domain/channel.ts";
import type { FindingKind, PendingReason } from "../domain/finding.ts";
import type { ParcelVerdict, RowTally } from "../domain/verdict.ts";

/** A finding that the world must give. What does not apply to the kind is `null`. */
export interface TruthFinding {
  readonly kind: FindingKind;
  readonly barcode: string;
  readonly status: string | null;
  readonly legacyStatus: string | null;
  readonly newStatus: string | null;
  readonly code: string | null;
  readonly field: string | null;
  readonly state: "open" | "pending";
  /** New minus legacy; time differences only. */
  readonly deltaSeconds?: number;
  /** Pending findings only. */
  readonly pendingReason?: PendingReason;
}

/** What a world must give at its `now` (UTC, ISO 8601). */
export interface Truth {
  readonly now: string;
  readonly profile: string;
  /** By barcode: every parcel of which at least one row can be read. */
  readonly parcels: Readonly<Record<string, ParcelVerdict>>;
  readonly findings: readonly TruthFinding[];
  readonly counts: Readonly<Record<Channel, RowTally>>;
}

/** The verdict on a parcel with that finding, or with none. */
export function toVerdict(finding: TruthFinding | undefined): ParcelVerdict {
  if (!finding) return "matched";
  if (finding.state === "open") return "mismatched";
  return finding.pendingReason === "feed_silent" ? "not_proven" : "pending";
}

/** Counts that can still grow. */
export type RowCounts = Record<
  Channel,
  { seen: number; accepted: number; duplicates: number; quarantined: number }
>;

/** Counts of nothing yet. */
export function makeRowCounts(): RowCounts {
  const none = () => ({ seen: 0, accepted: 0, duplicates: 0, quarantined: 0 });
  return { "legacy-scan": none(), "legacy-api": none(), webhook: none(), "status-api": none() };
}
