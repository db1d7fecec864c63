import { createServer } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { UsageError } from "../../../src/domain/errors.ts";
import { parseAddress } from "../../../src/store/postgres/address.ts";
import { makePool } from "../../../src/store/postgres/connect.ts";
import { migrateDistributed } from "../../../src/store/postgres/migrate-distributed.ts";
import { openPostgresStore } from "../../../src/store/postgres/open-store.ts";
import { SCHEMA_VERSION } from "../../../src/store/postgres/schema.ts";
import type { Store } from "../../../src/store/store.ts";
import { schemaOf, usePostgres } from "../../support/postgres.ts";
import { aDossier, parcelOf } from "../../support/store-rows.ts";

const postgres = usePostgres();

const opened: Store[] = [];
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
});

async function open(url: string, options: { readonly mayMake?: boolean } = {}): Promise<Store> {
  const store = await openPostgresStore(url, options);
  opened.push(store);
  return store;
}

/** What something refuses with: always one line, by the recipe, and never the password. */
async function refusalOf(attempt: Promise<unknown>): Promise<string> {
  try {
    await attempt;
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    const { message } = error as UsageError;
    expect(message.split("\n")).toHaveLength(1);
    expect(message.split(" → ")).toHaveLength(3);
    expect(message).toMatch(/^database/);
    expect(message).not.toMatch(/only(%20| )for|secret/);
    return message;
  }
  throw new Error("it was not refused");
}

/** The server's URL with something else in it. */
function urlWith(change: (url: URL) => void): string {
  const url = new URL(postgres.newStoreUrl());
  change(url);
  return url.href;
}

async function countTables(url: string): Promise<number> {
  const rows = await postgres.query("SELECT 1 FROM pg_tables WHERE schemaname = $1", [schemaOf(url)]);
  return rows.length;
}

describe("openPostgresStore", () => {
  it("makes a store, and finds everything again that was committed", async () => {
    const url = postgres.newStoreUrl();
    const store = await open(url);
    await store.transaction(({ dossiers }) => dossiers.saveDossiers([aDossier()]));
    const again = await open(url, { mayMake: false });
    expect((await again.parcels.findDossier(parcelOf(1)))?.observations).toHaveLength(1);
  });

  it("makes one store when many ask for it at once", async () => {
    const url = postgres.newStoreUrl();
    const stores = await Promise.all(Array.from({ length: 6 }, () => open(url)));
    for (const store of stores) expect(await store.parcels.buckets()).toEqual([]);
  });

  it("keeps stores apart that share a database", async () => {
    const [one, other] = [await open(postgres.newStoreUrl()), await open(postgres.newStoreUrl())];
    await one.transaction(({ dossiers }) => dossiers.saveDossiers([aDossier()]));
    expect(await other.parcels.findDossier(parcelOf(1))).toBeUndefined();
    const claim = await one.claims.take("group 1", "a", 60_000);
    expect(await other.claims.take("group 1", "a", 60_000)).toEqual(claim);
  });

  it("makes nothing where data is only looked at", async () => {
    const url = postgres.newStoreUrl();
    expect(await refusalOf(open(url, { mayMake: false }))).toMatch(
      /no store → .*imported.* → .*import first/,
    );
    expect(await countTables(url)).toBe(0);
  });

  it.each([
    ["newer", SCHEMA_VERSION + 1, /→ use the newer trackbridge that wrote it$/],
    ["older", SCHEMA_VERSION - 1, /→ import the data into another store/],
  ])("refuses a store of a %s version and leaves it as it was", async (_, version, told) => {
    const url = postgres.newStoreUrl();
    await open(url);
    await postgres.query(`UPDATE ${schemaOf(url)}.schema_version SET version = ${version}`);
    expect(await refusalOf(open(url))).toMatch(told);
    expect(await postgres.query(`SELECT version FROM ${schemaOf(url)}.schema_version`)).toEqual([
      { version },
    ]);
  });

  it("refuses the schema of another program and leaves it as it was", async () => {
    const url = postgres.newStoreUrl();
    await postgres.query(`CREATE SCHEMA ${schemaOf(url)} CREATE TABLE recipe (name text)`);
    expect(await refusalOf(open(url))).toMatch(/not a trackbridge store/);
    expect(await countTables(url)).toBe(1);
  });

  it("refuses a database that cannot hold every character", async () => {
    const name = `latin_${schemaOf(postgres.newStoreUrl())}`;
    await postgres.query(`CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'`);
    try {
      const url = urlWith((to) => {
        to.pathname = name;
      });
      expect(await refusalOf(open(url))).toMatch(/encoding LATIN1/);
    } finally {
      await postgres.query(`DROP DATABASE ${name}`);
    }
  });

  it("says what is wrong with the user or the password", async ({ skip }) => {
    if (process.env.TRACKBRIDGE_TEST_POSTGRES !== undefined)
      skip("a server that is given may let everybody in");
    const wrongPassword = urlWith((url) => {
      url.password = "secret";
    });
    expect(await refusalOf(open(wrongPassword))).toMatch(
      /→ correct the user or the password in the URL, or PGPASSWORD$/,
    );
    const noPassword = urlWith((url) => {
      url.password = "";
    });
    expect(await refusalOf(open(noPassword))).toMatch(
      /→ correct the user or the password in the URL, or PGPASSWORD$/,
    );
  });

  it("says that there is no such database", async () => {
    const noSuchDatabase = urlWith((url) => {
      url.pathname = "/absent";
    });
    expect(await refusalOf(open(noSuchDatabase))).toMatch(/"absent" does not exist.*create the database/);
  });

  it("says when there is no server, or none that speaks PostgreSQL", async () => {
    const silent = createServer((socket) => socket.resume().end("HTTP/1.1 400 Bad Request\r\n\r\n"));
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const { port } = silent.address() as { port: number };
    const url = urlWith((to) => {
      to.port = String(port);
    });
    await refusalOf(open(url));
    await new Promise((resolve) => silent.close(resolve));
    expect(await refusalOf(open(url))).toMatch(/ECONNREFUSED.*see that the server runs/);
    const nowhere = urlWith((to) => {
      to.hostname = "nowhere.invalid";
    });
    expect(await refusalOf(open(nowhere))).toMatch(/→ correct the host in the URL/);
  });

  it.each([
    "postgres://user:secret@host:port/db",
    "postgres://user:secret@",
    "mysql://user:secret@host/db",
    "secret",
  ])("refuses %s without repeating it", async (url) => {
    expect(await refusalOf(open(url))).toMatch(/cannot be read/);
  });

  it.each(["", "Upper", "a-b", "pg_mine", "1st", `a${"b".repeat(63)}`])(
    "refuses a schema called '%s'",
    async (schema) => {
      const url = urlWith((to) => to.searchParams.set("schema", schema));
      expect(await refusalOf(open(url))).toMatch(/name another schema/);
    },
  );

  it("says which right is missing", async () => {
    const role = `r_${schemaOf(postgres.newStoreUrl())}`;
    await postgres.query(`CREATE ROLE ${role} LOGIN PASSWORD 'secret'`);
    try {
      const url = urlWith((to) => {
        to.username = role;
        to.password = "secret";
      });
      expect(await refusalOf(open(url))).toMatch(/permission denied.*grant the user the right/);
    } finally {
      await postgres.query(`DROP ROLE ${role}`);
    }
  });

  it("says when the database may only be read", async () => {
    const url = postgres.newStoreUrl();
    await open(url);
    const readOnly = new URL(url);
    readOnly.searchParams.set("options", "-c default_transaction_read_only=on");
    const store = await open(readOnly.href);
    expect(await store.parcels.buckets()).toEqual([]);
    const attempt = store.transaction(({ dossiers }) => dossiers.saveDossiers([aDossier()]));
    expect(await refusalOf(attempt)).toMatch(/read-only.*name a server that can be written to/);
  });
});

