import type { Database, Statement } from "better-sqlite3";
import type { TableWriter } from "../table-access.ts";
import { columnsOf, toBounds, toClearSql } from "../table-sql.ts";
import type { TableName, TableValue } from "../tables.ts";
import { placeholders } from "./placeholders.ts";

/** The writer of the tables as they lie. */
export function makeTableWriter(database: Database): TableWriter {
  const statements = new Map<string, Statement>();
  const prepare = (sql: string): Statement => {
    const statement = statements.get(sql) ?? database.prepare(sql);
    statements.set(sql, statement);
    return statement;
  };
  return {
    async replaceRows(stretch, pages) {
      const { table } = stretch;
      prepare(toClearSql(table, () => "?")).run(...toBounds(stretch));
      const insert = prepare(toInsertSql(table));
      for await (const rows of pages) {
        for (const row of rows) insert.run(row.map(toKept));
      }
    },
    async saveMark({ table, group, rows, hash }) {
      prepare("INSERT INTO copy_mark (table_name, bucket_group, rows, hash) VALUES (?, ?, ?, ?)").run(
        table,
        group,
        rows,
        hash,
      );
    },
    async dropMark({ table, group }) {
      prepare("DELETE FROM copy_mark WHERE table_name = ? AND bucket_group = ?").run(table, group);
    },
    async beginCopy(sourceId) {
      prepare("UPDATE store_info SET copied_from = ?, is_partial = 1").run(sourceId);
    },
    async endCopy() {
      prepare("DELETE FROM copy_mark").run();
      prepare("UPDATE store_info SET is_partial = 0").run();
    },
  };
}

function toInsertSql(table: TableName): string {
  const columns = columnsOf(table);
  return `INSERT INTO ${table} (${columns.join(", ")}) VALUES (${placeholders(columns)})`;
}

/** Booleans are numbers here. */
function toKept(value: TableValue): TableValue {
  return typeof value === "boolean" ? Number(value) : value;
}
