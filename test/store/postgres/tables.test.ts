import { beforeAll, describe, expect, it } from "vitest";
import { openPostgresStore } from "../../../src/store/postgres/open-store.ts";
import { DISTRIBUTED_TABLES, REFERENCE_TABLES } from "../../../src/store/postgres/schema.ts";
import { toClearSql, toFirstPageSql, toNextPageSql } from "../../../src/store/table-sql.ts";
import { isBucketed, TABLE_NAMES, tableOf } from "../../../src/store/tables.ts";
import { schemaOf, usePostgres } from "../../support/postgres.ts";

/** Tables that are each store's own. */
const OWN = ["claim", "copy_mark", "schema_version", "store_info"];

describe("the tables in PostgreSQL", () => {
  const postgres = usePostgres();
  let schema = "";
  beforeAll(async () => {
    const url = postgres.newStoreUrl();
    await (await openPostgresStore(url)).close();
    schema = schemaOf(url);
    await postgres.query(`SET search_path = ${schema}`);
  });

  it("are those that stores share, and their own", async () => {
    const rows = await postgres.query<{ tablename: string }>(
      "SELECT tablename FROM pg_tables WHERE schemaname = $1",
      [schema],
    );
    expect(rows.map(({ tablename }) => tablename).toSorted()).toEqual([...TABLE_NAMES, ...OWN].toSorted());
  });

  it("are distributed when they have buckets, and small when they have none", () => {
    expect([...DISTRIBUTED_TABLES].toSorted()).toEqual(TABLE_NAMES.filter(isBucketed).toSorted());
    expect([...REFERENCE_TABLES].toSorted()).toEqual(
      [...TABLE_NAMES.filter((table) => !isBucketed(table)), ...OWN].toSorted(),
    );
  });

  it.each(TABLE_NAMES)("have the columns and the key that stores share: %s", async (table) => {
    const columns = await postgres.query<{ name: string; type: string }>(
      `SELECT attname AS name, typname AS type FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
       WHERE attrelid = $1::regclass AND attnum > 0`,
      [table],
    );
    expect(Object.fromEntries(columns.map(({ name, type }) => [name, type]))).toEqual(tableOf(table).columns);
    const key = await postgres.query<{ name: string }>(
      `SELECT attname AS name FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
       WHERE i.indrelid = $1::regclass AND i.indisprimary ORDER BY array_position(i.indkey::int2[], a.attnum)`,
      [table],
    );
    expect(key.map(({ name }) => name)).toEqual(tableOf(table).key);
  });

  it.each(TABLE_NAMES)("are read in the order of their key, without sorting: %s", async (table) => {
    // So that the plan is that of a large table.
    await postgres.query("SET enable_seqscan = off; SET enable_bitmapscan = off; SET enable_sort = off");
    for (const toSql of [toFirstPageSql, toNextPageSql, toClearSql]) {
      const sql = toSql(table, (n) => `$${n}`);
      const name = `${table}_${toSql.name}`.toLowerCase();
      await postgres.query(`PREPARE ${name} AS ${sql}`);
      const values = (sql.match(/\$\d/g) ?? []).map(() => "NULL").join(", ");
      await postgres.query("SET plan_cache_mode = force_generic_plan");
      const plan = await postgres.query(`EXPLAIN EXECUTE ${name}${values === "" ? "" : `(${values})`}`);
      expect(JSON.stringify(plan), sql).not.toMatch(/Sort/);
      if (sql.includes("WHERE")) expect(JSON.stringify(plan), sql).toMatch(/Index Cond/);
    }
  });
});
