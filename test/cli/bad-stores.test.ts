import { hash } from "node:crypto";
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { VerifyReport } from "../../src/report/store-data.ts";
import type { CliResult } from "../support/cli.ts";
import { runCli } from "../support/cli.ts";
import { aScanRow } from "../support/intakes.ts";
import { schemaOf, usePostgres } from "../support/postgres.ts";
import { CSV_HEADER } from "../support/scan-files.ts";
import { mountSmallDisk } from "../support/small-disk.ts";
import { parcelOf } from "../support/store-rows.ts";

const postgres = usePostgres();
const NOW = "2026-03-11T10:00:00Z";
const SMALL = "TT_11223344_20260311_090000_001.csv";
const LARGE = "TT_11223344_20260311_090000_002.csv";

let cwd = "";
const at = (name: string): string => join(cwd, name);
const run = (...args: readonly string[]): Promise<CliResult> => runCli([...args, "--now", NOW], { cwd });
const importInto = (url: string, file = SMALL): Promise<CliResult> =>
  run("import", "legacy-scan", file, "--database", url);

beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), "trackbridge-"));
  const toFile = (from: number, rows: number): string =>
    [
      CSV_HEADER,
      ...Array.from({ length: rows }, (_, n) =>
        aScanRow({ barcode: parcelOf(from + n), reference: `R${n}` }),
      ),
      "",
    ].join("\r\n");
  writeFileSync(at(SMALL), toFile(1, 50));
  writeFileSync(at(LARGE), toFile(1000, 40_000));
  await importInto("sqlite:good.db");
  await run("reconcile", "--database", "sqlite:good.db");
});
afterAll(() => rmSync(cwd, { recursive: true }));

/** Exactly one line: place: value → what was expected → what to do; and nothing else. */
function expectRefusal({ code, stdout, stderr }: CliResult, told: RegExp): void {
  expect(stderr).toMatch(told);
  expect(stderr).toMatch(/^[^\n]+: [^\n]+ → [^\n]+ → [^\n]+\n$/);
  expect(stderr).not.toMatch(/only(%20| )for|secret/);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
}

/** What a person may do with a store: write it, look at it, make it, and both ends of a copy. */
function commandsOn(url: string): (readonly string[])[] {
  return [
    ["import", "legacy-scan", SMALL, "--database", url],
    ["findings", "--database", url],
    ["db", "migrate", "--database", url],
    ["db", "copy", "--from", url, "--to", "sqlite:never-made.db"],
    ["db", "copy", "--from", "sqlite:good.db", "--to", url],
  ];
}

async function expectAllRefused(url: string, told: RegExp): Promise<void> {
  const results = await Promise.all(commandsOn(url).map((args) => run(...args)));
  for (const result of results) expectRefusal(result, told);
  expect(existsSync(at("never-made.db"))).toBe(false);
}

/** What a store holds: counts and hashes of every table. */
async function contentOf(url: string): Promise<VerifyReport["tables"]> {
  const { code, stdout } = await run("db", "verify", "--format", "json", "--database", url);
  expect(code).toBe(0);
  return (JSON.parse(stdout) as VerifyReport).tables;
}

const digestOf = (path: string): string => hash("sha256", readFileSync(path), "hex");

/** A copy of the good store, changed by hand. */
function spoil(name: string, change: (database: Database.Database) => void): string {
  copyFileSync(at("good.db"), at(name));
  const database = new Database(at(name));
  change(database);
  database.close();
  return name;
}

