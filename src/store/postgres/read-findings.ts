import { bucketOf } from "../../domain/barcode.ts";
import type { FindingEvent } from "../../domain/finding.ts";
import type { FindingCount, FindingReader } from "../finding-access.ts";
import type { FindingRow } from "../row-codecs.ts";
import { FINDING_COLUMNS, toFinding } from "../row-codecs.ts";
import type { BucketLister } from "./list-buckets.ts";
import type { Session } from "./session.ts";
import { toStatements } from "./statements.ts";

const COLUMNS = FINDING_COLUMNS.join(", ");

export const FINDING_SQL = toStatements("findings", {
  ofBucket: `SELECT ${COLUMNS} FROM finding
    WHERE bucket = $1 AND ($2::text[] IS NULL OR state = ANY ($2)) AND ($3::text[] IS NULL OR kind = ANY ($3))
    ORDER BY barcode, kind, id`,
  ofParcel: `SELECT ${COLUMNS} FROM finding
    WHERE bucket = $1 AND barcode = $4
      AND ($2::text[] IS NULL OR state = ANY ($2)) AND ($3::text[] IS NULL OR kind = ANY ($3))
    ORDER BY kind, id`,
  history: `SELECT id, barcode, at, run_id, from_state, to_state, reason FROM finding_event
    WHERE bucket = $1 AND barcode = $2 ORDER BY seq`,
  counts: `SELECT kind, state, severity, count(*) FROM finding
    GROUP BY kind, state, severity ORDER BY kind, state, severity`,
});

/** The reader of findings, their counts and their lives. */
export function makeFindingReader(session: Session, listBuckets: BucketLister): FindingReader {
  return {
    async *list({ states = null, kinds = null, barcode }) {
      if (barcode !== undefined) {
        const rows = await session.rows<FindingRow>(
          FINDING_SQL.ofParcel,
          bucketOf(barcode),
          states,
          kinds,
          barcode,
        );
        if (rows.length > 0) yield rows.map(toFinding);
        return;
      }
      for (const bucket of await listBuckets("finding")) {
        const rows = await session.rows<FindingRow>(FINDING_SQL.ofBucket, bucket, states, kinds);
        if (rows.length > 0) yield rows.map(toFinding);
      }
    },
    async history(barcode) {
      type EventRow = [string, string, number, string, string | null, string, string];
      const rows = await session.rows<EventRow>(FINDING_SQL.history, bucketOf(barcode), barcode);
      return rows.map(
        ([id, of, at, runId, from, to, reason]) =>
          ({ id, barcode: of, at, runId, from, to, reason }) as FindingEvent,
      );
    },
    async counts() {
      const rows = await session.rows<[string, string, string, number]>(FINDING_SQL.counts);
      return rows.map(([kind, state, severity, count]) => ({ kind, state, severity, count }) as FindingCount);
    },
  };
}
