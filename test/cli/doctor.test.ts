import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runCli } from "../support/cli.ts";
import { makeFolder } from "../support/scan-feeds.ts";
import { listSchemaErrors } from "../support/schemas.ts";

const URL_ARGS = ["--url", "https://hooks.example/webhooks/tracking"];

describe("trackbridge doctor and subscribe", () => {
  it("go together: prepared, recorded once, and from then on missed", async () => {
    const cwd = makeFolder();
    const run = (...args: readonly string[]) =>
      runCli(args, { cwd, env: { TRACKBRIDGE_WEBHOOK_KEY: "canary-key" } });
    const fine = await run("doctor", "--offline");
    expect(fine).toMatchObject({ code: 0, stderr: "" });
    expect(fine.stdout).toMatch(/^Configuration\n {2}✓ settings +no file: every setting has its default\n/);

    const letter = await run("subscribe", ...URL_ARGS, "--lang", "nl");
    expect(letter.code).toBe(0);
    expect(letter.stdout).toMatch(/^Onderwerp: .*\n/);
    expect(letter.stdout).toContain("https://hooks.example/webhooks/tracking\n");
    expect(letter.stderr).toContain("! het contract is een reconstructie");
    const plan = await run("subscribe", ...URL_ARGS, "--format", "json");
    expect(listSchemaErrors("subscribe", JSON.parse(plan.stdout))).toEqual([]);

    const record = ["subscribe", ...URL_ARGS, "--record", "--by", "A. Jansen"];
    const at = ["--at", "2026-03-08T09:00:00Z"];
    expect(await run(...record, ...at)).toMatchObject({
      code: 0,
      stdout:
        "Recorded: since 2026-03-08T09:00:00Z, by A. Jansen: https://hooks.example/webhooks/tracking, customers –, contract reference.\n",
    });
    expect(await run(...record)).toMatchObject({
      code: 2,
      stdout: "",
      stderr: expect.stringMatching(/^subscription: recorded already/),
    });
    expect((await run(...record, "--replace")).code).toBe(2);
    expect((await run(...record, "--replace", "--reason", "another host")).code).toBe(0);
    const shown = await run("subscribe", "--show", "--format", "json");
    expect(listSchemaErrors("subscribe", JSON.parse(shown.stdout))).toEqual([]);
    expect(JSON.parse(shown.stdout).recorded).toMatchObject([
      { at: "2026-03-08T09:00:00Z", reason: null },
      { reason: "another host" },
    ]);

    const missed = await run("doctor", "--offline", "--format", "json", "--now", "2030-01-01T00:00:00Z");
    expect(missed.code).toBe(1);
    expect(listSchemaErrors("doctor", JSON.parse(missed.stdout))).toEqual([]);
    expect(missed.stdout).toContain("none for ");
    for (const { stdout, stderr } of [fine, letter, missed])
      expect(stdout + stderr).not.toContain("canary-key");
  });

  it.each([
    [["subscribe"], "subscribe: nothing to prepare"],
    [["subscribe", "--record", "--by", "me"], "subscribe: --record without --url"],
    [["subscribe", ...URL_ARGS, "--record"], "subscribe: --record without --by"],
    [
      ["subscribe", ...URL_ARGS, "--record", "--by", "me", "--at", "2999-01-01T00:00:00Z"],
      "subscribe: --at 2999",
    ],
    [["subscribe", "--url", "http://hooks.example/"], "--url: http://hooks.example →"],
    [["doctor", "--config", "broken.yml"], "broken.yml: "],
  ])("refuse %j", async (args, complaint) => {
    const cwd = makeFolder();
    writeFileSync(join(cwd, "broken.yml"), "database: [");
    const { code, stdout, stderr } = await runCli(args, { cwd });
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(complaint);
  });
});
