import type { Arrival, QuarantinedRow } from "../domain/arrival.ts";
import type { Barcode } from "../domain/barcode.ts";
import type { Channel, Side } from "../domain/channel.ts";
import type { FeedProgress } from "../domain/feed-progress.ts";
import type { Finding, FindingEvent, FindingKind, FindingState } from "../domain/finding.ts";
import type { KeptObservation } from "../domain/merge-observation.ts";
import type { StoreTotals } from "../domain/store-totals.ts";
import type { EpisodeTally, ParcelVerdict, RowTally, RunVerdict } from "../domain/verdict.ts";
import type { TableReader, TableWriter } from "./table-access.ts";

/**
 * What every store can do. `test/contract/behaves-like-store.ts` is the suite
 * that each one passes.
 *
 * What comes in is first appended to the *inbox*, then settled into the
 * parcels' *dossiers*, then evaluated. The bucket of the parcel (or of the
 * hash, or of the event) leads every key. All instants are UTC epoch
 * milliseconds.
 */
export interface Store {
  /**
   * Runs `work` in one transaction: all of it is kept, durably, or nothing.
   * Transactions do not nest.
   */
  transaction<T>(work: (tx: StoreTransaction) => Promise<T>): Promise<T>;

  readonly feeds: FeedReader;
  readonly parcels: ParcelReader;
  readonly findings: FindingReader;
  readonly runs: RunReader;
  readonly tables: TableReader;
  readonly jobs: JobReader;
  readonly claims: Claims;

  close(): Promise<void>;
}

/** How every store is opened. */
export interface OpenOptions {
  /** Whether a store that does not exist is made; by default it is. */
  readonly mayMake?: boolean;
  /** Whether it may be a copy that has not ended; by default it may not. */
  readonly mayBePartial?: boolean;
}

/** The writing side; only inside {@link Store.transaction}. */
export interface StoreTransaction {
  readonly intakes: IntakeWriter;
  readonly dossiers: DossierWriter;
  readonly evaluations: EvaluationWriter;
  readonly tables: TableWriter;
  /** Reads what this transaction has written, too. */
  readonly parcels: ParcelReader;
  readonly runs: RunReader;
  readonly jobs: JobWriter;
  /**
   * Makes sure that a claim still holds, and that nobody takes it before this
   * transaction ends.
   *
   * @throws ClaimLost when another has taken it since
   */
  assertClaim(claim: Claim): Promise<void>;
}

/** An intake to keep. */
export interface NewIntake {
  readonly hash: string;
  /** Its first arrival, as far as we know. */
  readonly arrival: Arrival;
  /** Rows in it, as far as they are known yet; see {@link IntakeWriter.saveRowCount}. */
  readonly rows: number;
  /** Where its content lies: its own hash, or the pack that holds it. */
  readonly rawKey: string;
}

/** A piece of raw content: of a file, kept under the file's hash, or of a pack of many payloads. */
export interface RawPart {
  readonly key: string;
  /** 0, 1, 2 … under one key. */
  readonly part: number;
  /** A zstd frame. */
  readonly bytes: Uint8Array;
}

/** An intake that is kept already. */
export interface KnownIntake {
  readonly hash: string;
  /** Rows seen in it when it first came. */
  readonly rows: number;
  /** Its earliest arrival; `null` when none could be dated. */
  readonly firstReceivedAt: number | null;
  /** How many of its rows are set aside. */
  readonly quarantined: number;
}

/** A row set aside, with the intake that it came in. */
export interface QuarantinedIn extends QuarantinedRow {
  readonly hash: string;
  readonly channel: Channel;
  /** The intake's name; when saving, `null` stands for that of its first arrival. */
  readonly name: string | null;
}

/** The rows that one intake name had set aside for one reason. */
export interface QuarantineGroup {
  readonly channel: Channel;
  readonly name: string;
  readonly code: string;
  readonly rows: number;
  /** Of the first of them by line, as is the message. */
  readonly line: number;
  readonly message: string;
}

/** Records of one channel and bucket, as {@link encodeRecord} writes them. */
export interface InboxBatch {
  readonly bucket: number;
  readonly channel: Channel;
  /** UTF-8. */
  readonly records: Uint8Array;
}

