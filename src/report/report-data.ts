import type { Channel } from "../domain/channel.ts";
import type { FileIrregularity, FileIrregularityKind, FileSlot } from "../domain/file-calendar.ts";
import type { Cause, FindingKind, FindingState, PendingReason, Severity } from "../domain/finding.ts";
import type { EpisodeTally, ParcelVerdict, RowTally, RunVerdict, VerdictReason } from "../domain/verdict.ts";
import type { GateReport } from "../reconcile/gate/gate-report.ts";
import type { CertificatesReport } from "./certificate-data.ts";
import type { DriftReport } from "./contract-data.ts";
import type { CutoverReport } from "./cutover-data.ts";
import type { NoiseReport, SpeedReport } from "./feeds-data.ts";
import type { FamilyReport, KnownRuleReport, RecallReport } from "./judgement-data.ts";

/**
 * The shapes that leave the program: what `--format json` prints and what the
 * report is drawn from. Described by the JSON Schemas in `config/schemas`.
 * Times are UTC, ISO 8601; what does not apply is `null`.
 */

/** A line of `import …`. Counts are rows: observations as delivered. */
export interface ImportReport extends RowTally {
  readonly channel: Channel;
  /** Artefacts read: files, deliveries, replies; known ones included. */
  readonly intakes: number;
}

/** A finding as `findings` lists it. */
export interface FindingReport {
  readonly id: string;
  readonly kind: FindingKind;
  readonly state: FindingState;
  readonly severity: Severity;
  readonly barcode: string;
  readonly status: string | null;
  readonly legacyStatus: string | null;
  readonly newStatus: string | null;
  readonly code: string | null;
  readonly field: string | null;
  /** New minus legacy. */
  readonly deltaSeconds: number | null;
  readonly legacyAt: string | null;
  readonly newAt: string | null;
  readonly cause: Cause;
  readonly causeRule: string | null;
  readonly signature: string | null;
  readonly firstSeenAt: string;
  readonly settlesAt: string | null;
  readonly pendingReason: PendingReason | null;
  readonly reopenCount: number;
  readonly knownDifference: string | null;
  readonly evidence: Readonly<Record<string, unknown>>;
}

/** A parcel as `parcels` lists it. */
export interface ParcelReport {
  readonly barcode: string;
  readonly verdict: ParcelVerdict;
  readonly legacyEpisodes: number;
  readonly newEpisodes: number;
  readonly openFindings: number;
}

/** What `reconcile` prints: the run's verdict and the sums that prove it. */
export interface ReconcileReport {
  readonly runId: string;
  readonly parcels: {
    readonly total: number;
    readonly matched: number;
    readonly known: number;
    readonly mismatched: number;
    readonly pending: number;
    readonly notProven: number;
  };
  readonly findings: Readonly<Record<FindingState, number>>;
  readonly tieOut: {
    readonly rows: RowTally;
    readonly legacy: EpisodeTally;
    readonly new: EpisodeTally;
    /** Parcels evaluated: the sum of the verdicts must equal it. */
    readonly parcels: number;
    /** The sum of all discrepancies between figures that must be equal. Not zero: a bug, and `not_proven`. */
    readonly difference: number;
  };
  readonly verdict: RunVerdict;
}

/** What came in over one channel. */
export interface ChannelReport extends RowTally {
  readonly channel: Channel;
  readonly intakes: number;
  readonly firstReceivedAt: string | null;
  /** The latest arrival: how far the channel has spoken. */
  readonly watermark: string | null;
}

/** Findings of one kind, by state. */
export interface KindReport extends Readonly<Record<FindingState, number>> {
  readonly kind: FindingKind;
  /** The worst severity among its findings that are not resolved. */
  readonly severity: Severity;
}

/** Rows set aside for one fault in one file or delivery. */
export interface QuarantineReport {
  readonly channel: Channel;
  readonly name: string;
  readonly code: string;
  readonly rows: number;
  /** Of the first of them, as is the message. */
  readonly line: number;
  readonly message: string;
}

/** Open findings about one code of the carrier, one for each parcel. */
export interface CodeReport {
  readonly kind: "unmapped_code" | "unknown_status";
  readonly code: string;
  readonly findings: number;
}

