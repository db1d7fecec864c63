import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { systemClock } from "../../src/clock.ts";
import { makeCarrierCredentials, startCarrier } from "../../src/sandbox/carrier/start-carrier.ts";
import { generateWorld } from "../../src/sandbox/world.ts";
import type { CliResult } from "../support/cli.ts";
import { runCli } from "../support/cli.ts";
import { HOUR } from "../support/observations.ts";
import { listSchemaErrors } from "../support/schemas.ts";
import { worldOptions } from "../support/worlds.ts";

const DAY = 24 * HOUR;
const CUSTOMERS = ["11223344", "22334455"];

let cwd = "";
let env: NodeJS.ProcessEnv = {};
beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), "trackbridge-"));
  // Of these days: the services tell their time, and what it says is held against ours.
  const startAt = Math.floor((systemClock() - 9 * DAY) / DAY) * DAY;
  const options = worldOptions({ seed: 5, parcels: 60, startAt, defects: {}, noise: false });
  const world = generateWorld(options);
  const credentials = makeCarrierCredentials();
  const { sftp, api, stop } = await startCarrier({
    world,
    living: options,
    clock: systemClock,
    credentials,
    layouts: ["postnl-scan-csv"],
    tokenSeconds: 3600,
  });
  const pace = { requestsPerSecond: 1000, burst: 1000 };
  const settings = {
    feeds: {
      scanFiles: sftp.folders.map(({ path, layout }, i) => ({
        name: `folder-${i}`,
        host: sftp.host,
        port: sftp.port,
        user: sftp.username,
        folder: path,
        layout,
        hostKeys: [sftp.hostKeyFingerprint],
        password: { environment: "SFTP_PASSWORD" },
      })),
      legacyApi: { url: api.baseUrl, ...pace, apiKey: { environment: "API_KEY" }, customers: CUSTOMERS },
      statusApi: {
        url: api.baseUrl,
        ...pace,
        apiKey: { environment: "API_KEY" },
        clientId: api.clientId,
        clientSecret: { environment: "CLIENT_SECRET" },
        customers: CUSTOMERS.map((number) => ({ number, code: "DEVC" })),
        firstPullHours: 240,
      },
    },
  };
  writeFileSync(join(cwd, "settings.yml"), JSON.stringify(settings));
  const { feeds } = settings;
  const wrong = { ...feeds, statusApi: { ...feeds.statusApi, url: "http://127.0.0.1:1" } };
  writeFileSync(join(cwd, "no-service.yml"), JSON.stringify({ feeds: wrong }));
  const nobody = { ...feeds.scanFiles[0], password: { environment: "NOT_SET_ANYWHERE" } };
  writeFileSync(join(cwd, "no-secret.yml"), JSON.stringify({ feeds: { scanFiles: [nobody] } }));
  env = { SFTP_PASSWORD: sftp.password, API_KEY: api.apiKey, CLIENT_SECRET: api.clientSecret };
  return async () => {
    await stop();
    rmSync(cwd, { recursive: true });
  };
});

const call = (args: readonly string[], settings = "settings.yml"): Promise<CliResult> =>
  runCli([...args, "--config", settings], { cwd, env });

interface Told {
  readonly feed: string;
  readonly intakes: number;
  readonly seen: number;
  readonly accepted: number;
  readonly problems: readonly string[];
}

describe("trackbridge pull", () => {
  it("fetches from every source over the wire, and nothing twice", async () => {
    const first = await call(["pull", "--format", "json"]);
    expect(first).toMatchObject({ code: 0, stderr: "" });
    const told = JSON.parse(first.stdout) as { readonly feeds: readonly Told[] };
    expect(listSchemaErrors("pull", told)).toEqual([]);
    const [files, ...others] = told.feeds;
    expect(files).toMatchObject({ feed: "scan-files folder-0", problems: [] });
    expect(files?.accepted).toBeGreaterThan(100);
    expect(others.map(({ feed }) => feed)).toEqual(["legacy-api", "status-api", "status-api sweep"]);
    expect(others[1]?.accepted).toBeGreaterThan(100);

    const second = await call(["pull", "--feed", "scan-files", "--format", "json"]);
    expect(JSON.parse(second.stdout)).toMatchObject({ feeds: [{ intakes: 0, seen: 0, problems: [] }] });
  });

  it("goes on with the others where one cannot be fetched, says so, and exits with 2", async () => {
    const { code, stdout, stderr } = await call(
      ["pull", "--feed", "status-api", "scan-files"],
      "no-service.yml",
    );
    expect({ code, stderr }).toEqual({ code: 2, stderr: "" });
    expect(stdout).toMatch(/^scan-files folder-0: /);
    expect(stdout).toMatch(/^status-api: [\s\S]*\n {2}! /m);
  });

  it("needs something to fetch from", async () => {
    const { code, stdout, stderr } = await runCli(["pull"], { cwd });
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^settings: feeds: nothing to fetch from → .*\n$/);
  });

  it("names the setting of a secret that is not there", async () => {
    const { code, stderr } = await runCli(["pull", "--config", "settings.yml"], { cwd });
    expect(code).toBe(2);
    expect(stderr).toContain("feeds.scanFiles");
    expect(stderr).toContain("SFTP_PASSWORD");
  });
});

describe("trackbridge run", () => {
  it("pulls, reconciles and reports in one command, and exits by the verdict", async () => {
    const { code, stdout } = await call([
      "run",
      "--database",
      "sqlite:run.db",
      "--format",
      "json",
      "--out",
      "out",
    ]);
    const { pull, gate, parcels, files } = JSON.parse(stdout);
    expect(pull.feeds).toHaveLength(4);
    expect(parcels.total).toBeGreaterThan(30);
    // By the gate: a day is too little for a go.
    expect(gate.verdict).not.toBe("go");
    expect(code).toBe({ no_go: 1, not_proven: 3 }[gate.verdict as "no_go"]);
    expect(files).toContain(join("out", "report.html"));
  });

  it("goes by what was imported where no feed is configured", async () => {
    const { code, stdout } = await runCli(["run", "--database", "sqlite:empty.db", "--out", "empty"], {
      cwd,
    });
    expect(code).toBe(3);
    expect(stdout).toMatch(/^NOT PROVEN/);
  });
});

describe("trackbridge worker", () => {
  it("fetches what is due, then makes the night's run of it, and fetches no more until it is due again", async () => {
    const args = ["worker", "--once", "--database", "sqlite:worker.db"];
    const toEvents = ({ stderr }: CliResult): readonly string[] =>
      stderr
        .trim()
        .split("\n")
        .map((line) => (JSON.parse(line) as { readonly event: string }).event);
    const first = await call(args);
    expect(first.code).toBe(0);
    expect(toEvents(first)).toEqual([
      "worker started",
      "feed pulled",
      "feed pulled",
      "feed pulled",
      "feed pulled",
      "nightly run begun",
      "nightly run ended",
      "worker done",
    ]);
    expect(toEvents(await call(args))).toEqual(["worker started", "worker done"]);
  });

  it("makes the night's run of what is there when nothing can be fetched", async () => {
    const { code, stderr } = await call(
      ["worker", "--once", "--database", "sqlite:alone.db"],
      "no-secret.yml",
    );
    expect(code).toBe(0);
    expect(stderr).toMatch(/"event":"feeds not pulled"/);
    expect(stderr).toMatch(/"event":"nightly run ended"/);
  });
});
