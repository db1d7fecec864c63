import type { Database } from "better-sqlite3";
import type { SpoolReader, SpoolWriter } from "../spool-access.ts";

export function makeSpoolReader(database: Database): SpoolReader {
  const selectBuckets = database.prepare("SELECT DISTINCT bucket FROM spool ORDER BY bucket").pluck();
  const selectSizes = database.prepare(
    "SELECT bucket, seq, length(deliveries) AS bytes FROM spool WHERE bucket = ? ORDER BY seq",
  );
  const selectBatch = database.prepare("SELECT deliveries FROM spool WHERE bucket = ? AND seq = ?").pluck();
  return {
    async buckets() {
      return selectBuckets.all() as number[];
    },
    async sizes(bucket) {
      return selectSizes.all(bucket) as { bucket: number; seq: number; bytes: number }[];
    },
    async batches(bucket, seqs) {
      return seqs
        .toSorted((a, b) => a - b)
        .flatMap((seq) => {
          const deliveries = selectBatch.get(bucket, seq) as Buffer | undefined;
          return deliveries === undefined ? [] : [{ bucket, seq, deliveries }];
        });
    },
  };
}

export function makeSpoolWriter(database: Database): SpoolWriter {
  const insert = database.prepare("INSERT INTO spool (bucket, deliveries) VALUES (?, ?)");
  const remove = database.prepare("DELETE FROM spool WHERE seq = ?");
  return {
    async append({ bucket, deliveries }) {
      insert.run(bucket, deliveries);
    },
    async remove(keys) {
      for (const { seq } of keys) remove.run(seq);
    },
  };
}