/** The scan files of a feed against its calendar. */
export interface FeedFilesReport {
  /** As in the settings. */
  readonly feed: string;
  readonly calendar: "given" | "learnt" | "none";
  /** What follows speaks of the time since then. */
  readonly since: string;
  /** Files by remote name, ever. */
  readonly files: number;
  readonly lastReceivedAt: string | null;
  /** Files that were expected, by what became of them. */
  readonly slots: Readonly<Record<FileSlot["state"], number>>;
  /** Customers of whom too little is known to expect anything. */
  readonly unlearnt: number;
}

/** One thing that is wrong with a feed's files; see {@link FileIrregularity}. */
export interface FileIrregularityReport extends Omit<FileIrregularity, "kind" | "at" | "expectedAt"> {
  readonly feed: string;
  readonly irregularity: FileIrregularityKind;
  readonly at: string;
  readonly expectedAt: string | null;
}

/** The scan files of every feed that was fetched. */
export interface FilesReport {
  readonly feeds: readonly FeedFilesReport[];
  /** The worst kinds first; not all where there are many. */
  readonly irregularities: readonly FileIrregularityReport[];
  readonly irregularitiesTotal: number;
}

/** Everything a report shows, gathered from the store. Rendering adds nothing and drops nothing silently. */
export interface ReportData {
  /** The clock of the run. */
  readonly generatedAt: string;
  readonly program: string;
  readonly settings: {
    readonly toleranceSeconds: number;
    readonly maxWaitHours: number;
    readonly settleNewHours: number;
    readonly settleLegacyHours: number;
    readonly mappingFingerprint: string;
    /** Whether the new services' contract and statuses are still the reconstruction. */
    readonly provisional: boolean;
  };
  readonly reasons: readonly VerdictReason[];
  readonly summary: ReconcileReport;
  readonly channels: readonly ChannelReport[];
  /** How complete the channels in use are; absent where none is. */
  readonly certificates?: CertificatesReport;
  /** Absent where no scan files were ever fetched. */
  readonly files?: FilesReport;
  readonly kinds: readonly KindReport[];
  /** The codes with most open findings, most first; not all where there are many. */
  readonly codes?: readonly CodeReport[];
  /** Open findings per day (UTC date of occurrence, or of first sight where there is none) and severity, days without any included. */
  readonly days: readonly ({ readonly day: string } & Readonly<Record<Severity, number>>)[];
  /** Open findings per status (the legacy one of a pair), most first; with 0 for a status that only lends its name. */
  readonly statuses: readonly {
    readonly status: string;
    readonly nameNl: string;
    readonly nameEn: string;
    readonly open: number;
  }[];
  /** The worst first; at most as many as fit a page. The CSV and JSON files hold all. */
  readonly findings: readonly FindingReport[];
  readonly findingsTotal: number;
  /**
   * All that is pending, by reason, with the span in which it comes due.
   * Absent: the report can only speak of the pending ones that `findings` lists.
   */
  readonly pending?: readonly {
    readonly reason: PendingReason;
    readonly findings: number;
    readonly firstSettlesAt: string;
    readonly lastSettlesAt: string;
  }[];
  readonly quarantine: readonly QuarantineReport[];
  /** In rows. */
  readonly quarantineTotal: number;
  /** Scan rows that came again with a column changed. */
  readonly corrections: readonly {
    readonly barcode: string;
    readonly code: string;
    readonly at: string;
    readonly intakes: number;
  }[];
  /** How many there are in all; absent: `corrections` holds all. */
  readonly correctionsTotal?: number;
  /** What is different in the new services' payloads from what was usual; absent: nothing. */
  readonly drift?: readonly DriftReport[];
  /** Absent: there is no gate policy. */
  readonly gate?: GateReport;
  /** Absent as long as nothing was evaluated. */
  readonly speed?: SpeedReport;
  /** Absent where no settled event could be told by both old channels. */
  readonly noise?: NoiseReport;
  /** Absent where the calendar of the migration has no dates. */
  readonly cutover?: CutoverReport;
  /** Findings gathered by what they share, the worst and largest first; not all where there are many. */
  readonly families?: readonly FamilyReport[];
  /** How many there are in all; absent: `families` holds all. */
  readonly familiesTotal?: number;
  /** The rules of `known-differences.yml`; absent: there are none. */
  readonly knownRules?: readonly KnownRuleReport[];
  /** By kind: planted defects, and how many were found. */
  readonly recall?: readonly RecallReport[];
}

/** The three outputs of `report`, by file name. */
export interface RenderedReport {
  readonly output: string;
  /** By the run verdict: 0, 1 or 3. */
  readonly exitCode: number;
}
