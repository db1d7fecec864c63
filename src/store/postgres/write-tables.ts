import type { TableWriter } from "../table-access.ts";
import { columnsOf, toBounds, toClearSql } from "../table-sql.ts";
import type { TableName, TableRow } from "../tables.ts";
import { TABLE_NAMES, TABLES } from "../tables.ts";
import { forEachTable, toPlace } from "./read-tables.ts";
import type { WriteSession } from "./session.ts";
import type { CopyStatement } from "./statements.ts";
import { toCopy, toStatements } from "./statements.ts";

export const CLEAR_SQL = forEachTable("clear", (table) => toClearSql(table, toPlace));

export const FILL_SQL = Object.fromEntries(
  TABLE_NAMES.map((table) => [table, { ...toCopy(table, TABLES[table].columns), name: `fill.${table}` }]),
) as Readonly<Record<TableName, CopyStatement>>;

export const MARK_SQL = toStatements("marks", {
  saveMark: "INSERT INTO copy_mark (table_name, bucket_group, rows, hash) VALUES ($1, $2, $3, $4)",
  dropMark: "DELETE FROM copy_mark WHERE table_name = $1 AND bucket_group = $2",
  beginCopy: "UPDATE store_info SET copied_from = $1, is_partial = true",
  dropMarks: "DELETE FROM copy_mark",
  endCopy: "UPDATE store_info SET is_partial = false",
  // What is appended later gets larger numbers.
  moveInboxOn: "SELECT setval('inbox_seq', greatest($1, (SELECT last_value FROM inbox_seq)))",
  moveSpoolOn: "SELECT setval('spool_seq', greatest($1, (SELECT last_value FROM spool_seq)))",
  moveRunsOn: "SELECT setval('run_seq', greatest($1, (SELECT last_value FROM run_seq)))",
});

const MOVE_ON = { inbox: MARK_SQL.moveInboxOn, spool: MARK_SQL.moveSpoolOn, run: MARK_SQL.moveRunsOn };

/** The writer of the tables as they lie. */
export function makeTableWriter(session: WriteSession): TableWriter {
  const moveOn = async (table: TableName, rows: readonly TableRow[]): Promise<void> => {
    if (!(table in MOVE_ON)) return;
    const seq = columnsOf(table).indexOf("seq");
    const last = rows.reduce((most, row) => Math.max(most, Number(row[seq])), 0);
    if (last > 0) await session.rows(MOVE_ON[table as keyof typeof MOVE_ON], last);
  };
  return {
    async replaceRows(stretch, pages) {
      const { table } = stretch;
      await session.run(CLEAR_SQL[table], ...toBounds(stretch));
      for await (const rows of pages) {
        await session.copy(FILL_SQL[table], rows);
        await moveOn(table, rows);
      }
    },
    async saveMark({ table, group, rows, hash }) {
      await session.run(MARK_SQL.saveMark, table, group, rows, hash);
    },
    async dropMark({ table, group }) {
      await session.run(MARK_SQL.dropMark, table, group);
    },
    async beginCopy(sourceId) {
      await session.run(MARK_SQL.beginCopy, sourceId);
    },
    async endCopy() {
      await session.run(MARK_SQL.dropMarks);
      await session.run(MARK_SQL.endCopy);
    },
  };
}
