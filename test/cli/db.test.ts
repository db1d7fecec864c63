import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CHANNELS } from "../../src/domain/channel.ts";
import { PACKAGE_ROOT } from "../../src/package-root.ts";
import type { FindingReport } from "../../src/report/report-data.ts";
import type { CopyReport, MigrateReport, VerifyReport } from "../../src/report/store-data.ts";
import { generateWorld } from "../../src/sandbox/world.ts";
import { listStretches } from "../../src/store/tables.ts";
import type { CliResult } from "../support/cli.ts";
import { runCli } from "../support/cli.ts";
import { schemaOf, usePostgres } from "../support/postgres.ts";
import { listSchemaErrors } from "../support/schemas.ts";
import { saveWorld, worldOptions } from "../support/worlds.ts";

const postgres = usePostgres();
const world = generateWorld(worldOptions({ seed: 51, parcels: 80 }));
const SOURCE = "sqlite:source.db";

let cwd = "";
const run = (...args: readonly string[]): Promise<CliResult> =>
  runCli([...args, "--now", world.truth.now], { cwd });
const runJson = async <Shape>(schema: string, ...args: readonly string[]): Promise<Shape> => {
  const { stdout, stderr } = await run(...args, "--format", "json");
  expect(stderr).toBe("");
  expect(listSchemaErrors(schema, JSON.parse(stdout))).toEqual([]);
  return JSON.parse(stdout) as Shape;
};

beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), "trackbridge-"));
  const { paths } = saveWorld(world, cwd);
  for (const channel of CHANNELS) await run("import", channel, ...paths[channel], "--database", SOURCE);
  await run("reconcile", "--database", SOURCE);
});
afterAll(() => rmSync(cwd, { recursive: true }));

describe("db migrate", () => {
  it.each([
    ["SQLite", () => "sqlite:made.db", () => "sqlite:made.db"],
    ["PostgreSQL", () => postgres.newStoreUrl(), (url: string) => url.replace(/:\/\/(\w+):[^@]+@/, "://$1@")],
  ])("makes a store in %s, once, and names it without the password", async (_, makeUrl, nameOf) => {
    const url = makeUrl();
    const made = await runJson<MigrateReport>("db-migrate", "db", "migrate", "--database", url);
    expect(made).toMatchObject({ database: nameOf(url), isDistributed: false });
    expect(await runJson("db-migrate", "db", "migrate", "--database", url)).toEqual(made);
    const { code, stdout } = await run("db", "migrate", "--database", url);
    expect([code, stdout]).toEqual([
      0,
      `${nameOf(url)}: a store of schema version ${made.schemaVersion}, ready to use.\n`,
    ]);
    expect((await run("findings", "--database", url, "--format", "json")).stdout).toBe("[]\n");
  });
});

describe("db verify", () => {
  it("exits 0 and tells the tables of a sound store", async () => {
    const { code, stdout, stderr } = await run("db", "verify", "--database", SOURCE);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/\nfinding +[1-9]\d* +[0-9a-f]{16}\n/);
    expect(stdout).toMatch(/The store is sound\.\n$/);
    const report = await runJson<VerifyReport>("db-verify", "db", "verify", "--database", SOURCE);
    const counts = Object.values(world.truth.counts);
    const accepted = report.checks
      .filter(({ check }) => check === "observations")
      .reduce((sum, { found }) => sum + found, 0);
    expect(accepted).toBe(counts.reduce((sum, tally) => sum + tally.accepted, 0));
  });

  it("exits 1 when the books are not those of what is there", async () => {
    await run("db", "copy", "--from", SOURCE, "--to", "sqlite:spoilt.db");
    const database = new Database(join(cwd, "spoilt.db"));
    database.exec("DELETE FROM dossier WHERE channel = 2");
    database.close();
    const { code, stdout } = await run("db", "verify", "--database", "sqlite:spoilt.db");
    expect(code).toBe(1);
    expect(stdout).toMatch(/Rows accepted = observations kept +FAILS\n.*expected [1-9][\d,]*, found 0\n/);
  });
});

