import type { Arrival, QuarantinedRow } from "../domain/arrival.ts";
import type { Barcode } from "../domain/barcode.ts";
import type { Channel, Side } from "../domain/channel.ts";
import type { FeedProgress } from "../domain/feed-progress.ts";
import type { Finding, FindingEvent, FindingKind, FindingState } from "../domain/finding.ts";
import type { KeptObservation } from "../domain/merge-observation.ts";
import type { Observation } from "../domain/observation.ts";
import type { StoreTotals } from "../domain/store-totals.ts";
import type { EpisodeTally, ParcelVerdict, RowTally, RunVerdict } from "../domain/verdict.ts";

/**
 * What every store can do. `test/contract/behaves-like-store.ts` is the suite
 * that each one passes.
 *
 * The bucket of the parcel (or of the hash, or of the event id) leads every
 * key. All instants are UTC epoch milliseconds.
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

  close(): Promise<void>;
}

/** The writing side; only inside {@link Store.transaction}. */
export interface StoreTransaction {
  readonly intakes: IntakeWriter;
  readonly evaluations: EvaluationWriter;
}

/** An intake to keep. */
export interface NewIntake {
  readonly hash: string;
  /** Its first arrival, as far as we know. */
  readonly arrival: Arrival;
  readonly sizeBytes: number;
  /** Rows in it, as far as they are known yet; see {@link IntakeWriter.saveRowCount}. */
  readonly rows: number;
  /** The content; one buffer, or chunks in order. */
  readonly content: Uint8Array | AsyncIterable<Uint8Array>;
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

/** What holds a webhook's event id. */
export interface EventHolder {
  /** Of the event's observation; made from the event id alone. */
  readonly identity: string;
  /** The intake that counts. */
  readonly hash: string;
  readonly receivedAt: number;
  readonly barcode: Barcode;
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

export interface IntakeWriter {
  /**
   * Keeps those that are new, with their raw content and first arrival.
   *
   * @param intakes each hash once
   * @returns those that were known; nothing of them is kept
   */
  saveIntakes(intakes: readonly NewIntake[]): Promise<ReadonlyMap<string, KnownIntake>>;
  /** Notes how many rows an intake turned out to have. */
  saveRowCount(hash: string, rows: number): Promise<void>;
  /** Records further arrivals of known intakes; the very same one again changes nothing. */
  saveArrivals(arrivals: readonly (Arrival & { readonly hash: string })[]): Promise<void>;

  /**
   * Gives free event ids to their holders.
   *
   * @param holders each identity once
   * @returns by identity: who holds those that were not free
   */
  saveEvents(holders: readonly EventHolder[]): Promise<ReadonlyMap<string, EventHolder>>;
  /** Gives event ids to new holders. */
  replaceEvents(holders: readonly EventHolder[]): Promise<void>;

  /**
   * Keeps observations; one that is there already is merged
   * (`mergeObservation`). Marks the touched parcels dirty.
   *
   * @returns how many were new
   */
  saveObservations(observations: readonly KeptObservation[]): Promise<number>;
  /** Takes one observation back, because an earlier delivery holds its event id. Marks its parcel dirty. */
  removeObservation(barcode: Barcode, channel: Channel, identity: string): Promise<void>;
  /** Notes that a status API reply received at `receivedAt` lists these parcels; the newest counts. Marks them dirty. */
  saveListings(barcodes: readonly Barcode[], receivedAt: number): Promise<void>;

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

/** What one batch adds to a channel's books. */
export interface ChannelProgress {
  readonly channel: Channel;
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
  /** Every arrival of an intake, in order of receipt. */
  arrivals(hash: string): Promise<readonly Arrival[]>;
  /** The raw content of an intake; `undefined` when it is not kept. */
  raw(hash: string): Promise<Uint8Array | undefined>;
}

/** A parcel with what was found before: all that an evaluation needs. */
export interface ParcelDossier {
  readonly barcode: Barcode;
  readonly observations: readonly Observation[];
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
  /** The buckets that hold parcels. */
  buckets(): Promise<readonly number[]>;
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

/** One reconcile, as it ended. */
export interface RunRecord {
  readonly runId: string;
  readonly now: number;
  /** Of the tables and settings that it judged by. */
  readonly fingerprint: string;
  /** Of the delivery windows that it knew. */
  readonly deliveriesFingerprint: string;
  readonly evaluated: number;
  readonly verdict: RunVerdict;
}

export interface RunReader {
  last(): Promise<RunRecord | undefined>;
  /** Whether data came in that no run has judged yet. */
  hasNews(): Promise<boolean>;
  totals(): Promise<StoreTotals>;
}
