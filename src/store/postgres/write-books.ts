import { bucketOf } from "../../domain/barcode.ts";
import { inKeyOrder } from "../in-key-order.ts";
import { toBytes, toChannelNumber, toHex } from "../row-codecs.ts";
import type { IntakeWriter } from "../store.ts";
import type { WriteSession } from "./session.ts";
import { toCopy, toStatements } from "./statements.ts";

export const BOOK_SQL = {
  ...toStatements("books", {
    names: "SELECT hash, name FROM intake WHERE bucket = $1 AND hash = ANY ($2::bytea[])",
    lastSeqs:
      "SELECT hash, max(seq) FROM quarantine WHERE bucket = $1 AND hash = ANY ($2::bytea[]) GROUP BY hash",
    release: "DELETE FROM quarantine WHERE bucket = $1 AND hash = $2 AND code = coalesce($3, code)",
    // LEAST and GREATEST pass over NULL.
    add: `INSERT INTO channel_books AS b
        (bucket, channel, intakes, seen, accepted, duplicates, quarantined, first_received_at, watermark)
      VALUES :rows
      ON CONFLICT (bucket, channel) DO UPDATE SET
        intakes = b.intakes + excluded.intakes, seen = b.seen + excluded.seen, accepted = b.accepted + excluded.accepted,
        duplicates = b.duplicates + excluded.duplicates, quarantined = b.quarantined + excluded.quarantined,
        first_received_at = least(b.first_received_at, excluded.first_received_at),
        watermark = greatest(b.watermark, excluded.watermark)`,
    widenWindows: `INSERT INTO delivery_window AS w (bucket, customer_number, first_at, last_at) VALUES :rows
      ON CONFLICT (bucket, customer_number) DO UPDATE SET
        first_at = least(w.first_at, excluded.first_at), last_at = greatest(w.last_at, excluded.last_at)`,
  }),
  quarantine: toCopy("quarantine", {
    bucket: "int4",
    hash: "bytea",
    seq: "int4",
    line: "int4",
    channel: "int2",
    name: "text",
    code: "text",
    message: "text",
    raw: "text",
  }),
};

/** The writer of what was set aside, and of the channels' books. */
export function makeBookWriter(
  session: WriteSession,
): Pick<IntakeWriter, "saveQuarantined" | "releaseQuarantined" | "saveProgress"> {
  return {
    async saveQuarantined(rows) {
      const lastSeqs = new Map<string, number>();
      const names = new Map<string, string>();
      for (const [bucket, hashes] of toBuckets(rows.map(({ hash }) => hash))) {
        for (const [hash, seq] of await session.rows<[Buffer, number]>(BOOK_SQL.lastSeqs, bucket, hashes)) {
          lastSeqs.set(toHex(hash), seq);
        }
      }
      const nameless = rows.filter(({ name }) => name === null).map(({ hash }) => hash);
      for (const [bucket, hashes] of toBuckets(nameless)) {
        for (const [hash, name] of await session.rows<[Buffer, string]>(BOOK_SQL.names, bucket, hashes)) {
          names.set(toHex(hash), name);
        }
      }
      await session.copy(
        BOOK_SQL.quarantine,
        rows.map(({ hash, line, channel, name, code, message, raw }) => {
          const seq = (lastSeqs.get(hash) ?? 0) + 1;
          lastSeqs.set(hash, seq);
          const texts = [name ?? names.get(hash) ?? "", code, message, raw];
          return [bucketOf(hash), toBytes(hash), seq, line, toChannelNumber(channel), ...texts];
        }),
      );
    },
    async releaseQuarantined(hash, code) {
      return session.run(BOOK_SQL.release, bucketOf(hash), toBytes(hash), code);
    },
    async saveProgress({ channel, bucket, intakes, rows, firstReceivedAt, lastReceivedAt, deliveries }) {
      const { seen, accepted, duplicates, quarantined } = rows;
      const number = toChannelNumber(channel);
      await session.insert(BOOK_SQL.add, [
        [bucket, number, intakes, seen, accepted, duplicates, quarantined, firstReceivedAt, lastReceivedAt],
      ]);
      const windows = inKeyOrder([...deliveries], ([customerNumber]) => customerNumber);
      await session.insert(
        BOOK_SQL.widenWindows,
        windows.map(({ bucket: of, key, row: [, { firstAt, lastAt }] }) => [of, key, firstAt, lastAt]),
      );
    },
  };
}

/** Hashes (hex) by bucket, in order: each as bytes, and once. */
export function toBuckets(hashes: readonly string[]): Map<number, Buffer[]> {
  const sorted = inKeyOrder([...new Set(hashes)], (hash) => hash);
  return new Map(
    [...Map.groupBy(sorted, ({ bucket }) => bucket)].map(([bucket, rows]) => [
      bucket,
      rows.map(({ key }) => toBytes(key)),
    ]),
  );
}
