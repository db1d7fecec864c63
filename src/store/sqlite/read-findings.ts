import type { Database } from "better-sqlite3";
import { bucketOf } from "../../domain/barcode.ts";
import type { FindingEvent } from "../../domain/finding.ts";
import type { FindingCount, FindingReader } from "../finding-access.ts";
import type { FindingRow } from "../row-codecs.ts";
import { FINDING_COLUMNS, toFinding } from "../row-codecs.ts";
import { placeholders } from "./placeholders.ts";

/** The reader of findings, their counts and their lives. */
export function makeFindingReader(database: Database): FindingReader {
  const selectHistory = database.prepare(
    `SELECT id, barcode, at, run_id AS runId, from_state AS "from", to_state AS "to", reason
     FROM finding_event WHERE bucket = ? AND barcode = ? ORDER BY seq`,
  );
  const selectBuckets = database.prepare("SELECT DISTINCT bucket FROM finding ORDER BY bucket").pluck();
  const selectCounts = database.prepare(
    "SELECT kind, state, severity, count(*) AS count FROM finding GROUP BY kind, state, severity ORDER BY kind, state, severity",
  );
  return {
    async *list({ states, kinds, barcode }) {
      const conditions = ["bucket = ?"];
      const values: string[] = [];
      const among = (column: string, wanted: readonly string[] | undefined): void => {
        if (wanted === undefined) return;
        conditions.push(`${column} IN (${placeholders(wanted)})`);
        values.push(...wanted);
      };
      among("barcode", barcode === undefined ? undefined : [barcode]);
      among("state", states);
      among("kind", kinds);
      const ofBucket = database
        .prepare(
          `SELECT ${FINDING_COLUMNS.join(", ")} FROM finding WHERE ${conditions.join(" AND ")}
           ORDER BY barcode, kind, id`,
        )
        .raw();
      const buckets = barcode === undefined ? (selectBuckets.all() as number[]) : [bucketOf(barcode)];
      for (const bucket of buckets) {
        const rows = ofBucket.all(bucket, ...values) as FindingRow[];
        if (rows.length > 0) yield rows.map(toFinding);
      }
    },
    async history(barcode) {
      return selectHistory.all(bucketOf(barcode), barcode) as FindingEvent[];
    },
    async counts() {
      return selectCounts.all() as FindingCount[];
    },
  };
}
