import { closeSync, existsSync, openSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { judgeRoom } from "../../../src/app/doctor/store.ts";
import { withStore } from "../../../src/app/open-store.ts";
import { startDumbServer } from "../../support/dumb-server.ts";
import { makeSite } from "../../support/examine.ts";
import { usePostgres } from "../../support/postgres.ts";

describe("checkStore", () => {
  const postgres = usePostgres();

  it("finds a store sound, durable and with room, and does not make one that is not there", async () => {
    const site = makeSite();
    expect((await site.examine({})).of("store.opens")).toEqual([
      `skipped: ${site.databaseUrl}, which is made by the first import, pull or serve`,
    ]);
    expect(existsSync(join(site.folder, "a.db"))).toBe(false);
    await site.withStore(async () => {});
    const { of } = await site.examine({});
    expect(of("store.opens")).toEqual([`ok: ${site.databaseUrl}`]);
    expect(of("store.schema")[0]).toMatch(/^ok: version \d+$/);
    expect(of("store.integrity")).toEqual(["ok: the database finds nothing wrong"]);
    expect(of("store.durability")).toEqual(["ok: synchronous = FULL"]);
    expect(of("store.space")).toHaveLength(1);
  });

  it("finds a page that was written over", async () => {
    const site = makeSite();
    await site.withStore(async () => {});
    const path = join(site.folder, "a.db");
    const file = openSync(path, "r+");
    writeSync(file, Buffer.alloc(64, 0xff), 0, 64, statSync(path).size - 16_384);
    closeSync(file);
    const { of, report } = await site.examine({});
    expect(of("store.integrity")[0]).toMatch(/^failure: \d+ faults/);
    expect(report.counts.failure).toBe(1);
  });

  it("tells of a store that cannot be opened, and of all the rest", async () => {
    const site = makeSite();
    site.put("a.db", "no database at all");
    const { of } = await site.examine({});
    expect(of("store.opens")[0]).toMatch(/^failure: /);
    expect(of("schedule.last-run")).toEqual(["skipped: there is no store to look into"]);
    expect(of("configuration.mapping")).toHaveLength(1);
    const url = "postgres://me:canary-password@127.0.0.1:9/none";
    const other = await site.examine({}, { databaseUrl: url, canaries: ["canary-password"] });
    expect(other.of("store.opens")[0]).toMatch(/^failure: /);
  });

  it("waits no longer than allowed for a server that is silent", async () => {
    const databaseUrl = `postgres://me:canary-password@127.0.0.1:${await startDumbServer("")}/none`;
    const { of } = await makeSite().examine(
      {},
      { databaseUrl, deadlineMs: 500, canaries: ["canary-password"] },
    );
    expect(of("store.opens")).toEqual(["failure: no answer within 0.5 s"]);
    expect(of("schedule.nightly")).toHaveLength(1);
  });

  it("says when a PostgreSQL would lose what it has acknowledged", async () => {
    const databaseUrl = await postgres.emptiedStoreUrl();
    await withStore(databaseUrl, {}, async () => {});
    const [{ fsync } = { fsync: "" }] = await postgres.query<{ fsync: string }>("SHOW fsync");
    const { of } = await makeSite().examine({}, { databaseUrl });
    expect(of("store.opens")[0]).toMatch(/^ok: /);
    expect(of("store.integrity")[0]).toMatch(/^ok: left to the server/);
    expect(of("store.space")).toEqual(["skipped: left to the server"]);
    // The server of the tests is set to be fast; another one, which is named to them, may not be.
    if (fsync === "off") expect(of("store.durability")[0]).toMatch(/^failure: fsync = off/);
    else expect(of("store.durability")[0]).toMatch(/fsync = on|^failure: (?!fsync)/);
  });
});

describe("judgeRoom", () => {
  it("warns below a gigabyte, and fails below a tenth of it", () => {
    expect([1024, 1023, 100, 99].map((megabytes) => judgeRoom("/", megabytes).state)).toEqual([
      "ok",
      "warning",
      "warning",
      "failure",
    ]);
  });
});
