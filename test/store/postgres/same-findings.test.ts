import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { reconcileStore } from "../../../src/app/reconcile-store.ts";
import { generateWorld } from "../../../src/sandbox/world.ts";
import { openPostgresStore } from "../../../src/store/postgres/open-store.ts";
import { at, withMemoryApp } from "../../support/apps.ts";
import { HOUR, timeOf } from "../../support/observations.ts";
import { usePostgres } from "../../support/postgres.ts";
import { tellAll } from "../../support/tell-all.ts";
import type { WorldOnDisk } from "../../support/worlds.ts";
import { importWorld, saveWorld, worldOptions } from "../../support/worlds.ts";

const postgres = usePostgres();
const folder = mkdtempSync(join(tmpdir(), "trackbridge-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("a store in PostgreSQL", () => {
  it.each([
    ["of spring", 1, "2026-03-25T00:00:00Z"],
    ["of autumn", 2, "2026-10-20T00:00:00Z"],
  ])("tells byte for byte what one in SQLite tells of a world %s", async (name, seed, start) => {
    const world = generateWorld(worldOptions({ seed, start, parcels: 120 }));
    const saved = saveWorld(world, join(folder, name));
    const end = timeOf(saved.truth.now);
    const told = await withMemoryApp(async (app) => {
      const store = await openPostgresStore(await postgres.emptiedStoreUrl());
      try {
        const run = async (app: Parameters<typeof takeInTwice>[0]) => {
          await takeInTwice(app, saved, end);
          return tellAll(app.store);
        };
        return { sqlite: await run(app), postgres: await run({ ...app, store }) };
      } finally {
        await store.close();
      }
    });
    for (const [what, text] of Object.entries(told.sqlite)) {
      expect(told.postgres[what], what).toBe(text);
      expect(text.length, what).toBeGreaterThan(2);
    }
  });
});

/** Takes a world in by halves, and again, with runs in between. */
async function takeInTwice(
  app: Parameters<typeof importWorld>[0],
  world: WorldOnDisk,
  end: number,
): Promise<void> {
  await importWorld(app, world, ["webhook", "legacy-scan"]);
  await reconcileStore(at(end - 24 * HOUR, app));
  await importWorld(app, world, ["status-api", "legacy-api", "webhook"]);
  await reconcileStore(at(end - HOUR, app));
  await importWorld(app, world, ["legacy-scan"]);
  await reconcileStore(at(end, app));
}
