import { spawn } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { UsageError } from "../../../src/domain/errors.ts";
import type { KeptObservation } from "../../../src/domain/merge-observation.ts";
import { openSqliteStore } from "../../../src/store/sqlite/open-store.ts";
import { SCHEMA_VERSION } from "../../../src/store/sqlite/schema.ts";
import type { Store } from "../../../src/store/store.ts";
import { behavesLikeSharedStore } from "../../contract/behaves-like-shared-store.ts";
import { behavesLikeStore } from "../../contract/behaves-like-store.ts";
import { aKept, aPlan, aRun, dossiersOf, parcelOf } from "../../support/store-rows.ts";

let folder = "";
let files = 0;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "trackbridge-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function newPath(): string {
  files += 1;
  return join(folder, `${files}.db`);
}

/** Makes a store on disk with one observation, and closes it. */
async function makeStoreFile(path = newPath()): Promise<string> {
  const store = openSqliteStore(path);
  await keep(store, aKept());
  await store.close();
  return path;
}

function keep(store: Store, ...observations: readonly KeptObservation[]): Promise<void> {
  return store.transaction(({ dossiers }) => dossiers.saveDossiers(dossiersOf(observations)));
}

/** Changes a file by hand, as another program might. */
function withDatabase<Result>(path: string, use: (database: Database.Database) => Result): Result {
  const database = new Database(path);
  try {
    return use(database);
  } finally {
    database.close();
  }
}

/** What opening refuses with: always one line that names the file. */
function refusalOf(path: string): string {
  try {
    void openSqliteStore(path).close();
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    const { message } = error as UsageError;
    expect(message).toContain(path);
    expect(message.split("\n")).toHaveLength(1);
    expect(message.split(" → ")).toHaveLength(3);
    return message;
  }
  throw new Error(`${path} was opened`);
}

/** Opens a store together with the connection that it works on. */
function openWithConnection(path: string): {
  store: ReturnType<typeof openSqliteStore>;
  connection: Database.Database;
} {
  const pragma = vi.spyOn(Database.prototype, "pragma");
  try {
    const store = openSqliteStore(path);
    return { store, connection: pragma.mock.contexts[0] as Database.Database };
  } finally {
    pragma.mockRestore();
  }
}

describe("a store in memory", () => behavesLikeStore(async () => openSqliteStore(":memory:")));

describe("a store in a file", () => behavesLikeStore(async () => openSqliteStore(newPath())));

describe("a store that several share", () =>
  behavesLikeSharedStore(async () => ({
    module: new URL("../../../src/store/sqlite/open-store.ts", import.meta.url).href,
    opener: "openSqliteStore",
    args: [newPath()],
  })));

