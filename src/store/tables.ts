import { GROUPS } from "./bucket-groups.ts";

/** The type of a column, by PostgreSQL's name. SQLite has no more than integers, texts and bytes. */
export type ColumnType = "bool" | "int2" | "int4" | "int8" | "text" | "bytea";

interface Table {
  readonly columns: Readonly<Record<string, ColumnType>>;
  /** Columns of the key, in its order. */
  readonly key: readonly string[];
  /** So many rows are read at once: few where one may be large. */
  readonly pageRows: number;
}

const MANY = 1000;
const SOME = 128;
const FEW = 16;

/**
 * Everything that a store keeps, in words that all stores share: what a copy
 * has to hold. Claims, the schema's version and the store's own identity are
 * each store's own, and not in here.
 *
 * The spool and the books come last, for {@link listStretches}: nothing comes
 * in without changing one of them. When they are the same at the end of a
 * comparison, nothing came in while it was made.
 */
export const TABLES = {
  raw_part: {
    columns: { bucket: "int4", key: "text", part: "int4", bytes: "bytea" },
    key: ["bucket", "key", "part"],
    pageRows: FEW,
  },
  intake: {
    columns: {
      bucket: "int4",
      hash: "bytea",
      channel: "int2",
      rows: "int4",
      raw_key: "text",
      received_at: "int8",
      name: "text",
      http_status: "int4",
    },
    key: ["bucket", "hash"],
    pageRows: MANY,
  },
  arrival: {
    columns: {
      bucket: "int4",
      hash: "bytea",
      channel: "int2",
      received_at: "int8",
      name: "text",
      http_status: "int4",
    },
    key: ["bucket", "hash", "channel", "received_at", "name"],
    pageRows: MANY,
  },
  event_keys: {
    columns: { bucket: "int4", seq: "int4", keys: "bytea" },
    key: ["bucket", "seq"],
    pageRows: SOME,
  },
  inbox: {
    columns: { bucket: "int4", seq: "int8", channel: "int2", records: "bytea" },
    key: ["bucket", "seq"],
    pageRows: SOME,
  },
  dossier: {
    columns: { bucket: "int4", channel: "int2", barcode: "text", listed_at: "int8", observations: "text" },
    key: ["bucket", "channel", "barcode"],
    pageRows: MANY,
  },
  dirty: {
    columns: { bucket: "int4", barcode: "text" },
    key: ["bucket", "barcode"],
    pageRows: MANY,
  },
  parcel: {
    columns: {
      bucket: "int4",
      barcode: "text",
      verdict: "text",
      observations: "int4",
      open_findings: "int4",
      due_at: "int8",
      awaits_deliveries: "bool",
      corrections: "int4",
      legacy_episodes: "int4",
      legacy_agreed: "int4",
      legacy_differing: "int4",
      legacy_explained: "int4",
      legacy_lone: "int4",
      new_episodes: "int4",
      new_agreed: "int4",
      new_differing: "int4",
      new_explained: "int4",
      new_lone: "int4",
    },
    key: ["bucket", "barcode"],
    pageRows: MANY,
  },
  parcel_sums: {
    columns: {
      bucket: "int4",
      matched: "int8",
      known: "int8",
      mismatched: "int8",
      pending: "int8",
      not_proven: "int8",
      observations: "int8",
      legacy_episodes: "int8",
      legacy_agreed: "int8",
      legacy_differing: "int8",
      legacy_explained: "int8",
      legacy_lone: "int8",
      new_episodes: "int8",
      new_agreed: "int8",
      new_differing: "int8",
      new_explained: "int8",
      new_lone: "int8",
    },
    key: ["bucket"],
    pageRows: MANY,
  },
  parcel_facts: {
    columns: { bucket: "int4", barcode: "text", facts: "text" },
    key: ["bucket", "barcode"],
    pageRows: MANY,
  },
  group_sums: {
    columns: { bucket: "int4", seq: "int4", sums: "bytea" },
    key: ["bucket", "seq"],
    pageRows: FEW,
  },
  finding: {
    columns: {
      bucket: "int4",
      barcode: "text",
      id: "text",
      kind: "text",
      state: "text",
      pending_reason: "text",
      severity: "text",
      legacy_episodes: "int4",
      new_episodes: "int4",
      first_seen_at: "int8",
      body: "text",
    },
    key: ["bucket", "barcode", "id"],
    pageRows: MANY,
  },
  finding_event: {
    columns: {
      bucket: "int4",
      barcode: "text",
      seq: "int4",
      id: "text",
      at: "int8",
      run_id: "text",
      from_state: "text",
      to_state: "text",
      reason: "text",
    },
    key: ["bucket", "barcode", "seq"],
    pageRows: MANY,
  },
  quarantine: {
    columns: {
      bucket: "int4",
      hash: "bytea",
      seq: "int4",
      line: "int4",
      channel: "int2",
      name: "text",
      code: "text",
      message: "text",
      raw: "text",
    },
    key: ["bucket", "hash", "seq"],
    pageRows: MANY,
  },
  delivery_window: {
    columns: { bucket: "int4", customer_number: "text", first_at: "int8", last_at: "int8" },
    key: ["bucket", "customer_number"],
    pageRows: MANY,
  },
  run: {
    columns: {
      seq: "int8",
      run_id: "text",
      now: "int8",
      fingerprint: "text",
      deliveries_fingerprint: "text",
      plan: "text",
      evaluated: "int4",
      verdict: "text",
    },
    key: ["seq"],
    pageRows: MANY,
  },
  run_group: {
    columns: { run_id: "text", bucket_group: "int4", evaluated: "int4" },
    key: ["run_id", "bucket_group"],
    pageRows: MANY,
  },
  job_run: {
    columns: {
      job: "text",
      business_date: "text",
      state: "text",
      owner: "text",
      token: "int8",
      started_at: "int8",
      ended_at: "int8",
      outcome: "text",
    },
    key: ["job", "business_date"],
    pageRows: MANY,
  },
  feed_state: {
    columns: { feed: "text", key: "text", value: "text", changed_at: "int8" },
    key: ["feed", "key"],
    pageRows: MANY,
  },
  spool: {
    columns: { bucket: "int4", seq: "int8", deliveries: "bytea" },
    key: ["bucket", "seq"],
    pageRows: FEW,
  },
  channel_books: {
    columns: {
      bucket: "int4",
      channel: "int2",
      intakes: "int8",
      seen: "int8",
      accepted: "int8",
      duplicates: "int8",
      quarantined: "int8",
      first_received_at: "int8",
      watermark: "int8",
    },
    key: ["bucket", "channel"],
    pageRows: MANY,
  },
} as const satisfies Record<string, Table>;

export type TableName = keyof typeof TABLES;

export const TABLE_NAMES = Object.keys(TABLES) as TableName[];

/** A table's description, whichever it is. */
export function tableOf(name: TableName): Table {
  return TABLES[name];
}

/** Whether its rows are spread over buckets. The others are small, and one stretch, of group 0. */
export function isBucketed(name: TableName): boolean {
  return "bucket" in TABLES[name].columns;
}

/** The rows of a table in one group of buckets; see `bucket-groups.ts`. */
export interface Stretch {
  readonly table: TableName;
  readonly group: number;
}

/** All that a store keeps, stretch by stretch, in the order in which they are copied and compared. */
export function listStretches(): Stretch[] {
  return TABLE_NAMES.flatMap((table) =>
    Array.from({ length: isBucketed(table) ? GROUPS : 1 }, (_, group) => ({ table, group })),
  );
}

/** A value of a column; numbers are whole. */
export type TableValue = number | string | boolean | Uint8Array | null;

/** A row's values, in the order of the table's columns. */
export type TableRow = readonly TableValue[];
