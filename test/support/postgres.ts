import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { afterAll, beforeAll, inject } from "vitest";
import { DISTRIBUTED_TABLES, REFERENCE_TABLES } from "../../src/store/postgres/schema.ts";

/** A PostgreSQL to test with. */
export interface TestPostgres {
  /** Of the server, with user, password and database. */
  readonly serverUrl: string;
  /** Of a store that is not there yet, in a schema of its own; it is dropped after the file's tests. */
  newStoreUrl(): string;
  /** Of a store that is empty. Always the same one: making tables takes longer than most tests. */
  emptiedStoreUrl(): Promise<string>;
  /** Asks the server itself, as an administrator might. */
  query<Row extends pg.QueryResultRow>(text: string, values?: readonly unknown[]): Promise<Row[]>;
}

/** The schema that a store's URL names. */
export function schemaOf(url: string | undefined): string {
  return new URL(url ?? "").searchParams.get("schema") ?? "";
}

const GUARD = fileURLToPath(new URL("./postgres-guard.ts", import.meta.url));

/**
 * Lends a test file a real PostgreSQL: the one that comes from npm, or that
 * of `TRACKBRIDGE_TEST_POSTGRES`. Call once per file, outside of tests.
 */
export function usePostgres(): TestPostgres {
  let serverUrl = "";
  let client: pg.Client | undefined;
  const schemas: string[] = [];
  const query = async <Row extends pg.QueryResultRow>(
    text: string,
    values: readonly unknown[] = [],
  ): Promise<Row[]> => {
    if (client === undefined) {
      client = new pg.Client({ connectionString: serverUrl });
      client.on("error", () => {});
      await client.connect();
    }
    return (await client.query<Row>(text, [...values])).rows;
  };
  beforeAll(async () => {
    serverUrl = process.env.TRACKBRIDGE_TEST_POSTGRES ?? (await startPostgres(inject("postgresFolder")));
  });
  afterAll(async () => {
    for (const schema of schemas) await query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
    await client?.end();
  });
  const newStoreUrl = (): string => {
    const schema = `test_${randomBytes(8).toString("hex")}`;
    schemas.push(schema);
    const url = new URL(serverUrl);
    url.searchParams.set("schema", schema);
    return url.href;
  };
  let emptiedUrl: string | undefined;
  return {
    get serverUrl() {
      return serverUrl;
    },
    newStoreUrl,
    async emptiedStoreUrl() {
      if (emptiedUrl === undefined) {
        emptiedUrl = newStoreUrl();
      } else {
        const schema = schemaOf(emptiedUrl);
        const tables = [...DISTRIBUTED_TABLES, ...REFERENCE_TABLES].filter(
          (table) => table !== "schema_version" && table !== "store_info",
        );
        await query(
          `${tables.map((table) => `DELETE FROM ${schema}.${table};`).join("")}
           UPDATE ${schema}.store_info SET copied_from = NULL, is_partial = false`,
        );
      }
      return emptiedUrl;
    },
    query,
  };
}

/** Starts the run's server, or waits for whoever does. */
async function startPostgres(folder: string): Promise<string> {
  try {
    mkdirSync(join(folder, "started"));
    const guard = spawn(process.execPath, [GUARD, folder, String(process.ppid)], {
      detached: true,
      stdio: "ignore",
    });
    guard.unref();
    writeFileSync(join(folder, "guard"), String(guard.pid));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  for (;;) {
    if (existsSync(join(folder, "failure"))) throw new Error(readFileSync(join(folder, "failure"), "utf8"));
    if (existsSync(join(folder, "url"))) {
      const url = readFileSync(join(folder, "url"), "utf8");
      if (await answers(url)) return url;
    }
    await setTimeout(50);
  }
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url });
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}
