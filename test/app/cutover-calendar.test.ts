import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { App } from "../../src/app/open-app.ts";
import { reconcileStore } from "../../src/app/reconcile-store.ts";
import type { Finding } from "../../src/domain/finding.ts";
import { generateWorld } from "../../src/sandbox/world.ts";
import { allFindings, at, withMemoryApp } from "../support/apps.ts";
import { DAY } from "../support/observations.ts";
import type { WorldOnDisk } from "../support/worlds.ts";
import { importWorld, saveWorld, worldOptions } from "../support/worlds.ts";

const MISSING: readonly string[] = ["missing_in_legacy", "parcel_missing_in_legacy"];

function makeWorld(): WorldOnDisk & { readonly now: number } {
  const folder = mkdtempSync(join(tmpdir(), "trackbridge-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const world = saveWorld(generateWorld(worldOptions({ seed: 31 })), folder);
  return { ...world, now: Temporal.Instant.from(world.truth.now).epochMilliseconds };
}

/** The program with an end of the old feed, as another calendar gives it. */
function endingAt(app: App, others: number | null): App {
  const legacyEnds = others === null ? null : { others, customers: {} };
  return { ...app, settings: { ...app.settings, legacyEnds }, fingerprint: `${app.fingerprint} ${others}` };
}

const standing = async ({ store }: App): Promise<Finding[]> =>
  (await allFindings(store)).filter(({ state }) => state !== "resolved");
const idsOf = (findings: readonly Finding[]): string[] => findings.map(({ id }) => id).sort();

describe("a calendar that changes", () => {
  it("takes exactly what is missing in the old feed after its end, gives it back, and ties out", () =>
    withMemoryApp(async (shipped) => {
      const world = makeWorld();
      await importWorld(shipped, world);
      const app = at(world.now, shipped);
      await reconcileStore(app);
      const before = await standing(app);
      const missing = before.filter(({ kind }) => MISSING.includes(kind));
      const moments = missing.map(({ newAt }) => newAt ?? 0).sort((a, b) => a - b);
      const end = moments.at(Math.floor(moments.length / 2)) ?? 0;
      const gone = missing.filter(({ newAt }) => (newAt ?? 0) >= end);
      expect(gone.length).toBeGreaterThan(0);
      expect(gone.length).toBeLessThan(missing.length);

      const ending = endingAt(app, end);
      const { report, evaluated } = await reconcileStore(ending);
      expect(evaluated).toBe(report.parcels.total);
      expect(report.tieOut.difference).toBe(0);
      const left = before.filter((finding) => !gone.includes(finding));
      expect(idsOf(await standing(ending))).toEqual(idsOf(left));

      await reconcileStore(endingAt(app, world.now + 30 * DAY));
      expect(idsOf(await standing(app))).toEqual(idsOf(before));
    }));
});
