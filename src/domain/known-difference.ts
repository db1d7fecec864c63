import type { FindingKind } from "./finding.ts";

/** What a finding must be for a rule to explain it; what is `null` is not looked at. Texts in a list: any of them. */
export interface KnownDifferenceScope {
  readonly kind: FindingKind;
  readonly signature: readonly string[] | null;
  readonly status: readonly string[] | null;
  readonly legacyStatus: readonly string[] | null;
  readonly newStatus: readonly string[] | null;
  readonly code: readonly string[] | null;
  readonly field: readonly string[] | null;
  readonly customerNumber: readonly string[] | null;
  readonly productCode: readonly string[] | null;
  /** When it happened: from the first instant up to the second (UTC epoch milliseconds). */
  readonly occurredFrom: number | null;
  readonly occurredUntil: number | null;
}

/** A difference that people have agreed on. It is hidden, counted and never called equal. */
export interface KnownDifference {
  readonly id: string;
  readonly scope: KnownDifferenceScope;
  readonly reason: string;
  readonly owner: string;
  /** Another person than the owner. */
  readonly approver: string;
  /** The first instant at which it hides nothing any more (UTC epoch milliseconds). */
  readonly expiresAt: number;
  /** Beyond so many findings it hides none. */
  readonly maximumHits: number;
}
