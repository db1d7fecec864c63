import type { Arrival, QuarantinedRow } from "../domain/arrival.ts";
import type { Channel } from "../domain/channel.ts";
import type { FeedProgress } from "../domain/feed-progress.ts";
import type { RowTally } from "../domain/verdict.ts";

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

/** The rows that one channel had set aside on one day. */
export interface QuarantineDay {
  readonly channel: Channel;
  /** Counted from 1 January 1970, UTC; `null`: nobody knows when they were received. */
  readonly day: number | null;
  readonly rows: number;
}

/** Records of one channel and bucket, as `inbox-record.ts` writes them. */
export interface InboxBatch {
  readonly bucket: number;
  readonly channel: Channel;
  /** UTF-8. */
  readonly records: Uint8Array;
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
  /** How many rows are set aside, by channel and by the day of their intake's first arrival. */
  quarantineDays(): Promise<readonly QuarantineDay[]>;
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
