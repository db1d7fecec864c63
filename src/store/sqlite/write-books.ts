import type { Database } from "better-sqlite3";
import { bucketOf } from "../../domain/barcode.ts";
import type { IntakeWriter } from "../intake-access.ts";
import { toBytes, toChannelNumber } from "../row-codecs.ts";

/** The writer of what was set aside, and of the channels' books. */
export function makeBookWriter(
  database: Database,
): Pick<IntakeWriter, "saveQuarantined" | "releaseQuarantined" | "saveProgress"> {
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
    `INSERT INTO channel_books (bucket, channel, intakes, seen, accepted, duplicates, quarantined, first_received_at, watermark)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET intakes = intakes + excluded.intakes, seen = seen + excluded.seen,
       accepted = accepted + excluded.accepted, duplicates = duplicates + excluded.duplicates,
       quarantined = quarantined + excluded.quarantined,
       first_received_at = min(coalesce(first_received_at, excluded.first_received_at),
                               coalesce(excluded.first_received_at, first_received_at)),
       watermark = max(coalesce(watermark, excluded.watermark), coalesce(excluded.watermark, watermark))`,
  );
  const widenWindow = database.prepare(
    `INSERT INTO delivery_window (bucket, customer_number, first_at, last_at) VALUES (?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET first_at = min(first_at, excluded.first_at), last_at = max(last_at, excluded.last_at)`,
  );

  return {
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
    async saveProgress({ channel, bucket, intakes, rows, firstReceivedAt, lastReceivedAt, deliveries }) {
      addToBooks.run(
        bucket,
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
        widenWindow.run(bucketOf(customerNumber), customerNumber, firstAt, lastAt);
      }
    },
  };
}
