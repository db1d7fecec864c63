import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { reconcileStore } from "../../src/app/reconcile-store.ts";
import { toIsoUtc } from "../../src/domain/instant.ts";
import { withAppOn } from "../support/apps.ts";
import type { CliResult } from "../support/cli.ts";
import { runCli } from "../support/cli.ts";
import { aDelivery, aScanFile, aScanRow, BASE, saveAll } from "../support/intakes.ts";
import { HOUR } from "../support/observations.ts";
import { listSchemaErrors } from "../support/schemas.ts";
import { parcelOf } from "../support/store-rows.ts";

const NOW = BASE + 72 * HOUR;
const EASY = [
  "days: 1",
  // What is imported by hand has no certificate.
  "requireCertificate: false",
  "maximumRate: 0.4",
  "leastEpisodes: 10",
  "strata:",
  ...["status", "customer", "product", "channel"].map(
    (name) => `  ${name}: { maximumRate: 0.4, leastEpisodes: 10, few: not_exercised }`,
  ),
];

let cwd = "";
const write = (name: string, ...lines: readonly string[]) =>
  writeFileSync(join(cwd, name), `${lines.join("\n")}\n`);
const gate = (...args: readonly string[]): Promise<CliResult> =>
  runCli(["gate", ...args, "--database", "sqlite:a.db", "--now", toIsoUtc(NOW)], { cwd });

beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), "trackbridge-"));
  write("easy.yml", ...EASY);
  write("wrong.yml", "days: many");
  write("none.yml", "gate: false");
  write("missing.yml", "gate: nowhere.yml");
  const parcels = Array.from({ length: 60 }, (_, n) => parcelOf(n + 1));
  const later = { receivedAt: NOW - 12 * HOUR, at: NOW - 13 * HOUR };
  await withAppOn(`sqlite:${join(cwd, "a.db")}`, NOW, async (app) => {
    await saveAll(app.store, [
      await aScanFile(
        parcels.map((barcode) => aScanRow({ barcode })),
        { receivedAt: BASE + HOUR },
      ),
      ...parcels.map((barcode) => aDelivery({ barcode, receivedAt: BASE + HOUR })),
      await aScanFile([aScanRow({ barcode: parcelOf(99), at: later.at })], { ...later, name: "later.csv" }),
      aDelivery({ barcode: parcelOf(99), ...later }),
    ]);
    await reconcileStore(app);
  });
});
afterAll(() => rmSync(cwd, { recursive: true }));

describe("trackbridge gate", () => {
  it("says by its exit code what it says in words, by the shipped policy and by another", async () => {
    const shipped = await gate();
    expect(shipped).toMatchObject({ code: 3, stderr: "" });
    expect(shipped.stdout).toMatch(/^GATE: NOT PROVEN\n/);
    expect(shipped.stdout).toContain("1 settled day so far; 14 are wanted.");
    const easy = await gate("--policy", "easy.yml", "--lang", "nl");
    expect(easy).toMatchObject({ code: 0, stderr: "" });
    expect(easy.stdout).toMatch(/^POORT: GEEN BEZWAAR \(GO\)\n/);
  });

  it("prints JSON that its schema takes", async () => {
    const { code, stdout } = await gate("--policy", "easy.yml", "--format", "json");
    expect(code).toBe(0);
    expect(listSchemaErrors("gate", JSON.parse(stdout))).toEqual([]);
  });

  it("gives the run's verdict where there is no gate", async () => {
    const text = await gate("--config", "none.yml");
    expect(text).toMatchObject({ code: 0, stdout: expect.stringMatching(/^GO\nThere is no gate/) });
    const { stdout } = await gate("--config", "none.yml", "--format", "json");
    expect(JSON.parse(stdout)).toEqual({ runId: expect.stringMatching(/^run-/), verdict: "go" });
    expect(listSchemaErrors("gate", JSON.parse(stdout))).toEqual([]);
  });

  it.each([
    [["--policy", "wrong.yml"], /^wrong\.yml: days: "many" → a whole number → /],
    [
      ["--policy", "nowhere.yml"],
      /^nowhere\.yml: .* → a YAML file that can be read → name another file, or copy /,
    ],
    [
      ["--config", "missing.yml"],
      /^nowhere\.yml: .* → a YAML file that can be read → name another file, or copy /,
    ],
    [["sign", "--by", "A. Jansen", "--role", "lead"], /^gate sign: the verdict is not_proven → /],
    [["sign", "--by", "A. Jansen"], /--role/],
  ] as const)("refuses %j in one line", async (args, message) => {
    const { code, stdout, stderr } = await gate(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
  });

  it("is signed by two, and tells when a signature was changed", async () => {
    const sign = (by: string) =>
      gate("sign", "--by", by, "--role", "lead", "--policy", "easy.yml", "--note", "seen");
    expect(await sign("A. Jansen")).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/second person/),
    });
    expect(await sign("B. de Vries")).toMatchObject({ code: 0 });
    const listed = await gate("signatures", "--verify", "--policy", "easy.yml", "--format", "json");
    expect(listed.code).toBe(0);
    const report = JSON.parse(listed.stdout);
    expect(listSchemaErrors("gate-signatures", report)).toEqual([]);
    expect(report.signOff).toEqual({ by: ["A. Jansen", "B. de Vries"], isComplete: true, stale: 0 });
    expect((await gate("--policy", "easy.yml")).stdout).toContain("Signed off by A. Jansen, B. de Vries.");

    await withAppOn(`sqlite:${join(cwd, "a.db")}`, NOW, ({ store }) =>
      store.transaction(async ({ feedStates }) => {
        const [first] = await feedStates.list("gate", "signature ");
        if (first === undefined) throw new Error("no signature");
        await feedStates.save({ ...first, value: first.value.replace('"seen"', '"unseen"') });
      }),
    );
    const broken = await gate("signatures", "--verify", "--policy", "easy.yml");
    expect(broken).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/signature 1: its content was changed/),
    });
    expect((await gate("signatures", "--policy", "easy.yml")).code).toBe(0);
  });
});
