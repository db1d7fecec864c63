import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { generateWorld } from "../../src/sandbox/world.ts";
import { withAppOn } from "../support/apps.ts";
import { runCli } from "../support/cli.ts";
import { timeOf } from "../support/observations.ts";
import type { RunningProcess } from "../support/processes.ts";
import { startProcess } from "../support/processes.ts";
import type { WorldOnDisk } from "../support/worlds.ts";
import { importWorld, saveWorld, worldOptions } from "../support/worlds.ts";

const NOW = "2026-03-20T12:00:00Z";
const BUSINESS_DATE = "2026-03-19";

let world: WorldOnDisk;
beforeAll(() => {
  const folder = mkdtempSync(join(tmpdir(), "trackbridge-"));
  world = saveWorld(generateWorld(worldOptions({ seed: 41, parcels: 600 })), folder);
  return () => rmSync(folder, { recursive: true });
});

/** A folder with a store in it, `a.db`, into which the world has been taken. */
async function makeSite(): Promise<string> {
  const cwd = mkdtempSync(join(tmpdir(), "trackbridge-"));
  onTestFinished(() => rmSync(cwd, { recursive: true }));
  await withAppOn(`sqlite:${join(cwd, "a.db")}`, timeOf(NOW), (app) => importWorld(app, world));
  return cwd;
}

const ARGS = ["worker", "--database", "sqlite:a.db", "--now", NOW];

async function untilLogged(worker: RunningProcess, event: string): Promise<void> {
  for (let n = 0; n < 4000; n += 1) {
    if (worker.logged.some((line) => line.event === event)) return;
    await wait(5);
  }
  throw new Error(`never logged: ${event}; ${worker.complaints.join("\n")}`);
}

const latestOf = (cwd: string) =>
  withAppOn(`sqlite:${join(cwd, "a.db")}`, 0, ({ store }) => store.jobs.latest("nightly"));

describe("trackbridge worker", () => {
  it("makes the night's run, and waits for the next until it is told to stop", async () => {
    const cwd = await makeSite();
    const worker = startProcess(ARGS, { cwd });
    await untilLogged(worker, "nightly run ended");
    worker.signal("SIGTERM");
    expect(await worker.ended).toBe(0);
    expect(worker.complaints).toEqual([]);
    expect(worker.logged.map(({ event }) => event)).toEqual([
      "worker started",
      "nightly run begun",
      "nightly run ended",
      "worker stopped",
    ]);
    expect(readdirSync(join(cwd, "reports"))).toEqual([BUSINESS_DATE]);
  });

  it.each([
    ["SIGTERM", 0],
    ["SIGINT", 130],
  ] as const)(
    "gives back what it has claimed at %s, so that others go on at once, and exits with %i",
    async (signal, code) => {
      const cwd = await makeSite();
      const first = startProcess([...ARGS, "--once"], { cwd });
      await untilLogged(first, "nightly run begun");
      first.signal(signal);
      expect(await first.ended).toBe(code);
      expect(first.complaints).toEqual([]);
      expect(first.logged.at(-1)?.event).toBe("worker stopped");
      expect(await latestOf(cwd)).toMatchObject({ state: "running" });
      // Within its lease of a minute nobody could take over from one that had been killed.
      const second = await runCli([...ARGS, "--once", "--quiet"], { cwd });
      expect(second).toEqual({ code: 0, stdout: "", stderr: "" });
      expect(await latestOf(cwd)).toMatchObject({ businessDate: BUSINESS_DATE, state: "ended" });
    },
  );

  it("logs what it cannot do, and goes on; once, it says so and exits with 2", async () => {
    const cwd = await makeSite();
    writeFileSync(join(cwd, "reports"), "a file in the folder's place");
    const once = await runCli([...ARGS, "--once", "--quiet"], { cwd });
    expect([once.code, once.stdout]).toEqual([2, ""]);
    expect(once.stderr).toMatch(/^worker\.reportFolder: .* → .* → name another folder\n$/);
    const worker = startProcess(ARGS, { cwd });
    await untilLogged(worker, "work failed");
    expect(worker.logged.at(-1)?.problem).toMatch(/^worker\.reportFolder: /);
    worker.signal("SIGTERM");
    expect(await worker.ended).toBe(0);
    expect(await latestOf(cwd)).toMatchObject({ state: "running" });
  });
});