const UNUSABLE: readonly (readonly [string, RegExp, () => string])[] = [
  [
    "a text file",
    /not a database → .* → name a trackbridge store, or a new file/,
    () => {
      writeFileSync(at("text.db"), "Barcode;Waarneming\n".repeat(99));
      return "text.db";
    },
  ],
  [
    "another program's database",
    /not a trackbridge store → /,
    () => {
      const database = new Database(at("recipes.db"));
      database.exec("CREATE TABLE recipe (name TEXT); INSERT INTO recipe VALUES ('soup')");
      database.close();
      return "recipes.db";
    },
  ],
  [
    "a store of an older schema",
    /schema version 1 → a store of schema version \d → import the data into another store/,
    () => spoil("older.db", (database) => database.pragma("user_version = 1")),
  ],
  [
    "a store of a newer schema",
    /schema version 99 → a store of schema version \d → use the newer trackbridge that wrote it/,
    () => spoil("newer.db", (database) => database.pragma("user_version = 99")),
  ],
  [
    "a store that lacks a table",
    /no such table: .* → name another file/,
    () => spoil("lacking.db", (database) => database.exec("DROP TABLE inbox")),
  ],
  [
    "a store cut off in the middle",
    /malformed → .* → restore the last backup of the file/,
    () => {
      writeFileSync(at("cut.db"), readFileSync(at("good.db")).subarray(0, 5 * 4096));
      return "cut.db";
    },
  ],
];

describe("a file that cannot be used as a store", () => {
  it.each(UNUSABLE)("is refused in one line, and left as it was: %s", async (_, told, make) => {
    const name = make();
    const before = digestOf(at(name));
    await expectAllRefused(`sqlite:${name}`, told);
    expect(digestOf(at(name))).toBe(before);
  });

  it("is refused when it is a folder", async () => {
    mkdirSync(at("folder.db"));
    await expectAllRefused("sqlite:folder.db", /folder\.db: unable to open database file/);
  });

  it("is refused when it is not there, where data is only looked at", async () => {
    const lookers = [
      ["findings", "--database", "sqlite:absent.db"],
      ["db", "verify", "--database", "sqlite:absent.db"],
      ["db", "copy", "--from", "sqlite:absent.db", "--to", "sqlite:never-made.db"],
    ];
    for (const args of lookers) expectRefusal(await run(...args), /absent\.db: no such file → .* → correct/);
    expect([existsSync(at("absent.db")), existsSync(at("never-made.db"))]).toEqual([false, false]);
  });

  it("is refused while another program writes it", async () => {
    const name = spoil("busy.db", (database) => database.pragma("journal_mode = WAL"));
    const before = await contentOf(`sqlite:${name}`);
    const other = new Database(at(name));
    other.exec("BEGIN IMMEDIATE");
    expectRefusal(await importInto(`sqlite:${name}`), /another trackbridge is writing to it: wait/);
    other.exec("ROLLBACK");
    other.close();
    expect(await contentOf(`sqlite:${name}`)).toEqual(before);
  });
});

describe("a store of no known kind", () => {
  it.each([
    ["mysql://me:secret@host/db", /^database: mysql:… → sqlite:PATH, or postgres:/],
    ["me:secret@host/db", /^database: me:… → /],
    ["trackbridge.db", /^database: trackbridge\.db → sqlite:PATH/],
    ["postgres://me:secret@host:port/db", /^database: a postgres URL that cannot be read → /],
  ])("is refused with what is expected: %s", async (url, told) => {
    await expectAllRefused(url, told);
  });

  it("cannot be distributed when it is a file", async () => {
    expectRefusal(
      await run("db", "migrate", "--distributed", "--database", "sqlite:new.db"),
      /^--distributed: sqlite:new\.db → a distributed PostgreSQL/,
    );
    expect(existsSync(at("new.db"))).toBe(false);
  });
});

