import { UsageError } from "../domain/errors.ts";
import type { MigrateReport } from "../report/store-data.ts";
import { parseStoreUrl, withStore } from "./open-store.ts";

/**
 * Makes an empty database a store; one of our schema's version stays as it is.
 *
 * @param distributed whether it is spread over the nodes of a distributed PostgreSQL
 * @throws UsageError for a store of another version, or one that cannot be distributed
 */
export async function migrateStore(
  url: string,
  { distributed }: { readonly distributed: boolean },
): Promise<MigrateReport> {
  if (distributed) await distribute(url);
  return withStore(url, { mayMake: true }, async ({ store, name }) => {
    const { storeId, schemaVersion, isDistributed } = await store.tables.info();
    return { database: name, storeId, schemaVersion, isDistributed };
  });
}

async function distribute(url: string): Promise<void> {
  if (parseStoreUrl(url).kind === "sqlite") {
    throw new UsageError({
      place: "--distributed",
      value: url,
      expected: "a distributed PostgreSQL (Citus): postgres://USER:PASSWORD@HOST:PORT/DATABASE",
      todo: "name its coordinator with --database, or go without --distributed",
    });
  }
  const { migrateDistributed } = await import("../store/postgres/migrate-distributed.ts");
  await migrateDistributed(url);
}
