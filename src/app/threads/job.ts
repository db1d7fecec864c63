import type { Haul } from "../../intake/haul.ts";
import type { RowsByChannel } from "../../intake/intake-tally.ts";
import type { PayloadChannel } from "../../sources/exported-line.ts";
import type { JsonBlock } from "../../sources/read-json-lines.ts";
import type { SpoolBatch } from "../../store/spool-access.ts";

/** Work that any thread can do. It passes between threads, and so do its results. */
export type Job =
  /** Reads exported payloads. Gives one {@link Haul}. */
  | {
      readonly kind: "haul-lines";
      readonly channel: PayloadChannel;
      readonly file: string;
      readonly block: JsonBlock;
      /** Of the block; it leaves this thread with the job. */
      readonly bytes: number;
    }
  /** Reads a scan file. Gives {@link Haul}s. */
  | {
      readonly kind: "haul-file";
      /** Of the file among those that are imported. */
      readonly index: number;
      readonly path: string;
      readonly name: string;
      readonly layout: string;
      readonly receivedAt: number | undefined;
    }
  /** Appends batches to the spool, all of them durably or none. Gives nothing. */
  | { readonly kind: "spool"; readonly batches: readonly SpoolBatch[] }
  /** Writes the store's log back, if that is worth while. Gives nothing. */
  | { readonly kind: "checkpoint" }
  /** Unpacks the spool, together with the other threads. Gives {@link RowsByChannel}. */
  | { readonly kind: "unpack" }
  /** Settles the inbox, together with the other threads. Gives {@link RowsByChannel}. */
  | { readonly kind: "settle" }
  /** Evaluates the open run, together with the other threads. Gives one sign of life a group, and says which claims were lost. */
  | { readonly kind: "evaluate" };

export type HaulJob = Extract<Job, { readonly kind: "haul-lines" | "haul-file" }>;

/** What a job gives, piece by piece. */
export type Piece = Haul | RowsByChannel | GroupNews;

/** Of a group of buckets: this thread is through with it, or another has taken it over. */
export type GroupNews = "group" | { readonly lost: string };
