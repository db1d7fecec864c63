import { BUCKETS } from "../../domain/barcode.ts";
import type { Session } from "./session.ts";
import { toStatements } from "./statements.ts";

const TABLES = ["dossier", "inbox", "spool", "parcel", "finding"] as const;
type Table = (typeof TABLES)[number];

/** The buckets that a table holds rows of, in order. */
export type BucketLister = (table: Table) => Promise<number[]>;

/** One look into the index for each bucket: PostgreSQL would go through all rows for `DISTINCT`. */
export const PROBE_SQL = toStatements(
  "probe",
  sqlFor(
    (table) => `SELECT b FROM generate_series(0, ${BUCKETS - 1}) AS b
    CROSS JOIN LATERAL (SELECT 1 FROM ${table} WHERE bucket = b LIMIT 1) AS held ORDER BY b`,
  ),
);

/** A distributed database takes no such join; it asks all nodes at once instead. */
export const DISTINCT_SQL = toStatements(
  "distinct",
  sqlFor((table) => `SELECT DISTINCT bucket FROM ${table} ORDER BY bucket`),
);

export function makeBucketLister(session: Session, isDistributed: boolean): BucketLister {
  const statements = isDistributed ? DISTINCT_SQL : PROBE_SQL;
  return async (table) => (await session.rows<[number]>(statements[table])).map(([bucket]) => bucket);
}

function sqlFor(toSql: (table: Table) => string): Record<Table, string> {
  return Object.fromEntries(TABLES.map((table) => [table, toSql(table)])) as Record<Table, string>;
}
