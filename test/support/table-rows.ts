import { CHANNELS } from "../../src/domain/channel.ts";
import { bucketsOf } from "../../src/store/bucket-groups.ts";
import type { ColumnType, Stretch, TableName, TableRow, TableValue } from "../../src/store/tables.ts";
import { tableOf } from "../../src/store/tables.ts";

const BUCKETS_A_GROUP = bucketsOf(0).length;

/** Columns that may be empty. */
const NULLABLE: Partial<Readonly<Record<TableName, readonly string[]>>> = {
  intake: ["received_at", "http_status"],
  arrival: ["http_status"],
  dossier: ["listed_at"],
  parcel: ["due_at"],
  finding: ["pending_reason"],
  finding_event: ["from_state"],
  run: ["evaluated", "verdict"],
  job_run: ["ended_at", "outcome"],
  channel_books: ["first_received_at", "watermark"],
};

/** Rows that a stretch may hold, each different, with values that are easily spoilt; in the order of the table's key. */
export function rowsOf(stretch: Stretch, count: number, version = 0): TableRow[] {
  const rows = Array.from({ length: count }, (_, n) => rowOf(stretch, n, version));
  const { columns, key } = tableOf(stretch.table);
  const places = key.map((column) => Object.keys(columns).indexOf(column));
  return rows.sort((a, b) => {
    for (const place of places) {
      const order = compareValues(a[place] ?? null, b[place] ?? null);
      if (order !== 0) return order;
    }
    return 0;
  });
}

/** How many rows {@link rowsOf} can make of a stretch at the most: a bucket has one row of sums, and one of books a channel. */
export function mostRows({ table }: Stretch): number {
  if (table === "parcel_sums") return BUCKETS_A_GROUP;
  return table === "channel_books" ? CHANNELS.length * BUCKETS_A_GROUP : Infinity;
}

function rowOf({ table, group }: Stretch, n: number, version: number): TableRow {
  const { columns, key } = tableOf(table);
  const bucket = bucketsOf(group)[n % BUCKETS_A_GROUP] ?? 0;
  return Object.entries(columns).map(([column, type]) => {
    if (column === "bucket") return bucket;
    // Batches have numbers of their own in the whole inbox.
    if (column === "seq" && type === "int8") return group * 100_000 + n + 1;
    if (NULLABLE[table]?.includes(column) && n % 3 === 0) return null;
    return toValue(type, n, key.includes(column) ? 0 : version);
  });
}

function toValue(type: ColumnType, n: number, version: number): TableValue {
  switch (type) {
    case "bool":
      return (n + version) % 2 === 0;
    case "int2":
      return Math.floor(n / BUCKETS_A_GROUP + version) % CHANNELS.length;
    case "int4":
      return n + version;
    case "int8":
      return 1_772_900_000_000 + n + version;
    case "text":
      return `${String(n).padStart(6, "0")} é 𝄞 '"\\ \t\0\u0001 ${version}`;
    case "bytea":
      return Buffer.from([n >> 8, n & 0xff, 0, 0xff, version]);
  }
}

/** As stores do: texts by their bytes. */
function compareValues(a: TableValue, b: TableValue): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  return Buffer.compare(toBuffer(a), toBuffer(b));
}

function toBuffer(value: TableValue): Buffer {
  return value instanceof Uint8Array ? Buffer.from(value) : Buffer.from(String(value));
}
