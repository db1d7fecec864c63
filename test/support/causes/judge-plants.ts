import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { App } from "../../../src/app/open-app.ts";
import { readPatterns } from "../../../src/app/read-patterns.ts";
import { reconcileStore } from "../../../src/app/reconcile-store.ts";
import type { Finding } from "../../../src/domain/finding.ts";
import type { CauseDecision } from "../../../src/reconcile/judgement/cause-rules.ts";
import { decideCause } from "../../../src/reconcile/judgement/cause-rules.ts";
import type { World } from "../../../src/sandbox/world.ts";
import { allFindings, withMemoryApp } from "../apps.ts";
import { spoil } from "../spoilt-worlds.ts";
import { importWorld, saveWorld } from "../worlds.ts";
import type { Plant } from "./plants.ts";

/** Lends the program on a store with what a spoilt world says, reconciled. */
async function withPlanted<Result>(
  world: World,
  plants: readonly Pick<Plant, "spoiling" | "tables">[],
  work: (app: App) => Promise<Result>,
): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), "trackbridge-"));
  try {
    return await withMemoryApp(async (shipped) => {
      const spoilt = plants.reduce((done, { spoiling = {} }) => spoil(done, spoiling), world);
      const tables = plants.reduce((done, plant) => plant.tables?.(done) ?? done, shipped.tables);
      const app = { ...shipped, tables, fingerprint: `${shipped.fingerprint} ${tables.fingerprint}` };
      await importWorld(app, saveWorld(spoilt, folder));
      await reconcileStore(app);
      return await work(app);
    }, world.now);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A finding, and what the rules say of it. */
export interface Judged extends CauseDecision {
  readonly finding: Finding;
}

/** What the rules say of every finding that faults give. */
export function judgePlanted(world: World, plants: readonly Plant[]): Promise<readonly Judged[]> {
  return withPlanted(world, plants, async (app) => {
    const patterns = await readPatterns(app);
    const findings = await allFindings(app.store);
    return findings.map((finding) => ({ finding, ...decideCause(finding, patterns) }));
  });
}
