import Database from "better-sqlite3";
import { beforeAll, describe, expect, it } from "vitest";
import { SCHEMA } from "../../../src/store/sqlite/schema.ts";
import { toClearSql, toFirstPageSql, toNextPageSql } from "../../../src/store/table-sql.ts";
import { TABLE_NAMES, TABLES, tableOf } from "../../../src/store/tables.ts";

/** Tables that are each store's own. */
const OWN = ["claim", "copy_mark", "store_info"];

describe("the tables in SQLite", () => {
  let database: Database.Database;
  beforeAll(() => {
    database = new Database(":memory:");
    database.exec(SCHEMA);
    return () => database.close();
  });

  it("are those that stores share, and their own", () => {
    const names = database
      .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
      .pluck()
      .all();
    expect(names.toSorted()).toEqual([...TABLE_NAMES, ...OWN].toSorted());
  });

  it.each(TABLE_NAMES)("have the columns and the key that stores share: %s", (table) => {
    const types = {
      bool: "INTEGER",
      int2: "INTEGER",
      int4: "INTEGER",
      int8: "INTEGER",
      text: "TEXT",
      bytea: "BLOB",
    };
    const columns = database.pragma(`table_info(${table})`) as { name: string; type: string; pk: number }[];
    expect(Object.fromEntries(columns.map(({ name, type }) => [name, type]))).toEqual(
      Object.fromEntries(Object.entries(tableOf(table).columns).map(([name, type]) => [name, types[type]])),
    );
    const unique = [
      columns.filter(({ pk }) => pk > 0).map(({ name }) => name),
      ...(database.pragma(`index_list(${table})`) as { name: string; unique: number }[])
        .filter((index) => index.unique === 1)
        .map(({ name }) =>
          (database.pragma(`index_info(${name})`) as { name: string }[]).map((one) => one.name),
        ),
    ].filter((names) => names.length > 0);
    // A batch's number alone is unique here.
    const key = table === "inbox" || table === "spool" ? ["seq"] : TABLES[table].key;
    expect(unique.map((names) => names.toSorted())).toContainEqual([...key].toSorted());
  });

  it.each(TABLE_NAMES)("are read in the order of their key, without sorting: %s", (table) => {
    for (const toSql of [toFirstPageSql, toNextPageSql, toClearSql]) {
      const sql = toSql(table, () => "?");
      const plan = database
        .prepare(`EXPLAIN QUERY PLAN ${sql}`)
        .all(...(sql.match(/\?/g) ?? []).map(() => 0));
      expect(JSON.stringify(plan), sql).not.toMatch(/TEMP B-TREE/);
      if (sql.includes("WHERE")) expect(JSON.stringify(plan), sql).toMatch(/SEARCH/);
    }
  });
});