describe("a disk", () => {
  it("that may only be read is told of, and the store on it stays as it was", async ({ skip }) => {
    const disk = mountSmallDisk(16);
    if (disk === undefined) skip("no disk can be mounted here");
    const path = join(disk?.folder ?? "", "a.db");
    copyFileSync(at("good.db"), path);
    const before = digestOf(path);
    disk?.makeReadOnly();
    await expectAllRefused(
      `sqlite:${path}`,
      /a\.db: .* → make the file and its folder (readable and )?writable/,
    );
    expectRefusal(
      await importInto(`sqlite:${join(disk?.folder ?? "", "new.db")}`),
      /new\.db: unable to open/,
    );
    expect(digestOf(path)).toBe(before);
  });

  // Permissions do not bind root: for root the test before this one has a disk that does.
  if (process.getuid?.() !== 0) {
    it("whose folder may only be read is told of", async () => {
      const folder = mkdtempSync(at("locked-"));
      copyFileSync(at("good.db"), join(folder, "a.db"));
      chmodSync(join(folder, "a.db"), 0o444);
      chmodSync(folder, 0o555);
      expectRefusal(await importInto(`sqlite:${join(folder, "a.db")}`), /make the file and its folder/);
      chmodSync(folder, 0o755);
    });
  }

  it("that is full is told of, and what was there before is still there", async ({ skip }) => {
    const disk = mountSmallDisk(4);
    if (disk === undefined) skip("no disk can be mounted here");
    const path = join(disk?.folder ?? "", "a.db");
    copyFileSync(at("good.db"), path);
    const before = await contentOf(`sqlite:${path}`);
    expectRefusal(
      await importInto(`sqlite:${path}`, LARGE),
      /database or disk is full → .* → free space on the disk, then run the same command again/,
    );
    expect(await contentOf(`sqlite:${path}`)).toEqual(before);
    copyFileSync(path, at("rescued.db"));
    expect((await importInto("sqlite:rescued.db", LARGE)).code).toBe(0);
  });

  it("that takes no more of a file is told of, and what was there before is still there", async () => {
    const name = spoil("limited.db", () => {});
    const before = await contentOf(`sqlite:${name}`);
    const kilobytes = Math.ceil(readFileSync(at(name)).length / 1024) + 256;
    const limited = await runCli(["import", "legacy-scan", LARGE, "--database", `sqlite:${name}`], {
      cwd,
      fileKilobytes: kilobytes,
    });
    expectRefusal(limited, /disk I\/O error|disk is full/);
    expect(await contentOf(`sqlite:${name}`)).toEqual(before);
    expect((await importInto(`sqlite:${name}`, LARGE)).code).toBe(0);
  });
});

/** "nobody": as root, the tests' server runs as that. */
const SERVER_USER = 65534;

