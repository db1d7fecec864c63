import type { Cause, FindingKind, FindingState, Severity } from "../domain/finding.ts";

/** Findings that share a signature, as `families` lists them. */
export interface FamilyReport {
  readonly signature: string;
  readonly kind: FindingKind;
  /** The worst of those that are not resolved. */
  readonly severity: Severity;
  readonly cause: Cause;
  /** The rule that decided; `null`: none, or not the same for all. */
  readonly causeRule: string | null;
  readonly sizes: Readonly<Record<FindingState, number>>;
  /** ISO 8601, UTC, so `lastSeenAt`. */
  readonly firstSeenAt: string;
  readonly lastSeenAt: string;
  /** First seen by the last run, which was not the store's first. */
  readonly isNew: boolean;
  /** How many findings were first seen on each of the last 14 days, the latest last. */
  readonly trend: readonly number[];
  readonly example: { readonly barcode: string; readonly id: string };
  /** The smallest deed that would close it; its text is in the language files. */
  readonly action: {
    readonly code: string;
    readonly values: Readonly<Record<string, string | number>>;
  };
}

/** A rule of `known-differences.yml`, with what it hides. */
export interface KnownRuleReport {
  readonly id: string;
  readonly reason: string;
  readonly owner: string;
  readonly approver: string;
  /** The first instant at which it hides nothing any more; ISO 8601, UTC. */
  readonly expiresAt: string;
  /** Findings that it hides now. */
  readonly hits: number;
  readonly maximumHits: number;
  readonly state: "in_force" | "unused" | "expired" | "exhausted";
  readonly isOverWide: boolean;
}

/** How many of the planted defects of one kind were found. */
export interface RecallReport {
  readonly kind: FindingKind;
  /** 0: no parcel lent itself to it. */
  readonly planted: number;
  readonly found: number;
  /** A parcel in whose copy one was not found. */
  readonly missedOn: string | null;
}
