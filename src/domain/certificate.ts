import type { Channel } from "./channel.ts";
import type { FileIrregularityKind } from "./file-calendar.ts";

/**
 * How sure it is that a channel's data is all there. `unproven`: nobody can
 * vouch for it, because there is nothing to hold it against. From the best on.
 */
export const CERTIFICATE_STATES = ["complete", "unproven", "incomplete"] as const;
export type CertificateState = (typeof CERTIFICATE_STATES)[number];

/** Why nobody can vouch for a channel. */
export const UNPROVEN_KINDS = [
  "never_spoke",
  "import_only",
  "no_calendar",
  "not_learnt",
  "nothing_expected",
  "no_witness",
  "witness_behind",
  "not_noted",
  "not_reached",
] as const;

/** What of a channel's data is not there, the gravest first; of scan files also `file_…`, by what is wrong with them. */
export const INCOMPLETE_KINDS = [
  "never_fetched",
  "never_asked",
  "behind",
  "fetch_failed",
  "not_fetched",
  "lost",
  "unanswered",
  "not_unpacked",
  "silent",
  "not_delivered",
  "quarantined",
  "not_pushed",
  "not_listed",
  "not_swept",
] as const;

export type ShortfallKind =
  | (typeof UNPROVEN_KINDS)[number]
  | (typeof INCOMPLETE_KINDS)[number]
  | `file_${FileIrregularityKind}`;

/** One reason why a certificate is not complete. What does not apply is `null`. */
export interface Shortfall {
  readonly kind: ShortfallKind;
  /** Feed or customer. */
  readonly subject: string | null;
  /** How many files, parcels, rows, status changes, customers or batches. */
  readonly count: number;
  /** Of how many, where a share is what matters. */
  readonly of: number | null;
  /** What is not there should have arrived from here on … */
  readonly from: number | null;
  /** … up to here (UTC epoch milliseconds, both included). */
  readonly until: number | null;
  /** A file's name, or what went wrong: data. */
  readonly detail: string | null;
}

/** What a channel was held against. */
export interface Expectation {
  /** Files of the calendar's slots, customers who are asked for, or status changes that the other channel told of. */
  readonly unit: "files" | "customers" | "status_changes";
  readonly expected: number;
  readonly received: number;
}

/**
 * How complete a channel is at the moment of a run. Instants are UTC epoch
 * milliseconds.
 */
export interface ChannelCertificate {
  readonly channel: Channel;
  readonly state: CertificateState;
  /** From when on the channel was followed; nothing is said of the time before. */
  readonly since: number | null;
  /** All that the channel had to say up to here has arrived, as far as it can be known. */
  readonly heardTo: number | null;
  /** All that happened up to here is in: {@link heardTo} less the time that the side may take. `null`: nobody knows. */
  readonly completeTo: number | null;
  readonly expectation: Expectation | null;
  readonly received: {
    readonly intakes: number;
    readonly rows: number;
    readonly duplicates: number;
    readonly quarantined: number;
  };
  /** Latest arrival. */
  readonly watermark: number | null;
  /** How long it may be quiet; `null`: its calendar says. */
  readonly quietAllowedMs: number | null;
  /** The gravest first. */
  readonly shortfalls: readonly Shortfall[];
}

/** How complete a channel is for what happened on one day. */
export interface DayCertificate {
  /** UTC date. */
  readonly day: string;
  readonly channel: Channel;
  readonly state: CertificateState;
  /** Why it is not complete, the gravest first. */
  readonly kinds: readonly ShortfallKind[];
  /** The run that judged it last. */
  readonly runId: string;
}

/** Which certificates have to be complete: none, those of all channels in use, or these. */
export type CertificateDemand = boolean | readonly Channel[];
