import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { UsageError } from "../../../src/domain/errors.ts";
import { openSqliteStore } from "../../../src/store/sqlite/open-store.ts";
import { makeTurnMemory } from "../../../src/store/sqlite/turn.ts";
import { mountSmallDisk } from "../../support/small-disk.ts";

const MEGABYTE = 1_000_000;

let path = "";
beforeEach(() => {
  const folder = mkdtempSync(join(tmpdir(), "trackbridge-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  path = join(folder, "a.db");
});

/** Two connections of one process to a store: one saves, one writes the log back. */
function openTwo(at = path) {
  const turnMemory = makeTurnMemory();
  const [saving, other] = [openSqliteStore(at, { turnMemory }), openSqliteStore(at, { turnMemory })];
  onTestFinished(async () => {
    await saving.close();
    await other.close();
  });
  return {
    save: () =>
      saving.transaction(({ spool }) => spool.append({ bucket: 1, deliveries: new Uint8Array(MEGABYTE) })),
    checkpoint: async () => other.checkpoint?.(),
    count: async () => (await saving.spool.sizes(1)).length,
    logMegabytes: () => statSync(`${at}-wal`).size / MEGABYTE,
  };
}

/** What `PRAGMA wal_checkpoint(NOOP)` says: pages in the log, and those of them that are in the file. */
function readProgress(): { readonly log: number; readonly checkpointed: number } {
  const database = new Database(path);
  const [progress] = database.pragma("wal_checkpoint(NOOP)") as { log: number; checkpointed: number }[];
  database.close();
  if (progress === undefined) throw new Error("no progress");
  return progress;
}

describe("a checkpoint of the store in SQLite", () => {
  it("has the log begin anew, so that it stays short however much is saved", async () => {
    const { save, checkpoint, count, logMegabytes } = openTwo();
    for (let n = 0; n < 150; n += 1) {
      await save();
      if (n % 10 === 9) await checkpoint();
    }
    expect(logMegabytes()).toBeLessThan(50);
    expect(await count()).toBe(150);
  });

  it("is left until there is enough to write", async () => {
    const { save, checkpoint } = openTwo();
    for (let n = 0; n < 20; n += 1) await save();
    await checkpoint();
    expect(readProgress().checkpointed).toBe(0);
    for (let n = 0; n < 20; n += 1) await save();
    await checkpoint();
    const { log, checkpointed } = readProgress();
    expect(log).toBeGreaterThan(2400);
    expect(checkpointed).toBe(log);
  });

  it("waits for no reader, and writes the rest once he has gone", async () => {
    const { save, checkpoint, count, logMegabytes } = openTwo();
    await save();
    const reader = new Database(path);
    reader.exec("BEGIN");
    expect(reader.prepare("SELECT count(*) FROM spool").pluck().get()).toBe(1);
    for (let n = 0; n < 40; n += 1) await save();
    const began = performance.now();
    await checkpoint();
    // Its patience with those who write would be five seconds, with nobody able to save.
    expect(performance.now() - began).toBeLessThan(4_000);
    expect(readProgress().checkpointed).toBeLessThan(readProgress().log);
    expect(reader.prepare("SELECT count(*) FROM spool").pluck().get()).toBe(1);
    reader.close();
    await checkpoint();
    const before = logMegabytes();
    for (let n = 0; n < 20; n += 1) await save();
    expect(logMegabytes()).toBe(before);
    expect(await count()).toBe(61);
  });

  it("says on a full disk what to do, loses nothing, and ends its work once there is room", async ({
    skip,
  }) => {
    const disk = mountSmallDisk(60);
    if (disk === undefined) skip("no disk can be mounted here");
    const { save, checkpoint, count } = openTwo(join(disk?.folder ?? "", "a.db"));
    for (let n = 0; n < 40; n += 1) await save();
    const failure = await checkpoint().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(UsageError);
    expect(String(failure)).toMatch(/database or disk is full .* free space/);
    expect(await count()).toBe(40);
    disk?.grow(200);
    await checkpoint();
    for (let n = 0; n < 40; n += 1) await save();
    expect(await count()).toBe(80);
  });
});
