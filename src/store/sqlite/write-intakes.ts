import { zstdCompressSync } from "node:zlib";
import type { Database } from "better-sqlite3";
import type { Barcode } from "../../domain/barcode.ts";
import { bucketOf } from "../../domain/barcode.ts";
import type { KeptObservation } from "../../domain/merge-observation.ts";
import { mergeObservation } from "../../domain/merge-observation.ts";
import { compareText } from "../../domain/observation.ts";
import type { EventHolder, IntakeWriter, KnownIntake, NewIntake } from "../store.ts";
import { decodeObservations, encodeObservation } from "./dossier-codec.ts";
import { toBytes, toChannelNumber, toHex } from "./row-codecs.ts";

/** How much raw content goes into one compressed chunk: large enough to compress well, small enough to read one delivery. */
const CHUNK_BYTES = 256 * 1024;

/** The writer of intakes, observations and the channels' books. Statements are prepared once. */
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
  const selectDossier = database
    .prepare("SELECT observations FROM dossier WHERE bucket = ? AND barcode = ?")
    .pluck();
  const putDossier = database.prepare(
    "INSERT OR REPLACE INTO dossier (bucket, barcode, observations) VALUES (?, ?, ?)",
  );
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
       :line, :channel,
       coalesce(:name, (SELECT name FROM intake WHERE bucket = :bucket AND hash = :hash), ''), :code, :message, :raw`,
  );
  const deleteQuarantined = database.prepare(
    "DELETE FROM quarantine WHERE bucket = ? AND hash = ? AND code = coalesce(?, code)",
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
    async saveObservations(observations) {
      let added = 0;
      for (const { bucket, barcode, rows } of byParcel(observations)) {
        const kept = selectDossier.get(bucket, barcode) as string | undefined;
        const merged = addToDossier(barcode, kept, rows);
        added += merged.added;
        if (merged.text === kept) continue;
        putDossier.run(bucket, barcode, merged.text);
        touchParcel.run(bucket, barcode);
      }
      return added;
    },
    async removeObservation(barcode, channel, identity) {
      const bucket = bucketOf(barcode);
      const kept = selectDossier.get(bucket, barcode) as string | undefined;
      const left = decodeObservations(barcode, kept ?? "").filter(
        (observation) => observation.identity !== identity || observation.channel !== channel,
      );
      putDossier.run(bucket, barcode, left.map(encodeObservation).join(","));
      touchParcel.run(bucket, barcode);
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
    async releaseQuarantined(hash, code) {
      return deleteQuarantined.run(bucketOf(hash), toBytes(hash), code).changes;
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

/** Rows in the order of their key, its bucket first, touch each page of the table once. */
function inKeyOrder<Row>(
  rows: readonly Row[],
  keyOf: (row: Row) => string,
): { readonly row: Row; readonly key: string; readonly bucket: number }[] {
  return rows
    .map((row) => {
      const key = keyOf(row);
      return { row, key, bucket: bucketOf(key) };
    })
    .sort((a, b) => a.bucket - b.bucket || compareText(a.key, b.key));
}

/** The observations of each parcel, in the order of the table's key. */
function byParcel(
  observations: readonly KeptObservation[],
): { readonly bucket: number; readonly barcode: Barcode; readonly rows: readonly KeptObservation[] }[] {
  const groups = Map.groupBy(observations, ({ barcode }) => barcode);
  return [...groups]
    .map(([barcode, rows]) => ({ bucket: bucketOf(barcode), barcode, rows }))
    .sort((a, b) => a.bucket - b.bucket || compareText(a.barcode, b.barcode));
}

/**
 * Adds observations to a parcel's text. An identity that stands in it already
 * is merged, which takes reading it; most are new, and only added.
 */
function addToDossier(
  barcode: Barcode,
  kept: string | undefined,
  rows: readonly KeptObservation[],
): { readonly text: string; readonly added: number } {
  let text = kept ?? "";
  let added = 0;
  for (const row of rows) {
    if (!text.includes(row.identity)) {
      text += text === "" ? encodeObservation(row) : `,${encodeObservation(row)}`;
      added += 1;
      continue;
    }
    const all = decodeObservations(barcode, text);
    const at = all.findIndex(({ identity, channel }) => identity === row.identity && channel === row.channel);
    const same = all[at];
    if (same === undefined) {
      all.push(row);
      added += 1;
    } else all[at] = mergeObservation(same, row);
    text = all.map(encodeObservation).join(",");
  }
  return { text, added };
}
