import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RehearsalReport } from "../../src/report/cutover-data.ts";
import { generateWorld } from "../../src/sandbox/world.ts";
import { runCli } from "../support/cli.ts";
import { listSchemaErrors } from "../support/schemas.ts";
import { saveWorld, worldOptions } from "../support/worlds.ts";

let cwd = "";
let now = "";
beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), "trackbridge-"));
  const world = saveWorld(generateWorld(worldOptions({ seed: 41 })), cwd);
  now = world.truth.now;
  for (const channel of ["legacy-scan", "webhook", "status-api"] as const) {
    await run("import", channel, ...world.paths[channel]);
  }
  writeFileSync(
    join(cwd, "cutover.yml"),
    `phases: { parallelRun: 2026-03-02 }
waves: [{ id: pilot, customers: ["11223344"], newLeads: 2026-03-04 }]
rollback: { leastEvents: 20, wrongMessages: 0.02 }`,
  );
  writeFileSync(join(cwd, "settings.yml"), "database: sqlite:a.db\ncutover: cutover.yml\n");
});
afterAll(() => rmSync(cwd, { recursive: true }));

const run = (...args: string[]) => runCli(["--database", "sqlite:a.db", "--now", now, ...args], { cwd });
const rehearse = (...args: string[]) => run("rehearse", "--config", "settings.yml", ...args);

describe("rehearse", () => {
  it("prints, by its schema, what would have gone wrong, and the same again", async () => {
    const first = await rehearse("--date", "2026-03-01", "--format", "json");
    const report = JSON.parse(first.stdout) as RehearsalReport;
    expect(listSchemaErrors("rehearse", report)).toEqual([]);
    const faulty = report.consumers.flatMap(({ counts }) => [counts.wrong, counts.missing, counts.extra]);
    expect(faulty.reduce((a, b) => a + b)).toBeGreaterThan(0);
    expect(report.caveats.map(({ code }) => code)).toContain("before_parallel_run");
    expect(first.code).toBe(report.rollback === null ? 0 : 1);
    expect(await rehearse("--date", "2026-03-01", "--format", "json")).toEqual(first);
  });

  it("tells a person, in both languages", async () => {
    const en = await rehearse("--date", "2026-03-02", "--wave", "pilot");
    expect(en.stdout).toContain("Only wave pilot.");
    expect(en.stdout).toContain("The rollback trigger would");
    const nl = await rehearse("--date", "2026-03-02", "--wave", "pilot", "--lang", "nl");
    expect(nl.stdout).toContain("Alleen golf pilot.");
    expect(nl.stdout.split("\n")).toHaveLength(en.stdout.split("\n").length);
  });

  it.each([
    [["--date", "2027-01-01"], "a day of the past"],
    [["--date", "yesterday"], "a day such as"],
    [["--date", "2026-03-02", "--wave", "none"], "pilot"],
  ])("refuses %o", async (args, complaint) => {
    const { code, stderr } = await rehearse(...args);
    expect(code).toBe(2);
    expect(stderr).toContain(complaint);
  });
});
