import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { reconcileStore } from "../../src/app/reconcile-store.ts";
import type { Channel } from "../../src/domain/channel.ts";
import { CHANNELS } from "../../src/domain/channel.ts";
import type { RowTally } from "../../src/domain/verdict.ts";
import { PACKAGE_ROOT } from "../../src/package-root.ts";
import type {
  FindingReport,
  ImportReport,
  ParcelReport,
  ReconcileReport,
} from "../../src/report/report-data.ts";
import { generateWorld } from "../../src/sandbox/world.ts";
import type { WorldOptions } from "../../src/sandbox/world-plan.ts";
import { allFindings, at, listAll, withMemoryApp } from "../support/apps.ts";
import type { CliResult } from "../support/cli.ts";
import { parseLines, runCli } from "../support/cli.ts";
import { HOUR, timeOf } from "../support/observations.ts";
import { describeWithShared, sharedFolder } from "../support/shared.ts";
import type { WorldOnDisk } from "../support/worlds.ts";
import {
  importWorld,
  readWorldFolder,
  saveWorld,
  toCounts,
  toFindingLines,
  worldOptions,
} from "../support/worlds.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "trackbridge-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

type Schema = "import" | "reconcile" | "findings" | "parcels";
const ajv = new Ajv2020({ allErrors: true, strict: false });

/** Holds a value against the shipped JSON Schema. */
function expectSchema(name: Schema, value: unknown): void {
  const path = join(PACKAGE_ROOT, `config/schemas/${name}.schema.json`);
  expect(existsSync(path), `${path} describes what is printed`).toBe(true);
  const { $id } = JSON.parse(readFileSync(path, "utf8")) as { $id: string };
  const validate = ajv.getSchema($id) ?? ajv.compile(JSON.parse(readFileSync(path, "utf8")));
  validate(value);
  expect(validate.errors ?? []).toEqual([]);
}

/** What must be true of every world, once it has been imported and reconciled by the command line. */
function behavesLikeTruth(openWorld: () => WorldOnDisk): void {
  let world: WorldOnDisk;
  const imports = new Map<Channel, CliResult>();
  let reconcile: CliResult;
  let findings: FindingReport[];
  let parcels: ParcelReport[];

  beforeAll(async () => {
    world = openWorld();
    const cwd = mkdtempSync(join(folder, "cwd-"));
    const run = (...args: string[]) =>
      runCli(["--database", "sqlite:world.db", "--now", world.truth.now, ...args], { cwd });
    for (const channel of CHANNELS) {
      imports.set(channel, await run("--format", "json", "import", channel, ...world.paths[channel]));
    }
    reconcile = await run("--format", "json", "reconcile");
    findings = JSON.parse((await run("--format", "json", "findings")).stdout);
    parcels = parseLines((await run("--format", "jsonl", "parcels")).stdout) as ParcelReport[];
  });

  it("counts the rows of every channel, and exits 1 where some were set aside", () => {
    const counts: Partial<Record<Channel, RowTally>> = {};
    for (const [channel, { code, stdout }] of imports) {
      const report = JSON.parse(stdout) as ImportReport;
      expectSchema("import", report);
      expect(report.channel).toBe(channel);
      expect(code).toBe(report.quarantined > 0 ? 1 : 0);
      counts[channel] = toCounts(report);
    }
    expect(counts).toEqual(world.truth.counts);
  });

  it("finds what is there and nothing else", () => {
    expectSchema("findings", findings);
    expect(toFindingLines(findings)).toEqual(toFindingLines(world.truth.findings));
  });

  it("gives every parcel its verdict", () => {
    expectSchema("parcels", parcels);
    expect(Object.fromEntries(parcels.map(({ barcode, verdict }) => [barcode, verdict]))).toEqual(
      world.truth.parcels,
    );
    for (const { barcode, openFindings, verdict } of parcels) {
      const open = findings.filter(
        (finding) => finding.barcode === barcode && finding.state === "open",
      ).length;
      expect([openFindings, verdict === "mismatched"]).toEqual([open, open > 0]);
    }
  });

  it("judges the run by that, and every sum ties out", () => {
    const report = JSON.parse(reconcile.stdout) as ReconcileReport;
    expectSchema("reconcile", report);
    const counted = (verdict: string) =>
      Object.values(world.truth.parcels).filter((given) => given === verdict).length;
    const standing = (state: string) =>
      world.truth.findings.filter((finding) => finding.state === state).length;
    expect(report.parcels).toEqual({
      total: Object.keys(world.truth.parcels).length,
      matched: counted("matched"),
      known: 0,
      mismatched: counted("mismatched"),
      pending: counted("pending"),
      notProven: counted("not_proven"),
    });
    expect(report.findings).toEqual({
      open: standing("open"),
      pending: standing("pending"),
      known: 0,
      resolved: 0,
    });
    const rows = Object.values(world.truth.counts);
    for (const figure of ["seen", "accepted", "duplicates", "quarantined"] as const) {
      expect(report.tieOut.rows[figure]).toBe(rows.reduce((sum, tally) => sum + tally[figure], 0));
    }
    expect(report.tieOut.difference).toBe(0);
    const isSilent = world.truth.findings.some(({ pendingReason }) => pendingReason === "feed_silent");
    const verdict = isSilent ? "not_proven" : standing("open") > 0 ? "no_go" : "go";
    expect(report.verdict).toBe(verdict);
    expect(reconcile.code).toBe({ go: 0, no_go: 1, not_proven: 3 }[verdict]);
  });
}

