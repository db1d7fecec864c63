import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withStore } from "../../src/app/open-store.ts";
import type { CutoverReport } from "../../src/report/cutover-data.ts";
import { generateWorld } from "../../src/sandbox/world.ts";
import { runCli } from "../support/cli.ts";
import { listSchemaErrors } from "../support/schemas.ts";
import { saveWorld, worldOptions } from "../support/worlds.ts";

const CALENDAR = `phases:
  parallelRun: 2026-03-01
  newLeads: { date: 2026-03-10, history: [{ date: 2026-03-05, changed: 2026-03-04, reason: <b>late</b> }] }
  oldEnds: { date: 2026-03-15, announced: mid-March, changed: 2026-02-01 }
waves: [{ id: slow, customers: ["55667788"], oldEnds: 2026-04-01 }]
`;

let cwd = "";
let now = "";
const run = (...args: string[]) => runCli(["--config", "settings.yml", "--now", now, ...args], { cwd });
const readModel = () =>
  withStore(`sqlite:${join(cwd, "a.db")}`, { mayMake: false }, ({ store }) =>
    store.feedStates.find("tail", "model"),
  );

beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), "trackbridge-"));
  const options = worldOptions({ seed: 61, parcels: 300, days: 20, defects: {} });
  const world = saveWorld(generateWorld(options), cwd);
  now = world.truth.now;
  writeFileSync(join(cwd, "cutover.yml"), CALENDAR);
  writeFileSync(join(cwd, "settings.yml"), "database: sqlite:a.db\ncutover: cutover.yml\n");
  for (const channel of ["legacy-scan", "webhook"] as const) {
    await run("import", channel, ...world.paths[channel]);
  }
});
afterAll(() => rmSync(cwd, { recursive: true }));

describe("cutover", () => {
  it("keeps what was learnt once the old feed has ended, and learns no more", async () => {
    expect(await readModel()).toBeUndefined();
    await run("reconcile");
    const kept = await readModel();
    expect(JSON.parse(kept?.value ?? "{}").learnt).toMatchObject({ from: "2026-03-04", until: "2026-03-14" });
    await run("reconcile", "--full");
    expect(await readModel()).toEqual(kept);
  });

  it("says by its schema where the migration is, and judges the tail", async () => {
    const { stdout, code } = await run("cutover", "--format", "json");
    const report = JSON.parse(stdout) as CutoverReport;
    expect(listSchemaErrors("cutover", report)).toEqual([]);
    expect(report).toMatchObject({
      phase: "oldEnds",
      next: { phase: "oldEnds", date: "2026-04-01", wave: "slow" },
      waves: [{ id: "slow", phase: "newLeads" }],
      tail: { judgement: "usual", learnt: { from: "2026-03-04", until: "2026-03-13", days: 10 } },
    });
    expect(report.tail?.checks.map(({ check }) => check)).toContain("transitions");
    expect(code).toBe(0);
  });

  it.each([
    ["en", "Now: the old feed has ended."],
    ["nl", "Nu: de oude feed is gestopt."],
  ])("tells a person, and its own section of the report (%s)", async (lang, sentence) => {
    const { stdout } = await run("cutover", "--lang", lang);
    expect(stdout).toContain(sentence);
    expect(stdout).toContain("mid-March");
    await run("report", "--out", lang, "--lang", lang);
    const page = readFileSync(join(cwd, lang, "report.html"), "utf8");
    expect(page).toContain(sentence);
    expect(page).toContain('<a href="#cutover">');
    expect(page).toContain("&lt;b&gt;late");
    const data = JSON.parse(readFileSync(join(cwd, lang, "report.json"), "utf8"));
    expect(listSchemaErrors("report", data)).toEqual([]);
    expect(data.cutover.phase).toBe("oldEnds");
  });

  it("is silent in the report, and has nothing to say, without a calendar", async () => {
    const plain = (...args: string[]) =>
      runCli(["--database", "sqlite:b.db", "--now", now, ...args], { cwd });
    await plain("report", "--out", "plain");
    expect(readFileSync(join(cwd, "plain", "report.html"), "utf8")).not.toContain("#cutover");
    const { stdout } = await plain("cutover", "--format", "json");
    expect(JSON.parse(stdout)).toMatchObject({ phase: "before", next: null, tail: null, waves: [] });
  });
});