describe("a connection", () => {
  it.each([
    ["off", "on"],
    ["local", "on"],
    ["on", "on"],
    ["remote_apply", "remote_apply"],
  ])("waits for the disk at every commit: synchronous_commit %s becomes %s", async (before, after) => {
    const url = urlWith((to) => to.searchParams.set("options", `-c synchronous_commit=${before}`));
    const pool = makePool(parseAddress(url), 1);
    expect((await pool.query("SHOW synchronous_commit")).rows).toEqual([{ synchronous_commit: after }]);
    expect((await pool.query("SHOW application_name")).rows).toEqual([{ application_name: "trackbridge" }]);
    await pool.end();
  });
});

describe("migrateDistributed", () => {
  it("says when the server cannot be distributed", async ({ skip }) => {
    const available = await postgres.query("SELECT 1 FROM pg_available_extensions WHERE name = 'citus'");
    if (available.length > 0) skip("the server has Citus");
    expect(await refusalOf(migrateDistributed(postgres.newStoreUrl()))).toMatch(
      /extension citus is not available/,
    );
  });

  // The server that comes with the tests has no Citus.
  if (process.env.TRACKBRIDGE_TEST_POSTGRES !== undefined) {
    it("spreads a store over a distributed server, once and again, and the store goes on", async ({
      skip,
    }) => {
      const available = await postgres.query("SELECT 1 FROM pg_available_extensions WHERE name = 'citus'");
      if (available.length === 0) skip("the server has no Citus; name one in TRACKBRIDGE_TEST_POSTGRES");
      const url = postgres.newStoreUrl();
      const before = await open(url);
      await before.transaction(({ dossiers }) => dossiers.saveDossiers([aDossier()]));
      await migrateDistributed(url);
      await migrateDistributed(url);
      const store = await open(url);
      expect(await store.parcels.findDossier(parcelOf(1))).toBeDefined();
      expect(await store.parcels.buckets()).toHaveLength(1);
    });
  }
});
