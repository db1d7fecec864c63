import { bucketOf } from "../../domain/barcode.ts";
import { mergeRuns } from "../event-keys.ts";
import { inKeyOrder } from "../in-key-order.ts";
import type { EventKeys, IntakeWriter, KnownIntake } from "../intake-access.ts";
import type { KnownRow } from "../row-codecs.ts";
import { fromKeyBytes, toBytes, toChannelNumber, toHex, toKeyBytes, toKnown } from "../row-codecs.ts";
import { TABLES } from "../tables.ts";
import type { WriteSession } from "./session.ts";
import { toCopy, toStatements } from "./statements.ts";
import type { BookWriter } from "./write-books.ts";
import { toBuckets } from "./write-books.ts";

export const INTAKE_SQL = {
  ...toStatements("intakes", {
    putPart: "INSERT INTO raw_part (bucket, key, part, bytes) VALUES :rows ON CONFLICT DO NOTHING",
    // Rows of many buckets: a distributed database takes such a list apart, and sends each row to its shard.
    putIntakes: `INSERT INTO intake (bucket, hash, channel, rows, raw_key, received_at, name, http_status)
      VALUES :rows ON CONFLICT DO NOTHING RETURNING hash`,
    known: `SELECT hash, rows, received_at,
        (SELECT min(a.received_at) FROM arrival a WHERE a.bucket = $1 AND a.hash = i.hash),
        (SELECT count(*) FROM quarantine q WHERE q.bucket = $1 AND q.hash = i.hash)
      FROM intake i WHERE i.bucket = $1 AND i.hash = ANY ($2::bytea[])`,
    setRows: "UPDATE intake SET rows = $1 WHERE bucket = $2 AND hash = $3",
    firstArrivals:
      "SELECT hash, channel, received_at, name FROM intake WHERE bucket = $1 AND hash = ANY ($2::bytea[])",
    putArrivals: `INSERT INTO arrival (bucket, hash, channel, received_at, name, http_status)
      VALUES :rows ON CONFLICT DO NOTHING`,
    lockEventKeys: "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))",
    eventKeys: "SELECT bucket, seq, keys FROM event_keys WHERE bucket = ANY ($1) ORDER BY bucket, seq",
    dropEventKeys:
      "DELETE FROM event_keys WHERE bucket = ANY ($1) AND bucket::bigint << 32 | seq::bigint = ANY ($2)",
  }),
  putRecords: toCopy("inbox", { bucket: "int4", channel: "int2", records: "bytea" }),
  putEventKeys: toCopy("event_keys", TABLES.event_keys.columns),
};

/** The writer of intakes and all that comes with them. */
export function makeIntakeWriter(session: WriteSession, books: BookWriter, schema: string): IntakeWriter {
  const { saveQuarantined, releaseQuarantined, saveProgress } = books;
  return {
    saveQuarantined,
    releaseQuarantined,
    saveProgress,
    async saveRaw(parts) {
      const sorted = inKeyOrder(
        parts.toSorted((a, b) => a.part - b.part),
        ({ key }) => key,
      );
      // Each by itself: they are large.
      for (const { bucket, key, row } of sorted) {
        await session.insert(INTAKE_SQL.putPart, [[bucket, key, row.part, row.bytes]]);
      }
    },
    async saveIntakes(intakes) {
      const rows = inKeyOrder(intakes, ({ hash }) => hash).map(({ bucket, row }) => {
        const { hash, arrival, rows: rowCount, rawKey } = row;
        const { channel, receivedAt, name, httpStatus } = arrival;
        const number = toChannelNumber(channel);
        return [bucket, toBytes(hash), number, rowCount, rawKey, receivedAt, name, httpStatus];
      });
      const fresh = await session.insert<[Buffer]>(INTAKE_SQL.putIntakes, rows);
      const isFresh = new Set(fresh.map(([hash]) => toHex(hash)));
      const known = new Map<string, KnownIntake>();
      for (const [bucket, hashes] of toBuckets(
        intakes.map(({ hash }) => hash).filter((hash) => !isFresh.has(hash)),
      )) {
        for (const [bytes, ...row] of await session.rows<[Buffer, ...KnownRow]>(
          INTAKE_SQL.known,
          bucket,
          hashes,
        )) {
          const hash = toHex(bytes);
          known.set(hash, toKnown(hash, row));
        }
      }
      return known;
    },
    async saveRowCount(hash, rows) {
      await session.run(INTAKE_SQL.setRows, rows, bucketOf(hash), toBytes(hash));
    },
    async saveArrivals(arrivals) {
      const dated = arrivals.filter(({ receivedAt }) => receivedAt !== null);
      const firsts = new Set<string>();
      for (const [bucket, hashes] of toBuckets(dated.map(({ hash }) => hash))) {
        type First = [Buffer, number, number | null, string];
        for (const [hash, channel, receivedAt, name] of await session.rows<First>(
          INTAKE_SQL.firstArrivals,
          bucket,
          hashes,
        )) {
          firsts.add([toHex(hash), channel, receivedAt, name].join());
        }
      }
      const rows = inKeyOrder(dated, ({ hash }) => hash).flatMap(({ bucket, row }) => {
        const { hash, channel, receivedAt, name, httpStatus } = row;
        const number = toChannelNumber(channel);
        if (firsts.has([hash, number, receivedAt, name].join())) return [];
        return [[bucket, toBytes(hash), number, receivedAt, name, httpStatus]];
      });
      await session.insert(INTAKE_SQL.putArrivals, rows);
    },
    async saveRecords(batches) {
      await session.copy(
        INTAKE_SQL.putRecords,
        batches.map(({ bucket, channel, records }) => [bucket, toChannelNumber(channel), records]),
      );
    },
    async saveEventKeys(fresh) {
      await session.rows(INTAKE_SQL.lockEventKeys, `trackbridge ${schema} event keys`);
      const buckets = fresh.map(({ bucket }) => bucket);
      // All buckets of a batch at once: they are many, and everybody else waits for this transaction.
      const rows = await session.rows<[number, number, Buffer]>(INTAKE_SQL.eventKeys, buckets);
      const runsOf = Map.groupBy(rows, ([bucket]) => bucket);
      const before: EventKeys[] = [];
      const dropped: number[] = [];
      const merged = fresh.map(({ bucket, keys }) => {
        const runs = (runsOf.get(bucket) ?? []).map(([, seq, bytes]) => [seq, fromKeyBytes(bytes)] as const);
        const { keepThrough, merged: run } = mergeRuns(runs, keys);
        for (const [seq, kept] of runs) {
          before.push({ bucket, keys: kept });
          if (seq > keepThrough) dropped.push(bucket * 2 ** 32 + seq);
        }
        return [bucket, keepThrough + 1, toKeyBytes(run)];
      });
      if (dropped.length > 0) {
        await session.run(INTAKE_SQL.dropEventKeys, buckets, dropped);
      }
      await session.copy(INTAKE_SQL.putEventKeys, merged);
      return before;
    },
  };
}
