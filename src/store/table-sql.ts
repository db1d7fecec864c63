import { bucketsOf } from "./bucket-groups.ts";
import type { Stretch, TableName, TableRow, TableValue } from "./tables.ts";
import { isBucketed, TABLES, tableOf } from "./tables.ts";

/** How a dialect writes the n-th value of a statement, from 1. */
type ToPlace = (n: number) => string;

/** The first page of a stretch, in the order of the table's key. */
export function toFirstPageSql(table: TableName, place: ToPlace): string {
  if (!isBucketed(table)) return `${selectOf(table)} ${orderOf(table)} LIMIT ${place(1)}`;
  return `${selectOf(table)} WHERE bucket >= ${place(1)} AND bucket <= ${place(2)} ${orderOf(table)} LIMIT ${place(3)}`;
}

/** The page after the row with a key. */
export function toNextPageSql(table: TableName, place: ToPlace): string {
  const { key } = tableOf(table);
  const values = key.map((_, i) => place(i + 1)).join(", ");
  const after = `(${key.join(", ")}) > (${values})`;
  const next = key.length + 1;
  if (!isBucketed(table)) return `${selectOf(table)} WHERE ${after} ${orderOf(table)} LIMIT ${place(next)}`;
  // The upper end is said again: the key alone would lead on into the next group.
  return `${selectOf(table)} WHERE ${after} AND bucket <= ${place(next)} ${orderOf(table)} LIMIT ${place(next + 1)}`;
}

/** Removes a stretch. */
export function toClearSql(table: TableName, place: ToPlace): string {
  return isBucketed(table)
    ? `DELETE FROM ${table} WHERE bucket >= ${place(1)} AND bucket <= ${place(2)}`
    : `DELETE FROM ${table}`;
}

/** Whether a table holds anything. */
export function toSomeSql(table: TableName): string {
  return `SELECT 1 FROM ${table} LIMIT 1`;
}

/** The first and the last bucket of a stretch, as the statements take them: nothing where there are no buckets. */
export function toBounds({ table, group }: Stretch): number[] {
  if (!isBucketed(table)) return [];
  const buckets = bucketsOf(group);
  return [buckets[0] ?? 0, buckets.at(-1) ?? 0];
}

/** The values of {@link toNextPageSql} after a row. */
function toNextValues(stretch: Stretch, last: TableRow): TableValue[] {
  const { columns, key, pageRows } = tableOf(stretch.table);
  const names = Object.keys(columns);
  const after = key.map((column) => last[names.indexOf(column)] ?? null);
  return [...after, ...toBounds(stretch).slice(1), pageRows];
}

/** The values of {@link toFirstPageSql}. */
function toFirstValues(stretch: Stretch): TableValue[] {
  return [...toBounds(stretch), tableOf(stretch.table).pageRows];
}

/**
 * A stretch page by page.
 *
 * @param readPage one page, by a statement's values
 */
export async function* readPages(
  stretch: Stretch,
  readPage: (kind: "first" | "next", values: readonly TableValue[]) => Promise<readonly TableRow[]>,
): AsyncGenerator<readonly TableRow[]> {
  let rows = await readPage("first", toFirstValues(stretch));
  for (;;) {
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows;
    if (rows.length < TABLES[stretch.table].pageRows) return;
    rows = await readPage("next", toNextValues(stretch, last));
  }
}

function selectOf(table: TableName): string {
  return `SELECT ${columnsOf(table).join(", ")} FROM ${table}`;
}

export function columnsOf(table: TableName): string[] {
  return Object.keys(TABLES[table].columns);
}

function orderOf(table: TableName): string {
  return `ORDER BY ${tableOf(table).key.join(", ")}`;
}