/** A batch that waits to be settled. */
export interface InboxRow extends InboxBatch {
  /** Grows with time. */
  readonly seq: number;
}

/** The keys of one bucket's events; see `event-keys.ts`. */
export interface EventKeys {
  readonly bucket: number;
  /** Ascending. */
  readonly keys: Float64Array;
}

export interface IntakeWriter {
  /** Keeps raw content; a part that is there already stays as it is. */
  saveRaw(parts: readonly RawPart[]): Promise<void>;
  /**
   * Keeps those that are new, with their first arrival.
   *
   * @param intakes each hash once
   * @returns those that were known; nothing of them is kept
   */
  saveIntakes(intakes: readonly NewIntake[]): Promise<ReadonlyMap<string, KnownIntake>>;
  /** Notes how many rows an intake turned out to have. */
  saveRowCount(hash: string, rows: number): Promise<void>;
  /** Records further arrivals of known intakes; the very same one again changes nothing. */
  saveArrivals(arrivals: readonly (Arrival & { readonly hash: string })[]): Promise<void>;

  /** Appends records to the inbox. */
  saveRecords(batches: readonly InboxBatch[]): Promise<void>;
  /**
   * Keeps the keys of events. Nobody else does so before this transaction ends.
   *
   * @param keys each bucket once
   * @returns the keys of those buckets that were there before
   */
  saveEventKeys(keys: readonly EventKeys[]): Promise<readonly EventKeys[]>;

  saveQuarantined(rows: readonly QuarantinedIn[]): Promise<void>;
  /**
   * Takes back that rows of an intake were set aside.
   *
   * @param code only those set aside for this reason; `null`: all
   * @returns how many there were
   */
  releaseQuarantined(hash: string, code: string | null): Promise<number>;
  /** Adds to the tally of a channel and moves its watermark and its customers' delivery windows on. */
  saveProgress(progress: ChannelProgress): Promise<void>;
}

/** What one channel said of a parcel. */
export interface ChannelDossier {
  readonly bucket: number;
  readonly channel: Channel;
  readonly barcode: Barcode;
  /** Status API: when the newest reply that lists the parcel was received. */
  readonly listedAt: number | null;
  /** As {@link encodeObservation} writes them, joined by commas. */
  readonly observations: string;
}

export interface DossierWriter {
  /** Puts dossiers in the place of those that are there, and marks their parcels dirty. */
  saveDossiers(dossiers: readonly ChannelDossier[]): Promise<void>;
  /** Removes inbox rows that have been settled. */
  clearInbox(rows: readonly Pick<InboxRow, "bucket" | "seq">[]): Promise<void>;
}

/** What one batch adds to a channel's books. */
export interface ChannelProgress {
  readonly channel: Channel;
  /** Whose books are written: many may write at once. The sum counts. */
  readonly bucket: number;
  readonly intakes: number;
  readonly rows: RowTally;
  /** Of arrivals that prove the channel alive; `null`: none in this batch. */
  readonly firstReceivedAt: number | null;
  readonly lastReceivedAt: number | null;
  /** Webhook: by customer number, when its deliveries of this batch were received. */
  readonly deliveries: ReadonlyMap<string, { readonly firstAt: number; readonly lastAt: number }>;
}

/** A channel's books. */
export interface ChannelBooks extends RowTally {
  readonly channel: Channel;
  readonly intakes: number;
  readonly firstReceivedAt: number | null;
  /** The latest arrival. */
  readonly watermark: number | null;
}

export interface FeedReader {
  /** Every channel, also those that never spoke. */
  books(): Promise<readonly ChannelBooks[]>;
  progress(): Promise<FeedProgress>;
  quarantined(limit: number): Promise<readonly (QuarantinedIn & { readonly name: string })[]>;
  /** The rows set aside, together by channel, name and code, and in that order. */
  quarantineGroups(limit: number): Promise<readonly QuarantineGroup[]>;
  /** Every recorded arrival of an intake, in order of receipt; the first of a packed delivery stands in its observation. */
  arrivals(hash: string): Promise<readonly Arrival[]>;
  /**
   * The raw content of an intake; `undefined` when it is not kept.
   *
   * @param rawKey the pack that holds it, where an observation says so
   */
  raw(hash: string, rawKey?: string | null): Promise<Uint8Array | undefined>;
}

