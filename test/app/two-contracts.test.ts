import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { gatherReport } from "../../src/app/gather-report.ts";
import { reconcileStore } from "../../src/app/reconcile-store.ts";
import { toStableJson } from "../../src/report/render-json.ts";
import type { World } from "../../src/sandbox/world.ts";
import { generateWorld } from "../../src/sandbox/world.ts";
import { allFindings, listAll, withAppOn } from "../support/apps.ts";
import { timeOf } from "../support/observations.ts";
import { STATUS_OF, toNestedWorld } from "../support/to-nested.ts";
import { importWorld, saveWorld, toFindingLines, worldOptions } from "../support/worlds.ts";

const folder = mkdtempSync(join(tmpdir(), "trackbridge-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Hashes of content differ, because the bytes do; wire codes are the contract's own. */
function toComparable(value: unknown): string {
  return toStableJson(value, 1)
    .replace(/[0-9a-f]{64}/g, "a hash")
    .replace(/"code": "([^"]+)"/g, (_, code: string) => `"code": "${STATUS_OF.get(code) ?? code}"`);
}

/** Takes a world in under a contract; gives all that is found and reported of it. */
function tellOf(world: World, contract: string, name: string) {
  const saved = saveWorld(world, join(folder, name));
  const now = timeOf(saved.truth.now);
  return withAppOn(
    "sqlite::memory:",
    now,
    async (app) => {
      const counts = await importWorld(app, saved);
      const result = await reconcileStore(app);
      const { runId: _, ...summary } = result.report;
      const report = await gatherReport(app, result);
      const findings = await allFindings(app.store);
      return {
        truth: saved.truth,
        counts,
        findings,
        told: {
          findings: toComparable(findings),
          parcels: toComparable(await listAll(app.store.parcels.list({}))),
          report: toComparable({
            ...report,
            summary,
            // The run and the rules that the gate goes by have the contract's codes in their names.
            gate: report.gate && {
              ...report.gate,
              basis: { ...report.gate.basis, runId: null, rules: null },
            },
            // Paths, and what stands beside the contract's fields, are each shape's own.
            drift: null,
            settings: { ...report.settings, mappingFingerprint: null },
            // Rows set aside are quoted with what was found in them.
            quarantine: report.quarantine.map(({ message: _message, ...rest }) => rest),
          }),
        },
      };
    },
    { contract },
  );
}

const WORLDS: readonly (readonly [string, Parameters<typeof worldOptions>[0]])[] = [
  ["an ordinary week", { seed: 41 }],
  ["the spring clock change", { seed: 42, start: "2026-03-26T00:00:00Z" }],
  ["the autumn clock change", { seed: 43, start: "2026-10-21T00:00:00Z" }],
  ["a silent new side", { seed: 44, silence: { side: "new", hours: 20 } }],
];

describe("the same world through a contract of another shape", () => {
  it.each(WORLDS)("gives the same counts, findings, parcels and report: %s", async (name, options) => {
    const world = generateWorld(worldOptions(options));
    const reference = await tellOf(world, "reference", `${name}, as it is`);
    const nested = await tellOf(toNestedWorld(world), "example-nested", `${name}, nested`);

    expect(nested.counts).toEqual(reference.truth.counts);
    expect(toFindingLines(nested.findings)).toEqual(toFindingLines(reference.truth.findings));
    expect(nested.findings.map(({ id }) => id)).toEqual(reference.findings.map(({ id }) => id));
    for (const [what, text] of Object.entries(reference.told)) {
      expect(nested.told[what as keyof typeof nested.told], what).toBe(text);
      expect(text.length, what).toBeGreaterThan(100);
    }
  });

  it("finds nothing of it under the wrong contract, and says so", async () => {
    const world = toNestedWorld(generateWorld(worldOptions({ seed: 41, parcels: 60 })));
    const { counts } = await tellOf(world, "reference", "under the wrong contract");
    for (const channel of ["webhook", "status-api"] as const) {
      expect(counts[channel]?.accepted, channel).toBe(0);
      expect(counts[channel]?.quarantined, channel).toBeGreaterThan(20);
    }
  });
});