describeWithShared("the shared worlds", () => {
  describe.each(["public-1", "clean-1"])("%s, by the command line", (name) =>
    behavesLikeTruth(() => readWorldFolder(join(sharedFolder, "worlds", name))),
  );
});

function makeWorld(options: WorldOptions): WorldOnDisk {
  return saveWorld(generateWorld(options), mkdtempSync(join(folder, "world-")));
}

describe("a simulated world, by the command line", () =>
  behavesLikeTruth(() => makeWorld(worldOptions({ seed: 11, silence: { side: "new", hours: 20 } }))));

const WORLDS: readonly (readonly [string, Parameters<typeof worldOptions>[0]])[] = [
  ["an ordinary week", { seed: 21 }],
  ["a week without noise", { seed: 22, noise: false }],
  ["the spring clock change", { seed: 23, start: "2026-03-26T00:00:00Z" }],
  ["the autumn clock change", { seed: 24, start: "2026-10-21T00:00:00Z" }],
  ["a silent new side", { seed: 25, silence: { side: "new", hours: 20 } }],
  [
    "a silent legacy side in autumn",
    { seed: 26, start: "2026-10-18T00:00:00Z", silence: { side: "legacy", hours: 40 } },
  ],
  ["a world without defects", { seed: 27, defects: {} }],
];

describe.each(WORLDS)("a simulated world: %s", (_, options) => {
  const judge = async (app: Parameters<Parameters<typeof withMemoryApp>[0]>[0], { truth }: WorldOnDisk) => {
    const { report } = await reconcileStore(at(timeOf(truth.now), app));
    const parcels = await listAll(app.store.parcels.list({}));
    expect(toFindingLines(await allFindings(app.store))).toEqual(toFindingLines(truth.findings));
    expect(Object.fromEntries(parcels.map(({ barcode, verdict }) => [barcode, verdict]))).toEqual(
      truth.parcels,
    );
    expect(report.tieOut.difference).toBe(0);
  };

  it("gives its findings, verdicts and counts exactly", () =>
    withMemoryApp(async (app) => {
      const world = makeWorld(worldOptions(options));
      expect(await importWorld(app, world)).toEqual(world.truth.counts);
      await judge(app, world);
    }));

  it("gives the same when it comes in piece by piece, in another order and twice, with runs in between", () =>
    withMemoryApp(async (app) => {
      const world = makeWorld(worldOptions(options));
      const { paths, truth } = world;
      const now = timeOf(truth.now);
      const half = Math.ceil(paths["legacy-scan"].length / 2);
      const pieces: readonly [Channel, readonly string[]][] = [
        ["status-api", paths["status-api"]],
        ["legacy-scan", paths["legacy-scan"].slice(half)],
        ["webhook", paths.webhook],
        ["legacy-scan", paths["legacy-scan"].slice(0, half).toReversed()],
        ["legacy-api", paths["legacy-api"]],
        ["webhook", paths.webhook],
      ];
      for (const [i, [channel, some]] of pieces.entries()) {
        await importWorld(app, { ...world, paths: { ...paths, [channel]: some } }, [channel]);
        await reconcileStore(at(now - (pieces.length - i) * 9 * HOUR, app));
      }
      await judge(app, world);
    }));
});