/** A parcel with what was found before: all that an evaluation needs. */
export interface ParcelDossier {
  readonly barcode: Barcode;
  readonly observations: readonly KeptObservation[];
  readonly listedAt: number | null;
  /** In any order; resolved ones included. */
  readonly findings: readonly Finding[];
}

/** Which parcels of a bucket an evaluation is about. */
export type Selection =
  | { readonly kind: "all" }
  /** Dirty ones, those whose pending finding came due by `now`, and, when deliveries have moved on, those that await them. */
  | { readonly kind: "touched"; readonly now: number; readonly deliveriesMoved: boolean };

/** A parcel as the lists show it. */
export interface ParcelRow {
  readonly barcode: Barcode;
  readonly verdict: ParcelVerdict;
  readonly legacyEpisodes: number;
  readonly newEpisodes: number;
  readonly openFindings: number;
}

export interface ParcelReader {
  /** The buckets that hold dossiers. */
  buckets(): Promise<readonly number[]>;
  /** The buckets whose inbox holds records. */
  inboxBuckets(): Promise<readonly number[]>;
  /** What waits in the inbox of a bucket, oldest first. */
  inbox(bucket: number): Promise<readonly InboxRow[]>;
  /** What a channel said of parcels; those of which it said nothing are left out. `null`: of all that the bucket holds. */
  channelDossiers(
    bucket: number,
    channel: Channel,
    barcodes: readonly Barcode[] | null,
  ): Promise<readonly ChannelDossier[]>;
  /** How many parcels wait for an evaluation, dirty or not; counted no further than `limit`. */
  countParcels(selection: Selection, limit: number): Promise<number>;
  /** The chosen parcels of one bucket, in order of barcode. */
  dossiers(bucket: number, selection: Selection): Promise<readonly ParcelDossier[]>;
  findDossier(barcode: Barcode): Promise<ParcelDossier | undefined>;
  /** Evaluated parcels with corrected scans, in order of bucket, then barcode; and how many corrections there are in all. */
  listCorrected(
    limit: number,
  ): Promise<{ readonly barcodes: readonly Barcode[]; readonly corrections: number }>;
  /** Parcels that have been evaluated, page by page, in order of bucket, then barcode. */
  list(filter: { readonly verdict?: ParcelVerdict | undefined }): AsyncIterable<readonly ParcelRow[]>;
}

/** What an evaluation leaves on a parcel. */
export interface ParcelOutcome {
  readonly barcode: Barcode;
  readonly verdict: ParcelVerdict;
  readonly tally: Readonly<Record<Side, EpisodeTally>>;
  readonly observations: number;
  readonly openFindings: number;
  readonly dueAt: number | null;
  readonly awaitsDeliveries: boolean;
  /** Scans that came again with a column changed. */
  readonly corrections: number;
  readonly changed: readonly Finding[];
  readonly events: readonly FindingEvent[];
}

export interface EvaluationWriter {
  /** Keeps the outcome of one bucket's parcels and marks them clean. */
  saveOutcomes(bucket: number, outcomes: readonly ParcelOutcome[]): Promise<void>;
  /** Begins a run. One that was left open is given up. */
  openRun(run: RunPlan): Promise<void>;
  /** Notes that a run is through with a group of buckets. */
  closeGroup(runId: string, group: number, evaluated: number): Promise<void>;
  /** Ends a run. */
  saveRun(run: RunRecord): Promise<void>;
}

export interface FindingFilter {
  readonly states?: readonly FindingState[] | undefined;
  readonly kinds?: readonly FindingKind[] | undefined;
  readonly barcode?: Barcode | undefined;
}

export interface FindingReader {
  /** Page by page, in order of bucket, barcode, kind, then id. */
  list(filter: FindingFilter): AsyncIterable<readonly Finding[]>;
  /** The life of a parcel's findings, oldest first. */
  history(barcode: Barcode): Promise<readonly FindingEvent[]>;
  /** How many there are of each kind, state and severity. */
  counts(): Promise<readonly FindingCount[]>;
}

export interface FindingCount {
  readonly kind: FindingKind;
  readonly state: FindingState;
  readonly severity: Finding["severity"];
  readonly count: number;
}

