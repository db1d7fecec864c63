import type { CopyMark, StoreInfo, TableReader } from "../table-access.ts";
import { readPages, toFirstPageSql, toNextPageSql, toSomeSql } from "../table-sql.ts";
import type { TableName, TableRow } from "../tables.ts";
import { TABLE_NAMES } from "../tables.ts";
import type { Session } from "./session.ts";
import type { Statement } from "./statements.ts";
import { toStatements } from "./statements.ts";

export const FIRST_PAGE_SQL = forEachTable("firstPage", (table) => toFirstPageSql(table, toPlace));
export const NEXT_PAGE_SQL = forEachTable("nextPage", (table) => toNextPageSql(table, toPlace));
export const SOME_SQL = forEachTable("some", toSomeSql);

export const TABLE_SQL = toStatements("tables", {
  info: "SELECT store_id, copied_from, is_partial FROM store_info",
  version: "SELECT max(version) FROM schema_version",
  durability: `SELECT name, setting FROM pg_settings
    WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit') ORDER BY name`,
  marks: "SELECT table_name, bucket_group, rows, hash FROM copy_mark",
});

/** The reader of the tables as they lie. */
export function makeTableReader(session: Session, isDistributed: boolean): TableReader {
  const statements = { first: FIRST_PAGE_SQL, next: NEXT_PAGE_SQL };
  return {
    rows(stretch) {
      return readPages(stretch, (kind, values) =>
        session.rows<TableRow>(statements[kind][stretch.table], ...values),
      );
    },
    async isEmpty() {
      for (const table of TABLE_NAMES) {
        if ((await session.rows(SOME_SQL[table])).length > 0) return false;
      }
      return true;
    },
    info: async () => ({ ...(await readStoreInfo(session)), isDistributed }),
    async marks() {
      const rows = await session.rows<[TableName, number, number, string]>(TABLE_SQL.marks);
      return rows.map(([table, group, count, hash]): CopyMark => ({ table, group, rows: count, hash }));
    },
    async findDamage() {
      // The server's own checksums tell it when a page is read.
      return null;
    },
    async durability() {
      const rows = await session.rows<[string, string]>(TABLE_SQL.durability);
      return rows.map(([name, value]) => ({ name, value, isSafe: value !== "off" }));
    },
  };
}

export async function readStoreInfo(session: Session): Promise<Omit<StoreInfo, "isDistributed">> {
  const [info] = await session.rows<[string, string | null, boolean]>(TABLE_SQL.info);
  const [version] = await session.rows<[number]>(TABLE_SQL.version);
  if (info === undefined || version === undefined) throw new Error("the store does not say which it is");
  const [storeId, copiedFrom, isPartial] = info;
  return { schemaVersion: version[0], storeId, copiedFrom, isPartial };
}

export function forEachTable(
  file: string,
  toSql: (table: TableName) => string,
): Readonly<Record<TableName, Statement>> {
  const texts = Object.fromEntries(TABLE_NAMES.map((table) => [table, toSql(table)]));
  return toStatements(file, texts as Record<TableName, string>);
}

export function toPlace(n: number): string {
  return `$${n}`;
}
