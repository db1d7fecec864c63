import { zstdCompressSync } from "node:zlib";
import type { Database } from "better-sqlite3";
import type { Barcode } from "../../domain/barcode.ts";
import { bucketOf } from "../../domain/barcode.ts";
import { mergeObservation } from "../../domain/merge-observation.ts";
import { compareText } from "../../domain/observation.ts";
import type { EventHolder, IntakeWriter, KnownIntake, NewIntake } from "../store.ts";
import type { ObservationRow } from "./row-codecs.ts";
import {
  OBSERVATION_COLUMNS,
  placeholders,
  toBytes,
  toChannelNumber,
  toHex,
  toObservation,
  toObservationRow,
} from "./row-codecs.ts";

/** How much raw content goes into one compressed chunk: large enough to compress well, small enough to read one delivery. */
const CHUNK_BYTES = 256 * 1024;

/** The writer of intakes, observations and the channels' books. Statements are prepared once. */
export function makeIntakeWriter(database: Database): IntakeWriter {
  const selectIntake = database.prepare(
    `SELECT rows, (SELECT min(received_at) FROM arrival a WHERE a.bucket = i.bucket AND a.hash = i.hash) AS firstReceivedAt
     FROM intake i WHERE bucket = ? AND hash = ?`,
  );
  const insertIntake = database.prepare(
    `INSERT INTO intake (bucket, hash, channel, size_bytes, rows, raw_chunk, raw_offset)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
  );
  const updateRows = database.prepare("UPDATE intake SET rows = ? WHERE bucket = ? AND hash = ?");
  const insertChunk = database.prepare("INSERT INTO raw_chunk (id, bytes) VALUES (?, ?)");
  const selectLastChunk = database.prepare("SELECT coalesce(max(id), 0) FROM raw_chunk").pluck();
  const insertArrival = database.prepare(
    `INSERT INTO arrival (bucket, hash, channel, received_at, name, http_status)
     VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
  );
  const selectEvent = database
    .prepare("SELECT hash, received_at, barcode, identity FROM event WHERE bucket = ? AND event_id = ?")
    .raw();
  const upsertEvent = database.prepare(
    `INSERT INTO event (bucket, event_id, hash, received_at, barcode, identity) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET hash = excluded.hash, received_at = excluded.received_at,
       barcode = excluded.barcode, identity = excluded.identity`,
  );
  const observationKey = "bucket = ? AND barcode = ? AND channel = ? AND identity = ?";
  const insertObservation = database.prepare(
    `INSERT INTO observation (bucket, ${OBSERVATION_COLUMNS.join(", ")})
     VALUES (?, ${placeholders(OBSERVATION_COLUMNS)}) ON CONFLICT DO NOTHING`,
  );
  const selectObservation = database
    .prepare(`SELECT ${OBSERVATION_COLUMNS.join(", ")} FROM observation WHERE ${observationKey}`)
    .raw();
  const replaceObservation = database.prepare(
    `INSERT OR REPLACE INTO observation (bucket, ${OBSERVATION_COLUMNS.join(", ")})
     VALUES (?, ${placeholders(OBSERVATION_COLUMNS)})`,
  );
  const deleteObservation = database.prepare(`DELETE FROM observation WHERE ${observationKey}`);
  const touchParcel = database.prepare(
    `INSERT INTO parcel (bucket, barcode, dirty) VALUES (?, ?, 1)
     ON CONFLICT DO UPDATE SET dirty = 1 WHERE dirty = 0`,
  );
  const listParcel = database.prepare(
    `INSERT INTO parcel (bucket, barcode, dirty, listed_at) VALUES (?, ?, 1, ?)
     ON CONFLICT DO UPDATE SET dirty = 1, listed_at = max(coalesce(listed_at, excluded.listed_at), excluded.listed_at)`,
  );
  const insertQuarantined = database.prepare(
    `INSERT INTO quarantine (bucket, hash, seq, line, channel, name, code, message, raw)
     SELECT :bucket, :hash, coalesce((SELECT max(seq) FROM quarantine WHERE bucket = :bucket AND hash = :hash), 0) + 1,
       :line, :channel, :name, :code, :message, :raw`,
  );
  const addToBooks = database.prepare(
    `INSERT INTO channel_books (channel, intakes, seen, accepted, duplicates, quarantined, first_received_at, watermark)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET intakes = intakes + excluded.intakes, seen = seen + excluded.seen,
       accepted = accepted + excluded.accepted, duplicates = duplicates + excluded.duplicates,
       quarantined = quarantined + excluded.quarantined,
       first_received_at = min(coalesce(first_received_at, excluded.first_received_at),
                               coalesce(excluded.first_received_at, first_received_at)),
       watermark = max(coalesce(watermark, excluded.watermark), coalesce(excluded.watermark, watermark))`,
  );
  const widenWindow = database.prepare(
    `INSERT INTO delivery_window (customer_number, first_at, last_at) VALUES (?, ?, ?)
     ON CONFLICT DO UPDATE SET first_at = min(first_at, excluded.first_at), last_at = max(last_at, excluded.last_at)`,
  );

  /** Packs contents into chunks and says where each begins. */
  const saveRaw = async (intakes: readonly NewIntake[]): Promise<void> => {
    let chunk = (selectLastChunk.get() as number) + 1;
    let parts: Uint8Array[] = [];
    let filled = 0;
    const flush = (): void => {
      if (filled === 0) return;
      insertChunk.run(chunk, zstdCompressSync(Buffer.concat(parts, filled)));
      chunk += 1;
      parts = [];
      filled = 0;
    };
    const append = (bytes: Uint8Array): void => {
      for (let from = 0; from < bytes.length; ) {
        const part = bytes.subarray(from, from + CHUNK_BYTES - filled);
        parts.push(part);
        filled += part.length;
        from += part.length;
        if (filled === CHUNK_BYTES) flush();
      }
    };
    const places: (readonly [bucket: number, hash: Buffer, ...rest: number[]])[] = [];
    for (const { hash, channel, sizeBytes, rows, content } of intakes) {
      places.push([bucketOf(hash), toBytes(hash), toChannelNumber(channel), sizeBytes, rows, chunk, filled]);
      if (content instanceof Uint8Array) append(content);
      else for await (const bytes of content) append(bytes);
    }
    flush();
    places.sort((a, b) => a[0] - b[0] || Buffer.compare(a[1], b[1]));
    for (const place of places) insertIntake.run(...place);
  };

  const touch = (barcode: Barcode): void => {
    touchParcel.run(bucketOf(barcode), barcode);
  };

  return {
    async findKnown(hashes) {
      const known = new Map<string, KnownIntake>();
      for (const hash of hashes) {
        const row = selectIntake.get(bucketOf(hash), toBytes(hash)) as Omit<KnownIntake, "hash"> | undefined;
        if (row !== undefined) known.set(hash, { hash, ...row });
      }
      return known;
    },
    saveIntakes: saveRaw,
    async saveRowCounts(counts) {
      for (const [hash, rows] of inOrderOf([...counts], ([hash]) => hash))
        updateRows.run(rows, bucketOf(hash), toBytes(hash));
    },
    async saveArrivals(arrivals) {
      for (const { hash, channel, receivedAt, name, httpStatus } of inOrderOf(arrivals, ({ hash }) => hash)) {
        if (receivedAt === null) continue;
        insertArrival.run(
          bucketOf(hash),
          toBytes(hash),
          toChannelNumber(channel),
          receivedAt,
          name,
          httpStatus,
        );
      }
    },
    async findEvents(eventIds) {
      const holders = new Map<string, EventHolder>();
      for (const eventId of eventIds) {
        const row = selectEvent.get(bucketOf(eventId), eventId) as
          | [Buffer, number, Barcode, Buffer]
          | undefined;
        if (row === undefined) continue;
        const [hash, receivedAt, barcode, identity] = row;
        holders.set(eventId, { eventId, hash: toHex(hash), receivedAt, barcode, identity: toHex(identity) });
      }
      return holders;
    },
    async saveEvents(holders) {
      for (const { eventId, hash, receivedAt, barcode, identity } of inOrderOf(
        holders,
        ({ eventId }) => eventId,
      )) {
        upsertEvent.run(bucketOf(eventId), eventId, toBytes(hash), receivedAt, barcode, toBytes(identity));
      }
    },
    async saveObservations(observations) {
      let added = 0;
      let touched: Barcode | undefined;
      for (const observation of inOrderOf(observations, ({ barcode }) => barcode)) {
        const bucket = bucketOf(observation.barcode);
        const row = toObservationRow(observation);
        if (insertObservation.run(bucket, ...row).changes === 1) added += 1;
        else {
          const kept = selectObservation.get(bucket, row[0], row[1], row[2]) as ObservationRow;
          const merged = toObservationRow(mergeObservation(toObservation(kept), observation));
          if (isSameRow(kept, merged)) continue;
          replaceObservation.run(bucket, ...merged);
        }
        if (observation.barcode !== touched) touch(observation.barcode);
        touched = observation.barcode;
      }
      return added;
    },
    async removeObservation(barcode, channel, identity) {
      deleteObservation.run(bucketOf(barcode), barcode, toChannelNumber(channel), toBytes(identity));
      touch(barcode);
    },
    async saveListings(barcodes, receivedAt) {
      for (const barcode of barcodes) listParcel.run(bucketOf(barcode), barcode, receivedAt);
    },
    async saveQuarantined(rows) {
      for (const { hash, channel, ...row } of rows) {
        insertQuarantined.run({
          ...row,
          bucket: bucketOf(hash),
          hash: toBytes(hash),
          channel: toChannelNumber(channel),
        });
      }
    },
    async saveProgress({ channel, intakes, rows, firstReceivedAt, lastReceivedAt, deliveries }) {
      addToBooks.run(
        toChannelNumber(channel),
        intakes,
        rows.seen,
        rows.accepted,
        rows.duplicates,
        rows.quarantined,
        firstReceivedAt,
        lastReceivedAt,
      );
      for (const [customerNumber, { firstAt, lastAt }] of deliveries) {
        widenWindow.run(customerNumber, firstAt, lastAt);
      }
    },
  };
}

/** Rows in the order of their key, its bucket first, touch each page of the table once. */
function inOrderOf<Row>(rows: readonly Row[], keyOf: (row: Row) => string): Row[] {
  const keyed = rows.map((row) => ({ row, key: keyOf(row), bucket: bucketOf(keyOf(row)) }));
  return keyed.sort((a, b) => a.bucket - b.bucket || compareText(a.key, b.key)).map(({ row }) => row);
}

function isSameRow(a: ObservationRow, b: ObservationRow): boolean {
  return a.every((value, i) => {
    const other = b[i];
    return Buffer.isBuffer(value) && Buffer.isBuffer(other) ? value.equals(other) : value === other;
  });
}
