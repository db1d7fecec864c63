import type { CertificateDemand } from "../../domain/certificate.ts";

/** By what the sides are compared apart: the day sums of `facts/sums.ts` have each of them. */
export const DIMENSIONS = ["all", "status", "customer", "product", "channel"] as const;
export type Dimension = (typeof DIMENSIONS)[number];

/** What is asked of one part of the traffic. */
export interface StratumPolicy {
  /** Bad episodes, of those that are clean or bad. */
  readonly maximumRate: number;
  /** With fewer clean ones it is not judged at all. */
  readonly leastEpisodes: number;
  /** What one that is not judged means: it holds the gate back, or it is only listed. */
  readonly few: "not_proven" | "not_exercised";
}

export interface DimensionPolicy extends StratumPolicy {
  /** By status, customer number, product code or channel. */
  readonly exceptions: Readonly<Record<string, Partial<StratumPolicy>>>;
}

/** What has to be shown before the new feed may take over; the README's *The gate* and `config/gate.yml` explain each. */
export interface GatePolicy {
  /** Clean days in a row, days without traffic left out. */
  readonly days: number;
  /** Of all claims together, however often they are looked at: for instance 0.95. */
  readonly confidence: number;
  /** Days (UTC) from which the counts began anew, in order; the last one counts, and each one costs. */
  readonly starts: readonly { readonly from: string; readonly reason: string }[];
  readonly strata: Readonly<Record<Dimension, DimensionPolicy>>;
  /** Open critical findings that may be left. */
  readonly critical: number;
  /** Families of findings that may be first seen within the clean days. */
  readonly newFamilies: number;
  readonly codes: {
    /** Of the codes in use, the share that must have been exercised. */
    readonly coverage: number;
    /** A code is exercised with so many episodes on which both sides agreed. */
    readonly leastPairs: number;
    readonly exempt: readonly string[];
  };
  /** The share of episodes that known differences may hide. */
  readonly knownShare: number;
  /** Whether the run must have planted defects, and found all of them. */
  readonly requireRecall: boolean;
  /**
   * Channels that must have spoken after the last day that counts, and whose
   * certificates of those days must be complete: all in use, none, or these.
   */
  readonly requireCertificate: CertificateDemand;
  /** A run older than this proves nothing of today. */
  readonly runAtMostHoursOld: number;
}

/** What is asked of one stratum, exceptions applied. */
export function policyOf({ strata }: GatePolicy, dimension: Dimension, value: string): StratumPolicy {
  const { exceptions, ...general } = strata[dimension];
  return Object.hasOwn(exceptions, value) ? { ...general, ...exceptions[value] } : general;
}