describe("a PostgreSQL that cannot be used", () => {
  const urlWith = (change: (url: URL) => void): string => {
    const url = new URL(postgres.newStoreUrl());
    change(url);
    return url.href;
  };
  /** A store in PostgreSQL with the small file in it. */
  const makeStore = async (): Promise<string> => {
    const url = postgres.newStoreUrl();
    expect((await importInto(url)).code).toBe(0);
    return url;
  };

  it.each([
    [
      "the wrong password",
      (url: URL) => {
        url.password = "secret";
      },
      /password authentication failed.* → correct the user or the password in the URL/,
    ],
    [
      "an unknown user",
      (url: URL) => {
        url.username = "nobody-of-ours";
      },
      /nobody-of-ours.* → correct the user or the password in the URL/,
    ],
    [
      "an unknown database",
      (url: URL) => {
        url.pathname = "/absent";
      },
      /"absent" does not exist → .* → create the database, or correct its name/,
    ],
    [
      "an unknown host",
      (url: URL) => {
        url.hostname = "nowhere.invalid";
      },
      /nowhere\.invalid.* → correct the host in the URL/,
    ],
    [
      "a schema of an impossible name",
      (url: URL) => url.searchParams.set("schema", "a-b"),
      /schema 'a-b' → /,
    ],
  ] as const)("is told of in one line: %s", async (_, change, told) => {
    await expectAllRefused(urlWith(change), told);
  });

  it("is told of when no server is there", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { readonly port: number };
    await new Promise((resolve) => server.close(resolve));
    const url = urlWith((to) => {
      to.host = `127.0.0.1:${port}`;
    });
    await expectAllRefused(url, /ECONNREFUSED.* → see that the server runs, and correct host and port/);
  });

  it("is told of when there is no store, where data is only looked at", async () => {
    const url = postgres.newStoreUrl();
    const lookers = [
      ["findings", "--database", url],
      ["db", "verify", "--database", url],
      ["db", "copy", "--from", url, "--to", "sqlite:never-made.db"],
    ];
    for (const args of lookers)
      expectRefusal(await run(...args), /no store → .* → correct the name, or import/);
    expect(await postgres.query("SELECT 1 FROM pg_namespace WHERE nspname = $1", [schemaOf(url)])).toEqual(
      [],
    );
  });

  it.each([
    ["older", 0, /schema version 0 → .* → import the data into another store/],
    ["newer", 99, /schema version 99 → .* → use the newer trackbridge that wrote it/],
  ] as const)(
    "is told of when the store is of a %s schema, and it stays as it was",
    async (_, version, told) => {
      const url = await makeStore();
      const schema = schemaOf(url);
      const content = await contentOf(url);
      const [{ version: ours } = { version: 0 }] = await postgres.query<{ version: number }>(
        `SELECT version FROM ${schema}.schema_version`,
      );
      await postgres.query(`UPDATE ${schema}.schema_version SET version = ${version}`);
      await expectAllRefused(url, told);
      await postgres.query(`UPDATE ${schema}.schema_version SET version = ${ours}`);
      expect(await contentOf(url)).toEqual(content);
    },
  );

  it("is told of when the schema is another program's", async () => {
    const url = postgres.newStoreUrl();
    await postgres.query(`CREATE SCHEMA ${schemaOf(url)} CREATE TABLE recipe (name text)`);
    await expectAllRefused(url, /not a trackbridge store → .* → name another schema/);
  });

  it("is told of when it may only be read; the store can still be looked at", async () => {
    const url = await makeStore();
    const content = await contentOf(url);
    const role = `reader_${schemaOf(url)}`;
    await postgres.query(`CREATE ROLE ${role} LOGIN PASSWORD 'secret'`);
    await postgres.query(
      `GRANT USAGE ON SCHEMA ${schemaOf(url)} TO ${role}; GRANT SELECT ON ALL TABLES IN SCHEMA ${schemaOf(url)} TO ${role}`,
    );
    const reader = new URL(url);
    reader.username = role;
    reader.password = "secret";
    expect(await contentOf(reader.href)).toEqual(content);
    expectRefusal(await importInto(reader.href), /permission denied.* → grant the user the right/);
    expectRefusal(await run("reconcile", "--database", reader.href), /permission denied.* → grant/);
    await postgres.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
    expect(await contentOf(url)).toEqual(content);
  });

  it("cannot be distributed when it is a single server", async ({ skip }) => {
    const available = await postgres.query("SELECT 1 FROM pg_available_extensions WHERE name = 'citus'");
    if (available.length > 0) skip("the server has Citus");
    expectRefusal(
      await run("db", "migrate", "--distributed", "--database", postgres.newStoreUrl()),
      /extension citus is not available → .* → install Citus on the server.*, or go without --distributed/,
    );
  });

  it("is told of when its disk is full; once there is room, the same command ends as if nothing had been", async ({
    skip,
  }) => {
    const disk = process.env.TRACKBRIDGE_TEST_POSTGRES === undefined ? mountSmallDisk(14) : undefined;
    if (disk === undefined) skip("no disk can be mounted here, or not where the server is");
    // The server wants a folder of its own.
    const folder = join(disk?.folder ?? "", "space");
    mkdirSync(folder);
    chownSync(folder, SERVER_USER, SERVER_USER);
    const name = `full_${schemaOf(postgres.newStoreUrl())}`;
    await postgres.query(`CREATE TABLESPACE ${name} LOCATION '${folder}'`);
    await postgres.query(`CREATE DATABASE ${name} TEMPLATE template0 TABLESPACE ${name}`);
    const url = new URL(postgres.serverUrl);
    url.pathname = `/${name}`;
    try {
      expect((await importInto(url.href)).code).toBe(0);
      expectRefusal(
        await importInto(url.href, LARGE),
        /No space left on device.* → free space on the server's disk, then run the same command again/,
      );
      // A server whose disk is full does not even let itself be asked.
      disk?.grow(64);
      await contentOf(url.href);
      expect((await importInto(url.href, LARGE)).code).toBe(0);
      for (const file of [SMALL, LARGE]) expect((await importInto("sqlite:whole.db", file)).code).toBe(0);
      const dossiersOf = async (store: string) =>
        (await contentOf(store)).filter(({ table }) => table === "dossier" || table === "dirty");
      expect(await dossiersOf(url.href)).toEqual(await dossiersOf("sqlite:whole.db"));
    } finally {
      await postgres.query(`DROP DATABASE ${name} WITH (FORCE)`);
      await postgres.query(`DROP TABLESPACE ${name}`);
    }
  });
});
