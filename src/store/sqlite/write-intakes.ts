import type { Database } from "better-sqlite3";
import { bucketOf } from "../../domain/barcode.ts";
import { mergeRuns } from "../event-keys.ts";
import { inKeyOrder } from "../in-key-order.ts";
import type { EventKeys, IntakeWriter, KnownIntake } from "../intake-access.ts";
import type { KnownRow } from "../row-codecs.ts";
import { fromKeyBytes, toBytes, toChannelNumber, toKeyBytes, toKnown } from "../row-codecs.ts";
import { makeBookWriter } from "./write-books.ts";

/** The writer of intakes and all that comes with them. Statements are prepared once. */
export function makeIntakeWriter(database: Database): IntakeWriter {
  const insertPart = database.prepare(
    "INSERT INTO raw_part (bucket, key, part, bytes) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
  );
  const insertIntake = database.prepare(
    `INSERT INTO intake (bucket, hash, channel, rows, raw_key, received_at, name, http_status)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
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
  const insertArrival = database.prepare(
    `INSERT INTO arrival (bucket, hash, channel, received_at, name, http_status)
     SELECT :bucket, :hash, :channel, :receivedAt, :name, :httpStatus
     WHERE NOT EXISTS (SELECT 1 FROM intake WHERE bucket = :bucket AND hash = :hash AND channel = :channel
       AND received_at = :receivedAt AND name = :name)
     ON CONFLICT DO NOTHING`,
  );
  const insertRecords = database.prepare("INSERT INTO inbox (bucket, channel, records) VALUES (?, ?, ?)");
  const selectKeys = database.prepare("SELECT seq, keys FROM event_keys WHERE bucket = ? ORDER BY seq").raw();
  const insertKeys = database.prepare("INSERT INTO event_keys (bucket, seq, keys) VALUES (?, ?, ?)");
  const deleteKeys = database.prepare("DELETE FROM event_keys WHERE bucket = ? AND seq > ?");

  return {
    ...makeBookWriter(database),
    async saveRaw(parts) {
      for (const { key, part, bytes } of parts) insertPart.run(bucketOf(key), key, part, bytes);
    },
    async saveIntakes(intakes) {
      const known = new Map<string, KnownIntake>();
      for (const { bucket, row } of inKeyOrder(intakes, ({ hash }) => hash)) {
        const { hash, arrival, rows, rawKey } = row;
        const key = toBytes(hash);
        const { changes } = insertIntake.run(
          bucket,
          key,
          toChannelNumber(arrival.channel),
          rows,
          rawKey,
          arrival.receivedAt,
          arrival.name,
          arrival.httpStatus,
        );
        if (changes === 0) known.set(hash, toKnown(hash, selectIntake.get(bucket, key) as KnownRow));
      }
      return known;
    },
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
    async saveRecords(batches) {
      for (const { bucket, channel, records } of batches) {
        insertRecords.run(bucket, toChannelNumber(channel), records);
      }
    },
    async saveEventKeys(fresh) {
      return fresh.flatMap(({ bucket, keys }): EventKeys[] => {
        const runs = (selectKeys.all(bucket) as [number, Buffer][]).map(
          ([seq, bytes]) => [seq, fromKeyBytes(bytes)] as const,
        );
        const { keepThrough, merged } = mergeRuns(runs, keys);
        deleteKeys.run(bucket, keepThrough);
        insertKeys.run(bucket, keepThrough + 1, toKeyBytes(merged));
        return runs.map(([, kept]) => ({ bucket, keys: kept }));
      });
    },
  };
}
