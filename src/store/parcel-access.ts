import type { Barcode } from "../domain/barcode.ts";
import type { Channel } from "../domain/channel.ts";
import type { Finding } from "../domain/finding.ts";
import type { KeptObservation } from "../domain/merge-observation.ts";
import type { ParcelVerdict } from "../domain/verdict.ts";
import type { InboxBatch } from "./intake-access.ts";

/** A batch that waits to be settled. */
export interface InboxRow extends InboxBatch {
  /** Grows with time. */
  readonly seq: number;
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
  /** What the last evaluation of parcels left for the statistics; those that had none are left out. */
  facts(bucket: number, barcodes: readonly Barcode[]): Promise<readonly string[]>;
  findDossier(barcode: Barcode): Promise<ParcelDossier | undefined>;
  /** Evaluated parcels with corrected scans, in order of bucket, then barcode; and how many corrections there are in all. */
  listCorrected(
    limit: number,
  ): Promise<{ readonly barcodes: readonly Barcode[]; readonly corrections: number }>;
  /** Parcels that have been evaluated, page by page, in order of bucket, then barcode. */
  list(filter: { readonly verdict?: ParcelVerdict | undefined }): AsyncIterable<readonly ParcelRow[]>;
}
