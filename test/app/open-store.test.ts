import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openStore, withStore } from "../../src/app/open-store.ts";
import { UsageError } from "../../src/domain/errors.ts";
import { schemaOf, usePostgres } from "../support/postgres.ts";

const postgres = usePostgres();

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "trackbridge-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const newFile = (): string => `sqlite:${join(folder, `${Math.random()}.db`)}`;

/** The packages of which a process that opens a store has loaded anything. */
async function packagesLoadedFor(url: string): Promise<Set<string | undefined>> {
  const script = `
    import { createRequire } from "node:module";
    import { openStore } from ${JSON.stringify(new URL("../../src/app/open-store.ts", import.meta.url).href)};
    const store = await openStore(${JSON.stringify(url)}, {});
    console.log(JSON.stringify(Object.keys(createRequire(import.meta.url).cache)));
    await store.close();`;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", script]);
  const files = JSON.parse(stdout) as string[];
  return new Set(files.map((file) => /node_modules[/\\]([^/\\]+)/.exec(file)?.[1]));
}

describe("openStore", () => {
  it.each([
    ["SQLite", newFile, "better-sqlite3", "pg"],
    ["PostgreSQL", () => postgres.newStoreUrl(), "pg", "better-sqlite3"],
  ])(
    "loads for %s what speaks to it, and nothing that speaks to the other",
    async (_, newUrl, own, other) => {
      const loaded = await packagesLoadedFor(newUrl());
      expect(loaded).toContain(own);
      expect(loaded).not.toContain(other);
    },
  );

  it("needs few connections for one of several threads", async () => {
    const database = `threads_${schemaOf(postgres.newStoreUrl())}`;
    await postgres.query(`CREATE DATABASE ${database}`);
    const url = new URL(postgres.serverUrl);
    url.pathname = `/${database}`;
    const connectionsOf = (isThread: boolean): Promise<number> =>
      withStore(url.href, { isThread }, async ({ store }) => {
        const many = Array.from({ length: 40 });
        await Promise.all(many.map(() => store.feeds.books()));
        await Promise.all(many.map(() => store.transaction(async () => {})));
        const [row] = await postgres.query<{ count: string }>(
          "SELECT count(*) FROM pg_stat_activity WHERE datname = $1",
          [database],
        );
        return Number(row?.count);
      });
    expect(await connectionsOf(true)).toBe(3);
    expect(await connectionsOf(false)).toBe(12);
    await postgres.query(`DROP DATABASE ${database} WITH (FORCE)`);
  });

  it.each(["", "sqlite:", "store.db", "mysql://me:secret@host/db", "me:secret@host", "secret@host"])(
    "refuses '%s' and says what it may be, never repeating a password",
    async (url) => {
      const refused: unknown = await openStore(url, {}).catch((error: unknown) => error);
      expect(refused).toBeInstanceOf(UsageError);
      const { message } = refused as UsageError;
      expect(message).toMatch(/^database: .* → sqlite:PATH, or postgres:\/\/.* → correct the URL/);
      expect(message.replace("secret@host", url === "secret@host" ? "secret" : "")).not.toMatch(
        /cret@|:secret/,
      );
    },
  );
});

describe("withStore", () => {
  it("names a store by its URL without the password", async () => {
    const url = postgres.newStoreUrl();
    const { username, host, pathname } = new URL(url);
    const names = await Promise.all(
      [url, "sqlite::memory:"].map((one) => withStore(one, {}, async ({ name }) => name)),
    );
    expect(names).toEqual([
      `postgres://${username}@${host}${pathname}?schema=${schemaOf(url)}`,
      "sqlite::memory:",
    ]);
  });

  it("closes the store whatever happens", async () => {
    const url = newFile();
    let leaked: (() => Promise<unknown>) | undefined;
    const failed = withStore(url, {}, async ({ store }) => {
      leaked = () => store.feeds.books();
      throw new Error("no");
    });
    await expect(failed).rejects.toThrow("no");
    await expect(leaked?.()).rejects.toThrow(/not open/);
  });
});