describe("openSqliteStore", () => {
  it("finds everything again that was committed, and only that", async () => {
    const path = newPath();
    const store = openSqliteStore(path);
    await store.transaction(async ({ dossiers, evaluations }) => {
      await dossiers.saveDossiers(dossiersOf([aKept()]));
      await evaluations.openRun(aPlan());
      await evaluations.saveRun(aRun());
    });
    await store
      .transaction(async ({ dossiers }) => {
        await dossiers.saveDossiers(dossiersOf([aKept({ barcode: parcelOf(2) })]));
        throw new Error("no");
      })
      .catch(() => {});
    await store.close();
    const again = openSqliteStore(path);
    expect((await again.parcels.findDossier(parcelOf(1)))?.observations).toEqual([aKept()]);
    expect(await again.parcels.findDossier(parcelOf(2))).toBeUndefined();
    expect(await again.runs.last()).toEqual(aRun());
    await again.close();
  });

  it("makes the folders that are missing", async () => {
    const path = join(folder, "not", "there", "yet", "a.db");
    await makeStoreFile(path);
    expect(existsSync(path)).toBe(true);
  });

  it("makes a store of an empty file", async () => {
    const path = newPath();
    writeFileSync(path, "");
    await makeStoreFile(path);
    expect(withDatabase(path, (database) => database.pragma("user_version", { simple: true }))).toBe(
      SCHEMA_VERSION,
    );
  });

  it.each([
    ["newer", SCHEMA_VERSION + 1, /schema version.*newer trackbridge/],
    ["older", 1, /schema version 1 .*import the data into another store/],
  ])("refuses a store of a %s version and leaves it as it was", async (_, version, told) => {
    const path = await makeStoreFile();
    withDatabase(path, (database) => database.pragma(`user_version = ${version}`));
    const before = readFileSync(path);
    expect(refusalOf(path)).toMatch(told);
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  it.each([0, SCHEMA_VERSION])(
    "refuses the database of another program, also when it counts its own versions and stands at %i, and leaves it as it was",
    (version) => {
      const path = newPath();
      withDatabase(path, (database) => {
        database.exec("CREATE TABLE recipe (name TEXT); INSERT INTO recipe VALUES ('soup')");
        database.pragma(`user_version = ${version}`);
      });
      const before = readFileSync(path);
      expect(refusalOf(path)).toMatch(/not a trackbridge store/);
      expect(readFileSync(path).equals(before)).toBe(true);
    },
  );

  it.each([
    ["a short text", "not a database\n"],
    ["a long text", "Barcode;Waarneming;Tijdstip\n".repeat(1000)],
    ["a picture", Buffer.concat([Buffer.from("\u0089PNG\r\n\u001a\n", "latin1"), Buffer.alloc(9000, 7)])],
  ])("refuses %s and leaves it as it was", (_, content) => {
    const path = newPath();
    writeFileSync(path, content);
    expect(refusalOf(path)).toMatch(/name a trackbridge store, or a new file/);
    expect(readFileSync(path).equals(Buffer.from(content))).toBe(true);
  });

  it("refuses a store whose pages are gone", async () => {
    const path = await makeStoreFile();
    truncateSync(path, 3 * 8192);
    expect(refusalOf(path)).toMatch(/backup/);
  });

  it("refuses a folder", () => {
    const path = join(folder, "a-folder.db");
    mkdirSync(path);
    refusalOf(path);
  });

  it("refuses a path through a file", () => {
    const file = newPath();
    writeFileSync(file, "");
    refusalOf(join(file, "a.db"));
  });

  it("leaves no connection open on what it refuses", () => {
    const path = newPath();
    writeFileSync(path, "not a database\n".repeat(100));
    refusalOf(path);
    const open = existsSync("/proc/self/fd") ? readdirSync("/proc/self/fd").length : 0;
    for (let i = 0; i < 5; i += 1) refusalOf(path);
    expect(existsSync("/proc/self/fd") ? readdirSync("/proc/self/fd").length : 0).toBe(open);
  });

  it("says who is to wait when another connection writes", async () => {
    const path = await makeStoreFile();
    const { store, connection } = openWithConnection(path);
    connection.pragma("busy_timeout = 20");
    const other = new Database(path);
    other.exec("BEGIN IMMEDIATE");
    const attempt = keep(store, aKept({ identity: "two" }));
    await expect(attempt).rejects.toThrow(UsageError);
    await expect(attempt).rejects.toThrow(/another trackbridge is writing to it: wait for that to end/);
    await expect(store.claims.take("group 1", "a", 1)).rejects.toThrow(
      /another trackbridge is writing to it/,
    );
    other.exec("COMMIT");
    other.close();
    await keep(store, aKept({ identity: "two" }));
    expect((await store.parcels.findDossier(parcelOf(1)))?.observations).toEqual([
      aKept({ identity: "two" }),
    ]);
    await store.close();
  });

  it("waits some seconds for another connection before it gives up", async () => {
    const { store, connection } = openWithConnection(newPath());
    expect(connection.pragma("busy_timeout", { simple: true })).toBe(5000);
    await store.close();
  });

  it.each(["a new file", "a store that is there"])(
    "syncs every commit to the disk in full, in %s and before and after the first write",
    async (which) => {
      const { store, connection } = openWithConnection(
        which === "a new file" ? newPath() : await makeStoreFile(),
      );
      const settings = () => [
        connection.pragma("journal_mode", { simple: true }),
        connection.pragma("synchronous", { simple: true }),
      ];
      expect(settings()).toEqual(["wal", 2]);
      await keep(store, aKept({ identity: "two" }));
      expect(settings()).toEqual(["wal", 2]);
      await store.close();
    },
  );

  it("refuses to go on when its connection does not sync in full any more", async () => {
    const { store, connection } = openWithConnection(newPath());
    connection.pragma("synchronous = NORMAL");
    await expect(keep(store, aKept())).rejects.toThrow(/not FULL/);
    await store.close();
  });

  it("reads a store that may not be written, and says what to do when it has to write", async ({ skip }) => {
    const path = join(mkdtempSync(join(folder, "locked-")), "a.db");
    await makeStoreFile(path);
    chmodSync(folder, 0o755);
    chmodSync(path, 0o444);
    chmodSync(join(path, ".."), 0o555);
    onTestFinished(() => chmodSync(join(path, ".."), 0o755));
    const said = await runAsOrdinaryUser(`
      import { openSqliteStore } from ${JSON.stringify(fileURLToPath(new URL("../../../src/store/sqlite/open-store.ts", import.meta.url)))};
      const store = openSqliteStore(${JSON.stringify(path)});
      console.log((await store.parcels.buckets()).length);
      await store.transaction(({ intakes }) => intakes.saveRowCount("00", 0));
    `);
    if (said === undefined) skip("no other user can run the program here");
    expect(said).toMatch(
      /^(1\n)?UsageError: database \S+a\.db: .* → make the file and its folder writable$/m,
    );
  });
});

/** Runs a module as a user to whom file permissions apply (not root); `undefined` where that cannot be. */
async function runAsOrdinaryUser(script: string): Promise<string | undefined> {
  const run = async (code: string): Promise<{ readonly exit: number | null; readonly said: string }> => {
    const user = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
    const child = spawn(process.execPath, ["--input-type=module", "-e", code], {
      ...user,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const exit = new Promise<number | null>((resolve) => {
      child.on("error", () => resolve(null));
      child.on("exit", resolve);
    });
    const said = (await Promise.all([text(child.stdout), text(child.stderr)])).join("");
    return { exit: await exit, said };
  };
  const trial = await run(
    `import ${JSON.stringify(fileURLToPath(new URL("../../../src/domain/errors.ts", import.meta.url)))}`,
  );
  return trial.exit === 0 ? (await run(script)).said : undefined;
}
