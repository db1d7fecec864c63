import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { pullLegacyApi } from "../../../src/app/feeds/pull-legacy-api.ts";
import { pullStatusApi } from "../../../src/app/feeds/pull-status-api.ts";
import { sweepStatusApi } from "../../../src/app/feeds/sweep-status-api.ts";
import type { App } from "../../../src/app/open-app.ts";
import { reconcileStore } from "../../../src/app/reconcile-store.ts";
import type { LivingBooks } from "../../../src/sandbox/carrier/living-books.ts";
import { makeLivingBooks } from "../../../src/sandbox/carrier/living-books.ts";
import type { TruthFinding } from "../../../src/sandbox/truth.ts";
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

/** Fetches both APIs again and again for as long as the world lasts; where it lives, sweeps every day. */
async function pullWorld(
  app: App,
  world: World,
  { everyMs, living }: { readonly everyMs: number; readonly living?: LivingBooks },
): Promise<string[]> {
  const first = Math.min(
    ...[...world.legacyApi, ...world.statusApi].map(({ receivedAt }) => timeOf(receivedAt)),
  );
  const clock = makeFakeClock(world.now - Math.floor((world.now - first) / everyMs) * everyMs);
  const live = { ...app, clock: clock.now };
  const problems: string[] = [];
  await withCarrier(live, clock, { ...world, living, pageSize: 7 }, async ({ legacyApi, statusApi }) => {
    for (;;) {
      for (const pull of [
        await pullLegacyApi(live, legacyApi, {
          customers: CUSTOMERS.map(({ number }) => number),
          requestsPerPull: 1000,
        }),
        await pullStatusApi(live, statusApi, { customers: CUSTOMERS, firstPullHours: 48 }),
      ]) {
        problems.push(...pull.problems);
      }
      const isLast = clock.now() >= world.now;
      if (living !== undefined && (isLast || clock.now() % (24 * HOUR) < everyMs)) {
        await reconcileStore(live);
        problems.push(...(await sweepStatusApi(live, statusApi, { requestsPerSweep: 1000 })).problems);
      }
      if (isLast) break;
      clock.advance(everyMs);
    }
  });
  return problems;
}

/**
 * What must be the same. Rows seen, and with them duplicates and those set
 * aside, are not: windows overlap, so that one row may come on two pages, and
 * parcels whose newest status is held are not asked for.
 */
async function tellOutcome(app: App, world: World) {
  await reconcileStore(at(world.now, app));
  const books = await app.store.feeds.books();
  return {
    findings: toFindingLines(await allFindings(app.store)),
    accepted: books.map(({ channel, accepted }) => `${channel} ${accepted}`),
  };
}

/**
 * Whether a status was listed once, and no longer when the recorded reply came:
 * the one difference. The pull has seen it by then, and does not ask again.
 */
function isVanished({ statusApi }: World, { kind, barcode, status }: TruthFinding): boolean {
  const replies = statusApi.filter(({ request }) => request?.barcode === barcode);
  return (
    kind === "pull_missed" && replies.some(({ body }) => JSON.stringify(body).includes(`"code":"${status}"`))
  );
}

describe("pulling a world live", () => {
  it("gives the findings of importing its recorded files", async () => {
    const start = "2026-10-20T00:00:00Z";
    const world = generateWorld(worldOptions({ seed: 62, start, parcels: 80 }));
    const saved = saveWorld(world, join(folder, "recorded"));
    const imported = await withMemoryApp(async (app) => {
      await importWorld(app, saved);
      return tellOutcome(app, world);
    });
    const pulled = await withMemoryApp(async (app) => {
      await importWorld(app, saved, ["legacy-scan", "webhook"]);
      expect(await pullWorld(app, world, { everyMs: HOUR })).toEqual([]);
      return tellOutcome(app, world);
    });
    expect(imported.findings).toEqual(toFindingLines(world.truth.findings));
    expect(pulled).toEqual(imported);
  });

  it.each([
    ["of spring", 61, "2026-03-24T00:00:00Z"],
    ["of autumn, with a status that vanishes", 62, "2026-10-20T00:00:00Z"],
  ])("gives its true findings when the APIs answer from what happened: %s", async (name, seed, start) => {
    const options = worldOptions({ seed, start, parcels: 60 });
    const world = generateWorld(options);
    const saved = saveWorld(world, join(folder, `living ${name}`));
    const living = makeLivingBooks(options);
    await withMemoryApp(async (app) => {
      await importWorld(app, saved, ["legacy-scan", "webhook"]);
      expect(await pullWorld(app, world, { everyMs: 3 * HOUR, living })).toEqual([]);
      const vanished = world.truth.findings.filter((finding) => isVanished(world, finding));
      const expected = world.truth.findings.filter((finding) => !vanished.includes(finding));
      expect(vanished).toHaveLength(name.includes("vanishes") ? 1 : 0);
      expect((await tellOutcome(app, world)).findings).toEqual(toFindingLines(expected));
    });
  });
});
