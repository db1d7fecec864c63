import { BUCKETS } from "../domain/barcode.ts";
import type { Channel } from "../domain/channel.ts";
import type { DeliveryWindow } from "../domain/feed-progress.ts";
import type { RowTally } from "../domain/verdict.ts";
import { NO_ROWS } from "../domain/verdict.ts";
import type { EventKeys } from "../store/intake-access.ts";
import type { StoreTransaction } from "../store/store.ts";
import type { Arrived, Haul } from "./haul.ts";
import type { IntakeTally } from "./intake-tally.ts";
import { addRows } from "./intake-tally.ts";
import { makeIntakeKeeper } from "./keep-intakes.ts";
import { resolveClashes } from "./resolve-clashes.ts";
import { makeTrafficSaver } from "./save-traffic.ts";

/** So many bytes of records are appended at once: a batch for each bucket, so that batches stay few. */
const RECORDS_AT_ONCE = 16 * 1024 * 1024;

/** Events are looked through in so many buckets at a time. */
const KEY_BUCKETS_AT_ONCE = 64;

/** Keeps the hauls of one channel within one transaction. */
export interface HaulWriter {
  readonly add: (haul: Haul) => Promise<void>;
  /**
   * Writes what is still held back, and the channel's books.
   *
   * @returns rows that need no settling: those set aside, and those of known files
   */
  readonly finish: () => Promise<IntakeTally>;
}

/**
 * Makes a writer of hauls: raw content, intakes, quarantine, records for the
 * inbox and the channel's books. How many of the records are new is known when
 * they are settled.
 */
export function makeHaulWriter(tx: StoreTransaction, channel: Channel): HaulWriter {
  const { intakes: writer } = tx;
  const keeper = makeIntakeKeeper(tx);
  let waiting: Haul[] = [];
  let waitingBytes = 0;
  let events: Pick<Haul, "eventKeys" | "eventBuckets">[] = [];
  let arrived: Arrived = { intakes: 0, firstReceivedAt: null, lastReceivedAt: null };
  const deliveries = new Map<string, DeliveryWindow>();
  const traffic = makeTrafficSaver(tx.feedStates, channel);
  let rows: RowTally = NO_ROWS;

  const flush = async (): Promise<void> => {
    await writer.saveRecords(toBatches(channel, waiting));
    waiting = [];
    waitingBytes = 0;
  };

  /** Once for all, because all events that were ever kept are looked through. */
  const settleEvents = async (): Promise<void> => {
    const fresh = toEventKeys(events);
    events = [];
    for (let from = 0; from < fresh.length; from += KEY_BUCKETS_AT_ONCE) {
      const some = fresh.slice(from, from + KEY_BUCKETS_AT_ONCE);
      await resolveClashes(tx, some, await writer.saveEventKeys(some));
    }
  };

  return {
    async add(haul) {
      await writer.saveRaw(haul.raw);
      const { counted, wantsRecords } = await keeper.add(haul);
      rows = addRows(rows, counted);
      arrived = joinArrived(arrived, haul.arrived);
      for (const [customer, { firstAt, lastAt }] of haul.deliveries) {
        const window = deliveries.get(customer);
        deliveries.set(customer, {
          firstAt: Math.min(window?.firstAt ?? firstAt, firstAt),
          lastAt: Math.max(window?.lastAt ?? lastAt, lastAt),
        });
      }
      traffic.add(haul.traffic);
      if (!wantsRecords || haul.records.length === 0) return;
      waiting.push(haul);
      if (haul.eventKeys.length > 0)
        events.push({ eventKeys: haul.eventKeys, eventBuckets: haul.eventBuckets });
      waitingBytes += haul.records.length;
      if (waitingBytes >= RECORDS_AT_ONCE) await flush();
    },
    async finish() {
      await flush();
      await settleEvents();
      await traffic.save();
      if (arrived.intakes > 0 || rows.seen > 0) {
        const bucket = (arrived.lastReceivedAt ?? 0) % BUCKETS;
        await writer.saveProgress({ channel, bucket, ...arrived, rows, deliveries });
      }
      return { intakes: arrived.intakes, ...rows };
    },
  };
}

function joinArrived(a: Arrived, b: Arrived): Arrived {
  const least = Math.min(a.firstReceivedAt ?? Infinity, b.firstReceivedAt ?? Infinity);
  const most = Math.max(a.lastReceivedAt ?? -Infinity, b.lastReceivedAt ?? -Infinity);
  return {
    intakes: a.intakes + b.intakes,
    firstReceivedAt: least === Infinity ? null : least,
    lastReceivedAt: most === -Infinity ? null : most,
  };
}

/** The records of several hauls: for each bucket that has any, one batch. */
function toBatches(channel: Channel, hauls: readonly Haul[]) {
  const batches: { bucket: number; channel: Channel; records: Uint8Array }[] = [];
  for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
    const parts: Uint8Array[] = [];
    for (const { records, offsets } of hauls) {
      const [from = 0, to = 0] = [offsets[bucket], offsets[bucket + 1]];
      if (to > from) parts.push(records.subarray(from, to));
    }
    if (parts.length > 0) batches.push({ bucket, channel, records: Buffer.concat(parts) });
  }
  return batches;
}

function toEventKeys(hauls: readonly Pick<Haul, "eventKeys" | "eventBuckets">[]): EventKeys[] {
  const byBucket = new Map<number, number[]>();
  for (const { eventKeys, eventBuckets } of hauls) {
    for (const [i, key] of eventKeys.entries()) {
      const bucket = eventBuckets[i] ?? 0;
      const keys = byBucket.get(bucket);
      if (keys === undefined) byBucket.set(bucket, [key]);
      else keys.push(key);
    }
  }
  return [...byBucket].map(([bucket, keys]) => ({ bucket, keys: Float64Array.from(keys).sort() }));
}
