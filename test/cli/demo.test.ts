import { mkdtempSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "vitest";
import { runCli } from "../support/cli.ts";
import { listSchemaErrors } from "../support/schemas.ts";

describe("trackbridge demo", () => {
  it("finds over the wire exactly what the simulated carrier planted, and leaves the report", async ({
    expect,
  }) => {
    const cwd = mkdtempSync(join(tmpdir(), "trackbridge-demo-test-"));
    const { code, stdout } = await runCli(["demo", "--out", "out", "--format", "json", "--quiet"], { cwd });
    const said = JSON.parse(stdout) as {
      readonly kinds: readonly { readonly kind: string; readonly planted: number; readonly found: number }[];
    };
    expect(listSchemaErrors("demo", said)).toEqual([]);
    expect(said.kinds).toHaveLength(15);
    expect(said.kinds.filter(({ planted, found }) => planted !== found)).toEqual([]);
    expect(code).toBe(0);
    expect(readdirSync(join(cwd, "out"))).toEqual(
      expect.arrayContaining(["demo.db", "findings.csv", "parcels.csv", "report.html", "report.json"]),
    );
  });
});
