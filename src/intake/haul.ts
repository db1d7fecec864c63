import type { Arrival, QuarantinedRow } from "../domain/arrival.ts";
import type { Barcode } from "../domain/barcode.ts";
import { BUCKETS, bucketOf } from "../domain/barcode.ts";
import type { Channel } from "../domain/channel.ts";
import { toEventKey } from "../store/event-keys.ts";
import { toRecordLine } from "../store/inbox-record.ts";
import type { ChannelProgress, RawPart } from "../store/intake-access.ts";
import type { HauledTraffic } from "./traffic-tally.ts";

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
  /** What its payloads showed beside their rows; `null`: nothing that a contract describes. */
  readonly traffic: HauledTraffic | null;
  /** How many rows were read. */
  readonly rows: number;
  /** Of a file, in its last haul: what people should know of it, one line each. */
  readonly notes: readonly string[];
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

const FIRST_BYTES = 1024 * 1024;
/** The most bytes that a character takes in UTF-8. */
const MOST_BYTES = 3;

/**
 * Collects records, and the keys of their events, and sorts them by bucket.
 * They are kept as bytes: a million short-lived texts cost nothing, a million
 * that live are what a garbage collector spends its time on.
 */
export class RecordSorter {
  #bytes: Buffer = Buffer.allocUnsafeSlow(FIRST_BYTES);
  #buckets: number[] = [];
  /** Where each record ends. */
  #ends: number[] = [];
  #keys: number[] = [];
  #keyBuckets: number[] = [];
  /** Bytes so far. */
  size = 0;

  /** Forgets what was added. */
  clear(): void {
    this.size = 0;
    this.#buckets = [];
    this.#ends = [];
    this.#keys = [];
    this.#keyBuckets = [];
  }

  /** Adds a record; see `inbox-record.ts`. */
  add(barcode: Barcode, entry: string): void {
    const line = toRecordLine(barcode, entry);
    const most = this.size + line.length * MOST_BYTES;
    if (most > this.#bytes.length) {
      const larger = Buffer.allocUnsafeSlow(most * 2);
      this.#bytes.copy(larger, 0, 0, this.size);
      this.#bytes = larger;
    }
    this.size += this.#bytes.write(line, this.size);
    this.#buckets.push(bucketOf(barcode));
    this.#ends.push(this.size);
  }

  addEvent(identity: string, barcode: Barcode): void {
    this.#keys.push(toEventKey(identity, barcode));
    this.#keyBuckets.push(bucketOf(identity));
  }

  /** All that was added since the last time. */
  finish(): Pick<Haul, "records" | "offsets" | "eventKeys" | "eventBuckets"> {
    const offsets = new Uint32Array(BUCKETS + 1);
    let start = 0;
    for (const [i, bucket] of this.#buckets.entries()) {
      const end = this.#ends[i] as number;
      (offsets[bucket + 1] as number) += end - start;
      start = end;
    }
    for (let bucket = 0; bucket < BUCKETS; bucket += 1)
      (offsets[bucket + 1] as number) += offsets[bucket] as number;
    const records = Buffer.allocUnsafeSlow(this.size);
    const at = offsets.slice();
    start = 0;
    for (const [i, bucket] of this.#buckets.entries()) {
      const end = this.#ends[i] as number;
      (at[bucket] as number) += this.#bytes.copy(records, at[bucket], start, end);
      start = end;
    }
    const eventKeys = Float64Array.from(this.#keys);
    const eventBuckets = Uint16Array.from(this.#keyBuckets);
    this.clear();
    return { records, offsets, eventKeys, eventBuckets };
  }
}

/** Notes when intakes arrived. An error reply does not prove that the channel speaks. */
export class ArrivalClock {
  #intakes = 0;
  #firstReceivedAt: number | null = null;
  #lastReceivedAt: number | null = null;

  add({ receivedAt, httpStatus }: Arrival): void {
    this.#intakes += 1;
    if (receivedAt === null || (httpStatus !== null && !isSuccess(httpStatus))) return;
    if (this.#firstReceivedAt === null || receivedAt < this.#firstReceivedAt)
      this.#firstReceivedAt = receivedAt;
    if (this.#lastReceivedAt === null || receivedAt > this.#lastReceivedAt) this.#lastReceivedAt = receivedAt;
  }

  get arrived(): Arrived {
    return {
      intakes: this.#intakes,
      firstReceivedAt: this.#firstReceivedAt,
      lastReceivedAt: this.#lastReceivedAt,
    };
  }
}

function isSuccess(httpStatus: number): boolean {
  return httpStatus >= 200 && httpStatus < 300;
}