describe("db copy", () => {
  const toPostgres = (): { readonly url: string; readonly name: string; readonly env: NodeJS.ProcessEnv } => {
    const full = new URL(postgres.newStoreUrl());
    const env = { PGPASSWORD: decodeURIComponent(full.password) };
    full.password = "";
    return { url: full.href, name: full.href, env };
  };

  it("moves a store up to PostgreSQL, its password from the environment, and back", async () => {
    const { url, env } = toPostgres();
    const up = await runCli(["db", "copy", "--from", SOURCE, "--to", url], { cwd, env });
    expect([up.code, up.stderr]).toEqual([0, ""]);
    expect(up.stdout).toMatch(/The copy is whole.*\n.*npx trackbridge reconcile --database postgres:/);
    const back = await runCli(["db", "copy", "--from", url, "--to", "sqlite:back.db"], { cwd, env });
    expect(back.code).toBe(0);
    const told: string[][] = [];
    for (const [database, more] of [
      [SOURCE, {}],
      [url, env],
      ["sqlite:back.db", {}],
    ] as const) {
      const ask = async (...args: readonly string[]): Promise<string> => {
        const given = ["--format", "json", "--now", world.truth.now, "--database", database];
        const { stdout, stderr } = await runCli([...args, ...given], { cwd, env: more });
        expect(stderr).toBe("");
        return stdout;
      };
      const findings = await ask("findings");
      const [{ barcode } = { barcode: "" }] = JSON.parse(findings) as FindingReport[];
      const { tables } = JSON.parse(await ask("db", "verify")) as VerifyReport;
      told.push([
        findings,
        JSON.stringify(tables),
        await ask("parcels"),
        await ask("trace", barcode, "--raw"),
        await ask("reconcile"),
      ]);
    }
    expect(told[1]).toEqual(told[0]);
    expect(told[2]).toEqual(told[0]);
  });

  it("goes on after it was killed, and copies nothing twice", async () => {
    const url = postgres.newStoreUrl();
    const schema = schemaOf(url);
    const args = ["db", "copy", "--from", SOURCE, "--to", url];
    const child = spawn(process.execPath, [join(PACKAGE_ROOT, "src/cli/launcher.mjs"), ...args], {
      cwd,
      stdio: "ignore",
    });
    const ended = once(child, "exit");
    const marked = async (): Promise<number> => {
      const [row] = await postgres
        .query<{ marks: string }>(`SELECT count(*) AS marks FROM ${schema}.copy_mark`)
        .catch(() => [{ marks: "0" }]);
      return Number(row?.marks);
    };
    while ((await marked()) < 100) await wait(2);
    child.kill("SIGKILL");
    expect(await ended).toEqual([null, "SIGKILL"]);
    await wait(100);
    const done = await marked();
    expect(done).toBeLessThan(listStretches().length);
    const refused = await run("findings", "--database", url);
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringMatching(/a copy that has not ended/)]);
    const { code, stdout } = await run(...args, "--format", "json");
    expect(code).toBe(0);
    const report = JSON.parse(stdout) as CopyReport;
    expect(listSchemaErrors("db-copy", report)).toEqual([]);
    expect(report).toMatchObject({
      isSame: true,
      parts: { before: done, copied: listStretches().length - done, hadEnded: false },
    });
    expect(JSON.stringify(report)).not.toMatch(/only(%20| )for/);
    expect((await run("findings", "--database", url)).code).toBe(0);
  });

  it("exits 1 when the two have gone apart after it ended, and writes nothing", async () => {
    const args = ["db", "copy", "--from", SOURCE, "--to", "sqlite:apart.db"];
    expect((await run(...args)).code).toBe(0);
    const database = new Database(join(cwd, "apart.db"));
    database.exec("DELETE FROM finding");
    database.close();
    const { code, stdout } = await run(...args);
    expect(code).toBe(1);
    expect(stdout).toMatch(/finding +[1-9]\d* +0 {2}DIFFERS\n/);
    expect(stdout).toMatch(/Nothing was written/);
    expect((await run("findings", "--format", "json", "--database", "sqlite:apart.db")).stdout).toBe("[]\n");
  });

  it.each([
    ["the source itself", SOURCE, /the source itself/],
    ["a store with data of its own", "sqlite:own.db", /a store with data of its own/],
  ])("refuses to fill %s", async (_, to, told) => {
    const [scan = ""] = saveWorld(world, mkdtempSync(join(cwd, "again-"))).paths["legacy-scan"];
    await run("import", "legacy-scan", scan, "--database", "sqlite:own.db");
    const { code, stdout, stderr } = await run("db", "copy", "--from", SOURCE, "--to", to);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(told);
    expect(stderr).toMatch(/^[^\n]+: [^\n]+ → [^\n]+ → [^\n]+\n$/);
  });

  it("asks for both ends, and its help shows how", async () => {
    expect((await run("db", "copy", "--from", SOURCE)).stderr).toMatch(/--to/);
    expect((await run("db", "copy", "--to", SOURCE)).stderr).toMatch(/--from/);
    const { code, stdout } = await run("db", "copy", "--help");
    expect(code).toBe(0);
    expect(stdout).toMatch(/trackbridge db copy --from sqlite:\S+ --to postgres:/);
    expect(stdout).toMatch(/PGPASSWORD/);
  });
});
