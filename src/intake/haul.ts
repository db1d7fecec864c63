import type { Arrival, QuarantinedRow } from "../domain/arrival.ts";
import type { Barcode } from "../domain/barcode.ts";
import { BUCKETS, bucketOf } from "../domain/barcode.ts";
import type { Channel } from "../domain/channel.ts";
import { toEventKey } from "../store/event-keys.ts";
import { toRecordLine } from "../store/inbox-record.ts";
import type { ChannelProgress, RawPart } from "../store/store.ts";

/**
 * What was read of a stretch of one channel's intakes, ready to be kept:
 * encoded, sorted by bucket, and free of anything that cannot pass from one
 * thread to another.
 */
export interface Haul {
  readonly channel: Channel;
  readonly raw: readonly RawPart[];
  /** Those that are kept each by itself: files, replies, and deliveries of which a row was set aside. */
  readonly intakes: readonly HauledIntake[];
  /** Inbox records of all buckets, one bucket behind the other. UTF-8. */
  readonly records: Uint8Array;
  /** Where each bucket's records begin; one more than there are buckets. */
  readonly offsets: Uint32Array;
  /** Webhook: a key for each observation, in no order, with its event's bucket. */
  readonly eventKeys: Float64Array;
  readonly eventBuckets: Uint16Array;
  /** How many intakes arrived, and when; see {@link ChannelProgress}. */
  readonly arrived: Arrived;
  readonly deliveries: ChannelProgress["deliveries"];
  /** How many rows were read. */
  readonly rows: number;
  /** Whether no intake goes on in the next haul. */
  readonly isLast: boolean;
}

export interface Arrived {
  readonly intakes: number;
  readonly firstReceivedAt: number | null;
  readonly lastReceivedAt: number | null;
}

/** An intake that is kept by itself; of a long file each haul holds a stretch. */
export interface HauledIntake {
  readonly hash: string;
  readonly arrival: Arrival;
  readonly rawKey: string;
  /** Rows read of it in this haul, those set aside included. */
  readonly rows: number;
  readonly quarantined: readonly QuarantinedRow[];
}

const NO_KEYS = new Float64Array(0);
const NO_BUCKETS = new Uint16Array(0);

/** Collects records by bucket, and the keys of their events. */
export class RecordSorter {
  readonly #texts: string[] = new Array<string>(BUCKETS).fill("");
  readonly #keys: number[] = [];
  readonly #buckets: number[] = [];
  /** Characters so far: about as many as bytes. */
  size = 0;

  /** Adds a record; see `inbox-record.ts`. */
  add(barcode: Barcode, entry: string): void {
    const bucket = bucketOf(barcode);
    const line = toRecordLine(barcode, entry);
    this.#texts[bucket] += line;
    this.size += line.length;
  }

  addEvent(identity: string, barcode: Barcode): void {
    this.#keys.push(toEventKey(identity, barcode));
    this.#buckets.push(bucketOf(identity));
  }

  /** All that was added. */
  finish(): Pick<Haul, "records" | "offsets" | "eventKeys" | "eventBuckets"> {
    const records = Buffer.from(this.#texts.join(""));
    const offsets = new Uint32Array(BUCKETS + 1);
    for (const [bucket, text] of this.#texts.entries()) {
      offsets[bucket + 1] = (offsets[bucket] ?? 0) + (text === "" ? 0 : Buffer.byteLength(text));
    }
    const hasEvents = this.#keys.length > 0;
    return {
      records,
      offsets,
      eventKeys: hasEvents ? Float64Array.from(this.#keys) : NO_KEYS,
      eventBuckets: hasEvents ? Uint16Array.from(this.#buckets) : NO_BUCKETS,
    };
  }
}

/** When intakes arrived. An error reply does not prove that the channel speaks. */
export function toArrived(arrivals: readonly Arrival[]): Arrived {
  let firstReceivedAt: number | null = null;
  let lastReceivedAt: number | null = null;
  for (const { receivedAt, httpStatus } of arrivals) {
    if (receivedAt === null || (httpStatus !== null && !isSuccess(httpStatus))) continue;
    if (firstReceivedAt === null || receivedAt < firstReceivedAt) firstReceivedAt = receivedAt;
    if (lastReceivedAt === null || receivedAt > lastReceivedAt) lastReceivedAt = receivedAt;
  }
  return { intakes: arrivals.length, firstReceivedAt, lastReceivedAt };
}

function isSuccess(httpStatus: number): boolean {
  return httpStatus >= 200 && httpStatus < 300;
}
