import type { Database, Statement } from "better-sqlite3";
import type { CopyMark, StoreInfo, TableReader } from "../table-access.ts";
import { readPages, toFirstPageSql, toNextPageSql, toSomeSql } from "../table-sql.ts";
import type { TableName, TableRow, TableValue } from "../tables.ts";
import { TABLE_NAMES, tableOf } from "../tables.ts";
import { isCorrupt } from "./failures.ts";

/** @see https://sqlite.org/pragma.html#pragma_synchronous */
const SYNCHRONOUS = ["OFF", "NORMAL", "FULL", "EXTRA"];
const FULL = 2;

/** The reader of the tables as they lie. */
export function makeTableReader(database: Database): TableReader {
  const statements = new Map<string, Statement>();
  const prepare = (sql: string): Statement => {
    const statement = statements.get(sql) ?? database.prepare(sql).raw();
    statements.set(sql, statement);
    return statement;
  };
  return {
    rows(stretch) {
      const { table } = stretch;
      const toSql = { first: toFirstPageSql, next: toNextPageSql };
      const toRow = makeRowReader(table);
      return readPages(stretch, async (kind, values) => {
        const rows = prepare(toSql[kind](table, () => "?")).all(...values) as TableRow[];
        return rows.map(toRow);
      });
    },
    async isEmpty() {
      return TABLE_NAMES.every((table) => prepare(toSomeSql(table)).get() === undefined);
    },
    async info() {
      return readStoreInfo(database);
    },
    async marks() {
      const rows = prepare("SELECT table_name, bucket_group, rows, hash FROM copy_mark").all() as [
        TableName,
        number,
        number,
        string,
      ][];
      return rows.map(([table, group, count, hash]): CopyMark => ({ table, group, rows: count, hash }));
    },
    async findDamage() {
      try {
        const found = database.pragma("integrity_check") as { readonly integrity_check: string }[];
        return found.map((row) => row.integrity_check).filter((message) => message !== "ok");
      } catch (error) {
        if (isCorrupt(error) && error instanceof Error) return [error.message];
        throw error;
      }
    },
    async durability() {
      const level = Number(database.pragma("synchronous", { simple: true }));
      return [{ name: "synchronous", value: SYNCHRONOUS[level] ?? String(level), isSafe: level >= FULL }];
    },
  };
}

export function readStoreInfo(database: Database): StoreInfo {
  const [storeId, copiedFrom, isPartial] = database
    .prepare("SELECT store_id, copied_from, is_partial FROM store_info")
    .raw()
    .get() as [string, string | null, number];
  const schemaVersion = database.pragma("user_version", { simple: true }) as number;
  return { schemaVersion, isDistributed: false, storeId, copiedFrom, isPartial: isPartial === 1 };
}

/** Booleans are numbers here. */
function makeRowReader(table: TableName): (row: TableRow) => TableRow {
  const types = Object.values(tableOf(table).columns);
  if (!types.includes("bool")) return (row) => row;
  return (row) => row.map((value, i): TableValue => (types[i] === "bool" ? value === 1 : value));
}
