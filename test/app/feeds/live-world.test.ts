import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { pullLegacyApi } from "../../../src/app/feeds/pull-legacy-api.ts";
import { pullStatusApi } from "../../../src/app/feeds/pull-status-api.ts";
import type { App } from "../../../src/app/open-app.ts";
import { reconcileStore } from "../../../src/app/reconcile-store.ts";
import type { World } from "../../../src/sandbox/world.ts";
import { generateWorld } from "../../../src/sandbox/world.ts";
import { allFindings, at, withMemoryApp } from "../../support/apps.ts";
import { makeFakeClock } from "../../support/fake-clock.ts";
import { withCarrier } from "../../support/feeds.ts";
import { HOUR, timeOf } from "../../support/observations.ts";
import { importWorld, saveWorld, toFindingLines, worldOptions } from "../../support/worlds.ts";

const folder = mkdtempSync(join(tmpdir(), "trackbridge-"));
afterAll(() => rmSync(folder, { recursive: true }));

const CUSTOMERS = [{ number: "11223344" }, { number: "55667788" }];

/** Fetches both APIs every hour for as long as the world lasts. */
async function pullWorld(app: App, world: World): Promise<string[]> {
  const [first = 0] = [...world.legacyApi, ...world.statusApi]
    .map(({ receivedAt }) => timeOf(receivedAt))
    .sort();
  const clock = makeFakeClock(world.now - Math.floor((world.now - first) / HOUR) * HOUR);
  const live = { ...app, clock: clock.now };
  const problems: string[] = [];
  await withCarrier(live, clock, { ...world, pageSize: 7 }, async ({ legacyApi, statusApi }) => {
    for (; clock.now() < world.now + HOUR; clock.advance(HOUR)) {
      for (const pull of [
        await pullLegacyApi(live, legacyApi, {
          customers: CUSTOMERS.map(({ number }) => number),
          requestsPerPull: 1000,
        }),
        await pullStatusApi(live, statusApi, { customers: CUSTOMERS, firstPullHours: 48 }),
      ]) {
        problems.push(...pull.problems);
      }
    }
  });
  return problems;
}

/**
 * What must be the same. Rows seen, and with them duplicates, are not: windows
 * overlap, and parcels whose newest status is held are not asked for.
 */
async function tellOutcome(app: App, world: World) {
  await reconcileStore(at(world.now, app));
  const books = await app.store.feeds.books();
  return {
    findings: toFindingLines(await allFindings(app.store)),
    rows: books.map(({ channel, accepted, quarantined }) => ({ channel, accepted, quarantined })),
  };
}

describe("pulling a world live", () => {
  it.each([
    ["of spring", 61, "2026-03-24T00:00:00Z"],
    ["of autumn", 62, "2026-10-20T00:00:00Z"],
  ])("gives the findings of importing its recorded files: %s", async (name, seed, start) => {
    const world = generateWorld(worldOptions({ seed, start, parcels: 120 }));
    const saved = saveWorld(world, join(folder, name));
    const imported = await withMemoryApp(async (app) => {
      await importWorld(app, saved);
      return tellOutcome(app, world);
    });
    const pulled = await withMemoryApp(async (app) => {
      await importWorld(app, saved, ["legacy-scan", "webhook"]);
      expect(await pullWorld(app, world)).toEqual([]);
      return tellOutcome(app, world);
    });
    expect(imported.findings).toEqual(toFindingLines(world.truth.findings));
    expect(pulled).toEqual(imported);
  });
});
