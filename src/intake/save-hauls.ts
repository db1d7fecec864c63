import { BUCKETS } from "../domain/barcode.ts";
import type { Channel } from "../domain/channel.ts";
import type { DeliveryWindow } from "../domain/feed-progress.ts";
import type { RowTally } from "../domain/verdict.ts";
import { NO_ROWS } from "../domain/verdict.ts";
import type { EventKeys, KnownIntake, StoreTransaction } from "../store/store.ts";
import type { Arrived, Haul, HauledIntake } from "./haul.ts";
import type { IntakeTally } from "./intake-tally.ts";
import { resolveClashes } from "./resolve-clashes.ts";

/** So many bytes of records are appended at once: a batch for each bucket, so that batches stay few. */
const RECORDS_AT_ONCE = 16 * 1024 * 1024;

/** All events that were ever kept are looked through: of so many buckets at a time. */
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
  const known = makeKnownIntakes(tx);
  let waiting: Haul[] = [];
  let waitingBytes = 0;
  let arrived: Arrived = { intakes: 0, firstReceivedAt: null, lastReceivedAt: null };
  const deliveries = new Map<string, DeliveryWindow>();
  let rows: RowTally = NO_ROWS;

  const flush = async (): Promise<void> => {
    await writer.saveRecords(toBatches(channel, waiting));
    const fresh = toEventKeys(waiting);
    waiting = [];
    waitingBytes = 0;
    for (let from = 0; from < fresh.length; from += KEY_BUCKETS_AT_ONCE) {
      const some = fresh.slice(from, from + KEY_BUCKETS_AT_ONCE);
      await resolveClashes(tx, some, await writer.saveEventKeys(some));
    }
  };

  return {
    async add(haul) {
      await writer.saveRaw(haul.raw);
      const { counted, wantsRecords } = await known.add(haul.intakes);
      rows = addRows(rows, counted);
      arrived = joinArrived(arrived, haul.arrived);
      for (const [customer, { firstAt, lastAt }] of haul.deliveries) {
        const window = deliveries.get(customer);
        deliveries.set(customer, {
          firstAt: Math.min(window?.firstAt ?? firstAt, firstAt),
          lastAt: Math.max(window?.lastAt ?? lastAt, lastAt),
        });
      }
      if (!wantsRecords || haul.records.length === 0) return;
      waiting.push(haul);
      waitingBytes += haul.records.length;
      if (waitingBytes >= RECORDS_AT_ONCE) await flush();
    },
    async finish() {
      await flush();
      if (arrived.intakes > 0 || rows.seen > 0) {
        const bucket = (arrived.lastReceivedAt ?? 0) % BUCKETS;
        await writer.saveProgress({ channel, bucket, ...arrived, rows, deliveries });
      }
      return { intakes: arrived.intakes, ...rows };
    },
  };
}

/** Keeps intakes, and knows what is to be done with the rows of those that were known. */
function makeKnownIntakes(tx: StoreTransaction): {
  readonly add: (
    intakes: readonly HauledIntake[],
  ) => Promise<{ readonly counted: RowTally; readonly wantsRecords: boolean }>;
} {
  const { intakes: writer } = tx;
  /** The file whose hauls are coming, and what is done with them. */
  let file:
    | { readonly hash: string; readonly name: string; readonly reading: FileReading; rows: number }
    | undefined;

  const addPayloads = async (intakes: readonly HauledIntake[]): Promise<RowTally> => {
    const firsts = new Map<string, HauledIntake>();
    for (const intake of intakes) {
      const first = firsts.get(intake.hash);
      if (first === undefined || (first.rows === 0 && intake.rows > 0)) firsts.set(intake.hash, intake);
    }
    const known = await writer.saveIntakes([...firsts.values()]);
    const repeats = intakes.filter((intake) => firsts.get(intake.hash) !== intake || known.has(intake.hash));
    await writer.saveArrivals(repeats.map(({ arrival, hash }) => ({ ...arrival, hash })));
    let counted = NO_ROWS;
    for (const intake of intakes) {
      const { hash, arrival, rows, quarantined } = intake;
      const before = known.get(hash);
      // An error reply has no rows, so that the same body may come again as a good one.
      const isFresh = firsts.get(hash) === intake && (before === undefined || before.rows === 0);
      if (isFresh && before !== undefined && rows > 0) await writer.saveRowCount(hash, rows);
      counted = addRows(counted, toCounted(quarantined.length, isFresh ? quarantined.length : 0));
      if (!isFresh) continue;
      const { channel, name } = arrival;
      await writer.saveQuarantined(quarantined.map((row) => ({ ...row, hash, channel, name })));
    }
    return counted;
  };

  const addFile = async (intake: HauledIntake) => {
    const { hash, arrival, rows, quarantined } = intake;
    let counted = NO_ROWS;
    if (file?.hash !== hash || file.name !== arrival.name) {
      const known = (await writer.saveIntakes([{ ...intake, rows: 0 }])).get(hash);
      if (known !== undefined) await writer.saveArrivals([{ ...arrival, hash }]);
      const reading = toReading(known, arrival.receivedAt);
      file = { hash, name: arrival.name, reading, rows: 0 };
      if (reading === "skip") counted = toCounted(known?.rows ?? 0, 0);
      if (reading === "again")
        counted = { ...NO_ROWS, quarantined: -(await writer.releaseQuarantined(hash, null)) };
    }
    const { reading } = file;
    if (reading === "skip") return { counted, wantsRecords: false };
    const isFresh = reading !== "earlier";
    counted = addRows(counted, toCounted(quarantined.length, isFresh ? quarantined.length : 0));
    if (isFresh) {
      const { channel, name } = arrival;
      await writer.saveQuarantined(quarantined.map((row) => ({ ...row, hash, channel, name })));
      file.rows += rows;
      await writer.saveRowCount(hash, file.rows);
    }
    return { counted, wantsRecords: true };
  };

  return {
    async add(intakes) {
      const [first] = intakes;
      if (first?.arrival.channel === "legacy-scan") return addFile(first);
      return { counted: await addPayloads(intakes), wantsRecords: true };
    },
  };
}

/**
 * What is done with a file's rows: a known file's are skipped, unless it
 * arrived earlier than we knew (merging notes that), or no row of it could be
 * read: the layout may be the right one now.
 */
type FileReading = "first" | "again" | "earlier" | "skip";

function toReading(known: KnownIntake | undefined, receivedAt: number | null): FileReading {
  if (known === undefined) return "first";
  if (known.rows > 0 && known.quarantined === known.rows) return "again";
  return (receivedAt ?? Infinity) < (known.firstReceivedAt ?? -Infinity) ? "earlier" : "skip";
}

function toCounted(seen: number, quarantined: number): RowTally {
  return { seen, accepted: 0, duplicates: seen - quarantined, quarantined };
}

function addRows(a: RowTally, b: RowTally): RowTally {
  const seen = a.seen + b.seen;
  const accepted = a.accepted + b.accepted;
  const quarantined = a.quarantined + b.quarantined;
  return { seen, accepted, duplicates: seen - accepted - quarantined, quarantined };
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

function toEventKeys(hauls: readonly Haul[]): EventKeys[] {
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