/** What all who work on one run go by. */
export interface RunPlan {
  readonly runId: string;
  /** The job run that it is part of, such as `nightly 2026-03-20`; `null`: somebody asked for it. */
  readonly job: string | null;
  readonly now: number;
  /** Of the tables and settings that it judges by. */
  readonly fingerprint: string;
  /** Of the delivery windows that it knows. */
  readonly deliveriesFingerprint: string;
  /** What is evaluated. */
  readonly selection: Selection;
  readonly rulesChanged: boolean;
  /** How far the feeds had spoken when it began. */
  readonly progress: FeedProgress;
}

/** A run that has begun and not ended. */
export interface OpenRun extends RunPlan {
  /** The groups that it is through with. */
  readonly closedGroups: ReadonlySet<number>;
  /** Parcels evaluated in those. */
  readonly evaluated: number;
}

/** One reconcile, as it ended. */
export interface RunRecord {
  readonly runId: string;
  readonly now: number;
  readonly fingerprint: string;
  readonly deliveriesFingerprint: string;
  readonly evaluated: number;
  readonly verdict: RunVerdict;
}

export interface RunReader {
  /** The last one that ended. */
  last(): Promise<RunRecord | undefined>;
  /** The one that has begun and not ended. */
  open(): Promise<OpenRun | undefined>;
  /** Whether data came in that no run has judged yet. */
  hasNews(): Promise<boolean>;
  /** All sums as they were at one moment, whatever others commit meanwhile. */
  totals(): Promise<StoreTotals>;
}

/** The run of a job for one business date. */
export interface JobRun {
  readonly job: string;
  /** ISO 8601, such as `2026-03-20`. */
  readonly businessDate: string;
  /** `given_up`: it had not ended when that of a later date began. */
  readonly state: "running" | "ended" | "given_up";
  /** Who began it, or took it over last; for people only. */
  readonly owner: string;
  /** Of the claim under which that was. */
  readonly token: number;
  /** When it was first begun. */
  readonly startedAt: number;
  readonly endedAt: number | null;
  /** What it came to, in a word; `null` until it has ended. */
  readonly outcome: string | null;
}

export interface JobReader {
  /** The run of a job's latest business date. */
  latest(job: string): Promise<JobRun | undefined>;
}

/** Only under the job's claim; see {@link StoreTransaction.assertClaim}. */
export interface JobWriter {
  /**
   * Begins a job's run, or takes over one that was begun and has not ended.
   * Runs of earlier dates that have not ended are given up.
   *
   * @returns the run; `undefined` when it has ended, or that of a later date
   *   has begun: nothing is changed then
   */
  begin(
    start: Pick<JobRun, "job" | "businessDate" | "owner" | "token" | "startedAt">,
  ): Promise<JobRun | undefined>;
  /**
   * Ends a job's run.
   *
   * @throws ClaimLost when it is not running, or was taken over since
   */
  end(
    end: Pick<JobRun, "job" | "businessDate" | "token"> & {
      readonly endedAt: number;
      readonly outcome: string;
    },
  ): Promise<void>;
}

/**
 * The right to settle and evaluate something, for a while: of many threads,
 * processes and machines one at a time has it. Who has lost it is told at the
 * next {@link StoreTransaction.assertClaim}, and so cannot write.
 */
export interface Claim {
  /** What is claimed: `group 17`. */
  readonly subject: string;
  /** Grows each time the subject is claimed. */
  readonly token: number;
}

/** Not for use within a transaction: there they could wait for its end. */
export interface Claims {
  /**
   * Claims a subject that is free, or whose claim has run out. Time is the store's.
   *
   * @returns `undefined` while another holds it
   */
  take(subject: string, owner: string, leaseMs: number): Promise<Claim | undefined>;
  /** Holds a claim for another while; `false` when it is lost. */
  renew(claim: Claim, leaseMs: number): Promise<boolean>;
  /** Gives a claim back; one that is lost already stays where it is. */
  release(claim: Claim): Promise<void>;
}

/** Another has taken a claim over, because it had run out. Nothing was written. */
export class ClaimLost extends Error {
  override readonly name = "ClaimLost";
}
