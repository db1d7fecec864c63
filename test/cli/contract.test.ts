import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, it } from "vitest";
import { runCli } from "../support/cli.ts";
import { listSchemaErrors } from "../support/schemas.ts";

let cwd = "";
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), "trackbridge-"));
  const body = (code: string) => ({
    item: { barcode: "3SDEVC123456789", status: { code, timestamp: "2026-03-07T22:22:56Z" } },
  });
  writeFileSync(join(cwd, "good.json"), JSON.stringify(body("sorted"), null, 2));
  writeFileSync(join(cwd, "unknown.json"), JSON.stringify(body("hub_out")));
  writeFileSync(join(cwd, "other.json"), "{}");
});
afterAll(() => rmSync(cwd, { recursive: true }));

const run = (...args: readonly string[]) => runCli(["contract", "check", ...args], { cwd });

describe.concurrent("contract check", () => {
  it("exits 0 when all is there, and makes no store", async ({ expect }) => {
    const { code, stdout, stderr } = await run("reference", "good.json", "--format", "json");
    expect([code, stderr]).toEqual([0, ""]);
    expect(listSchemaErrors("contract-check", JSON.parse(stdout))).toEqual([]);
    const reading = await runCli(["parcels"], { cwd });
    expect(reading.code).toBe(2);
  });

  it("exits 1 when a code is unknown, in the language that was asked for", async ({ expect }) => {
    const { code, stdout } = await run("reference", "good.json", "unknown.json", "--lang", "nl");
    expect(code).toBe(1);
    expect(stdout).toContain("2 statuswijzigingen");
    expect(stdout).toMatch(/^hub_out +1 +onbekend in het contract/m);
  });

  it.for([
    [["reference", "other.json"], "other.json: neither service's fields → "],
    [["reference", "nowhere.json"], "nowhere.json: ENOENT → a file that can be read → "],
    [["nowhere", "good.json"], "contract: nowhere → the name of a file in config/contracts"],
    [["reference"], "command line: missing required argument 'payload'"],
    [
      ["reference", "good.json", "--service", "sms"],
      "command line: option '--service <service>' argument 'sms'",
    ],
  ] as const)("exits 2 for %j", async ([args, message], { expect }) => {
    const { code, stdout, stderr } = await run(...args);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(message);
    expect(stderr.trim().split("\n")).toHaveLength(1);
  });
});
