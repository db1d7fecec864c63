import type { Severity } from "../../domain/finding.ts";
import type { RunVerdict } from "../../domain/verdict.ts";
import type { Dimension } from "./policy.ts";

/** Why a day counts or does not; see {@link judgeDays}. */
export const DAY_STATES = ["clean", "unclean", "pending", "not_judged", "silent", "not_settled"] as const;
export type DayState = (typeof DAY_STATES)[number];

/** Episodes that happened on a day. Known ones are neither clean nor bad, and in no rate. */
export interface EpisodeCounts {
  readonly clean: number;
  /** Under an open finding, or explained by a code that cannot be translated. */
  readonly bad: number;
  readonly pending: number;
  readonly known: number;
}

export interface GateDay extends EpisodeCounts {
  /** UTC date. */
  readonly day: string;
  readonly state: DayState;
  /** Open critical findings of the day. */
  readonly critical: number;
}

/** `over`: more bad ones than allowed were seen; `few`: too few episodes to judge it. */
export const STRATUM_STATES = ["over", "not_proven", "few", "proven"] as const;
export type StratumState = (typeof STRATUM_STATES)[number];

export interface GateStratum {
  readonly dimension: Dimension;
  /** Status, customer number, product code or channel; empty: the side gave none, or all. */
  readonly value: string;
  readonly state: StratumState;
  /** Whether it holds the gate back. */
  readonly blocks: boolean;
  /** Clean and bad ones since the start. */
  readonly episodes: number;
  readonly bad: number;
  readonly maximumRate: number;
  /** The rate is at most this: at all looks and in all strata together. */
  readonly upper: number;
  /** What a single look at this stratum alone would say; 3 / n, nearly, where none is bad. */
  readonly upperOnce: number;
  /** Episodes that are still missing, if all are clean. */
  readonly episodesNeeded: number;
  /** Days that they take at the volume of the last weeks; `null`: there is no such volume. */
  readonly daysNeeded: number | null;
}

export interface GateCode {
  readonly code: string;
  /** Episodes in which it was seen. */
  readonly seen: number;
  /** Those of them on which both sides agreed. */
  readonly met: number;
}

export interface GateFamily {
  readonly signature: string;
  readonly severity: Severity;
  readonly open: number;
  /** UTC, ISO 8601. */
  readonly firstSeenAt: string;
}

/** Why the gate stands where it stands; the texts are in the report's language files. */
export const GATE_REASONS = [
  "run_not_proven",
  "run_outdated",
  "rules_changed",
  "recall_not_shown",
  "channel_silent",
  "certificate_lacking",
  "day_not_clean",
  "critical_open",
  "new_families",
  "rate_over",
  "known_share",
  "too_few_days",
  "certificate_unproven",
  "certificate_unknown",
  "day_pending",
  "strata_not_proven",
  "codes_not_covered",
  "all_proven",
] as const;

export interface GateReason {
  readonly code: (typeof GATE_REASONS)[number];
  /** The verdict that it speaks for. */
  readonly decides: RunVerdict;
  readonly values: Readonly<Record<string, string | number>>;
}

/** What the verdict was given on: the same data give the same hash. */
export interface GateBasis {
  readonly runId: string;
  readonly runVerdict: RunVerdict;
  /** The moment that the run judged, UTC, ISO 8601; so are the watermarks. */
  readonly judgedAt: string;
  readonly watermarks: { readonly legacy: string | null; readonly new: string | null };
  /** SHA-256 of all that the evaluations counted. */
  readonly sums: string;
  /** SHA-256 of the certificates of all days. */
  readonly certificates: string;
  /** Of program, mapping tables, contract and settings. */
  readonly rules: string;
  /** SHA-256 of the policy. */
  readonly policy: string;
}

/** What the policy asks for, as far as the report tells of it. */
export interface GateDemands {
  readonly days: number;
  readonly confidence: number;
  readonly maximumRate: number;
  readonly codeCoverage: number;
  readonly leastPairs: number;
}

export interface GateJudgement {
  readonly verdict: RunVerdict;
  /** Those that decide come first. */
  readonly reasons: readonly GateReason[];
  readonly demands: GateDemands;
  /** The day from which is counted, and the how manieth start it is; `null`: nothing happened yet. */
  readonly since: string | null;
  readonly start: number;
  /** Clean days in a row, up to the last day that is settled. */
  readonly cleanDays: number;
  /** If all goes on cleanly, at the volume of the last weeks; `null`: cannot be said, or never. */
  readonly daysNeeded: number | null;
  /** The latest ones, oldest first, days without traffic left out. */
  readonly days: readonly GateDay[];
  /** Those that hold the gate back first; not all where there are many. */
  readonly strata: readonly GateStratum[];
  readonly strataTotal: number;
  readonly codes: {
    readonly inUse: number;
    readonly exercised: number;
    /** In order of use, so the others. */
    readonly never: readonly GateCode[];
    readonly tooLittle: readonly GateCode[];
    /** Codes of the mapping table that the old feed did not use at all. */
    readonly notSeen: readonly string[];
  };
  /** Episodes that known differences hide, since the start. */
  readonly known: number;
  readonly newFamilies: readonly GateFamily[];
}

/** The gate as it is printed, shown and signed. */
export interface GateReport extends GateJudgement {
  readonly basis: GateBasis;
  /** SHA-256 of all the rest, as canonical JSON: what is signed. */
  readonly hash: string;
}
