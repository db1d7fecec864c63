import type { SpoolReader, SpoolWriter } from "../spool-access.ts";
import type { BucketLister } from "./list-buckets.ts";
import type { Session, WriteSession } from "./session.ts";
import { toStatements } from "./statements.ts";

export const SPOOL_SQL = toStatements("spool", {
  sizes: "SELECT seq, octet_length(deliveries) FROM spool WHERE bucket = $1 ORDER BY seq",
  batches: "SELECT seq, deliveries FROM spool WHERE bucket = $1 AND seq = ANY ($2) ORDER BY seq",
  append: "INSERT INTO spool (bucket, deliveries) VALUES :rows",
  remove: "DELETE FROM spool WHERE bucket = $1 AND seq = ANY ($2)",
});

export function makeSpoolReader(session: Session, listBuckets: BucketLister): SpoolReader {
  return {
    buckets: () => listBuckets("spool"),
    async sizes(bucket) {
      const rows = await session.rows<[number, number]>(SPOOL_SQL.sizes, bucket);
      return rows.map(([seq, bytes]) => ({ bucket, seq, bytes }));
    },
    async batches(bucket, seqs) {
      const rows = await session.rows<[number, Buffer]>(SPOOL_SQL.batches, bucket, seqs);
      return rows.map(([seq, deliveries]) => ({ bucket, seq, deliveries }));
    },
  };
}

export function makeSpoolWriter(session: WriteSession): SpoolWriter {
  return {
    async append({ bucket, deliveries }) {
      await session.insert(SPOOL_SQL.append, [[bucket, deliveries]]);
    },
    async remove(keys) {
      for (const [bucket, ofBucket] of Map.groupBy(keys, (key) => key.bucket)) {
        await session.run(
          SPOOL_SQL.remove,
          bucket,
          ofBucket.map(({ seq }) => seq),
        );
      }
    },
  };
}
