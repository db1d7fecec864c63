import { zstdCompressSync } from "node:zlib";
import type { Database } from "better-sqlite3";
import type { Barcode } from "../../domain/barcode.ts";
import { bucketOf } from "../../domain/barcode.ts";
import type { EventHolder, IntakeWriter, KnownIntake, NewIntake } from "../store.ts";
import { inKeyOrder } from "./in-key-order.ts";
import { toBytes, toChannelNumber, toHex } from "./row-codecs.ts";
import { makeBookWriter } from "./write-books.ts";
import { makeObservationWriter } from "./write-observations.ts";

/** How much raw content goes into one compressed chunk: large enough to compress well, small enough to read one delivery. */
const CHUNK_BYTES = 256 * 1024;

/** The writer of intakes and all that comes with them. Statements are prepared once. */
export function makeIntakeWriter(database: Database): IntakeWriter {
  const insertIntake = database.prepare(
    `INSERT INTO intake (bucket, hash, channel, size_bytes, rows, raw_chunk, raw_offset, received_at, name, http_status)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
  );
  const selectIntake = database
    .prepare(
      `SELECT rows, received_at, (SELECT min(a.received_at) FROM arrival a
         WHERE a.bucket = intake.bucket AND a.hash = intake.hash),
         (SELECT count(*) FROM quarantine q WHERE q.bucket = intake.bucket AND q.hash = intake.hash)
       FROM intake WHERE bucket = ? AND hash = ?`,
    )
    .raw();
  const updateRows = database.prepare("UPDATE intake SET rows = ? WHERE bucket = ? AND hash = ?");
  const insertChunk = database.prepare("INSERT INTO raw_chunk (id, bytes) VALUES (?, ?)");
  const selectLastChunk = database.prepare("SELECT coalesce(max(id), 0) FROM raw_chunk").pluck();
  const insertArrival = database.prepare(
    `INSERT INTO arrival (bucket, hash, channel, received_at, name, http_status)
     SELECT :bucket, :hash, :channel, :receivedAt, :name, :httpStatus
     WHERE NOT EXISTS (SELECT 1 FROM intake WHERE bucket = :bucket AND hash = :hash AND channel = :channel
       AND received_at = :receivedAt AND name = :name)
     ON CONFLICT DO NOTHING`,
  );
  const insertEvent = database.prepare(
    "INSERT INTO event (bucket, identity, hash, received_at, barcode) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
  );
  const selectEvent = database
    .prepare("SELECT hash, received_at, barcode FROM event WHERE bucket = ? AND identity = ?")
    .raw();
  const updateEvent = database.prepare(
    "UPDATE event SET hash = ?, received_at = ?, barcode = ? WHERE bucket = ? AND identity = ?",
  );
  /** Keeps new intakes in the order of their key, and packs their contents into chunks. */
  const saveIntakes = async (intakes: readonly NewIntake[]): Promise<Map<string, KnownIntake>> => {
    const known = new Map<string, KnownIntake>();
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
    for (const { bucket, row } of inKeyOrder(intakes, ({ hash }) => hash)) {
      const { hash, arrival, sizeBytes, rows, content } = row;
      const key = toBytes(hash);
      const { changes } = insertIntake.run(
        bucket,
        key,
        toChannelNumber(arrival.channel),
        sizeBytes,
        rows,
        chunk,
        filled,
        arrival.receivedAt,
        arrival.name,
        arrival.httpStatus,
      );
      if (changes === 0) known.set(hash, toKnown(hash, selectIntake.get(bucket, key) as KnownRow));
      else if (content instanceof Uint8Array) append(content);
      else for await (const bytes of content) append(bytes);
    }
    flush();
    return known;
  };

  return {
    ...makeObservationWriter(database),
    ...makeBookWriter(database),
    saveIntakes,
    async saveRowCount(hash, rows) {
      updateRows.run(rows, bucketOf(hash), toBytes(hash));
    },
    async saveArrivals(arrivals) {
      for (const { bucket, row } of inKeyOrder(arrivals, ({ hash }) => hash)) {
        if (row.receivedAt === null) continue;
        insertArrival.run({
          ...row,
          bucket,
          hash: toBytes(row.hash),
          channel: toChannelNumber(row.channel),
        });
      }
    },
    async saveEvents(holders) {
      const held = new Map<string, EventHolder>();
      for (const { bucket, row } of inKeyOrder(holders, ({ identity }) => identity)) {
        const key = toBytes(row.identity);
        const { changes } = insertEvent.run(bucket, key, toBytes(row.hash), row.receivedAt, row.barcode);
        if (changes === 1) continue;
        const [hash, receivedAt, barcode] = selectEvent.get(bucket, key) as [Buffer, number, Barcode];
        held.set(row.identity, { identity: row.identity, hash: toHex(hash), receivedAt, barcode });
      }
      return held;
    },
    async replaceEvents(holders) {
      for (const { identity, hash, receivedAt, barcode } of holders) {
        updateEvent.run(toBytes(hash), receivedAt, barcode, bucketOf(identity), toBytes(identity));
      }
    },
  };
}

type KnownRow = readonly [
  rows: number,
  receivedAt: number | null,
  receivedAgainAt: number | null,
  quarantined: number,
];

function toKnown(hash: string, [rows, receivedAt, receivedAgainAt, quarantined]: KnownRow): KnownIntake {
  const firstReceivedAt =
    receivedAt === null || receivedAgainAt === null
      ? (receivedAt ?? receivedAgainAt)
      : Math.min(receivedAt, receivedAgainAt);
  return { hash, rows, firstReceivedAt, quarantined };
}
