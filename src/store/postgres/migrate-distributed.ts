import { UsageError } from "../../domain/errors.ts";
import { parseAddress } from "./address.ts";
import { makePool, makeTransact } from "./connect.ts";
import { toOpeningError } from "./failures.ts";
import { prepareSchema } from "./prepare-schema.ts";
import { DISTRIBUTED_TABLES, REFERENCE_TABLES } from "./schema.ts";
import type { Session } from "./session.ts";
import { makeSession } from "./session.ts";
import { toStatements } from "./statements.ts";

export const MIGRATE_SQL = toStatements("migrate", {
  available: "SELECT 1 FROM pg_available_extensions WHERE name = 'citus'",
  lock: "SELECT pg_advisory_lock(hashtextextended($1, 0))",
  isCitusTable: "SELECT 1 FROM pg_dist_partition WHERE logicalrelid = to_regclass($1)",
  distributeFirst: "SELECT create_distributed_table($1::text::regclass, 'bucket', colocate_with => 'none')",
  distribute: "SELECT create_distributed_table($1::text::regclass, 'bucket', colocate_with => $2)",
  makeReference: "SELECT create_reference_table($1::text::regclass)",
  dropLocalRows: "SELECT truncate_local_data_after_distributing_table($1::text::regclass)",
});

/**
 * Spreads a store over a distributed PostgreSQL (Citus): the tables whose
 * keys begin with the bucket are distributed by it and lie together, the
 * small ones are copied to every node. Makes the store where there is none.
 * What is done already stays; nobody may work on the store meanwhile.
 *
 * @throws UsageError when the server has no Citus, or will not let us
 */
export async function migrateDistributed(url: string): Promise<void> {
  const address = parseAddress(url);
  const { place, schema } = address;
  const pool = makePool(address, 1);
  try {
    const reader = makeSession(pool, place);
    if ((await reader.rows(MIGRATE_SQL.available)).length === 0) {
      throw new UsageError({
        place,
        value: "extension citus is not available",
        expected: "a distributed PostgreSQL (Citus)",
        todo: "install Citus on the server and preload it, or go without --distributed",
      });
    }
    await pool.query("CREATE EXTENSION IF NOT EXISTS citus");
    await prepareSchema(address, { mayBePartial: true }, reader, makeTransact(pool, place));
    const client = await pool.connect();
    try {
      await distributeTables(makeSession(client, place), schema);
    } finally {
      // Closed, so that its lock ends, too.
      client.release(true);
    }
  } catch (error) {
    throw toOpeningError(place, error);
  } finally {
    await pool.end();
  }
}

/** One table after the other, each for itself: a table that is being distributed is locked on all nodes. */
async function distributeTables(session: Session, schema: string): Promise<void> {
  await session.rows(MIGRATE_SQL.lock, `trackbridge ${schema} schema`);
  const [first, ...others] = DISTRIBUTED_TABLES.map((table) => `${schema}.${table}`);
  if (first === undefined) return;
  const isDone = async (table: string): Promise<boolean> =>
    (await session.rows(MIGRATE_SQL.isCitusTable, table)).length > 0;
  if (!(await isDone(first))) await session.rows(MIGRATE_SQL.distributeFirst, first);
  for (const table of others) {
    if (!(await isDone(table))) await session.rows(MIGRATE_SQL.distribute, table, first);
  }
  const references = REFERENCE_TABLES.map((table) => `${schema}.${table}`);
  for (const table of references) {
    if (!(await isDone(table))) await session.rows(MIGRATE_SQL.makeReference, table);
  }
  // The rows that were copied to the nodes are still here, unseen.
  for (const table of [first, ...others, ...references]) await session.rows(MIGRATE_SQL.dropLocalRows, table);
}
