import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { reconcileStore } from "../../../src/app/reconcile-store.ts";
import { FINDING_KINDS } from "../../../src/domain/finding.ts";
import type { MappingTables } from "../../../src/mapping/translate.ts";
import type { ParcelObservations } from "../../../src/reconcile/parcel-observations.ts";
import { proveRecall } from "../../../src/reconcile/recall/prove-recall.ts";
import type { ReconcileSettings } from "../../../src/reconcile/settings.ts";
import type { Moment } from "../../../src/reconcile/settle.ts";
import { generateWorld } from "../../../src/sandbox/world.ts";
import { listAll, withMemoryApp } from "../../support/apps.ts";
import { importWorld, saveWorld, worldOptions } from "../../support/worlds.ts";

/** The parcels of a world on which nothing differs, noise and the nights of a clock change included. */
interface Ground {
  readonly parcels: ParcelObservations[];
  readonly tables: MappingTables;
  readonly settings: ReconcileSettings;
  readonly moment: Moment;
}

async function makeGround(seed: number, start: string): Promise<Ground> {
  const folder = mkdtempSync(join(tmpdir(), "trackbridge-"));
  const world = generateWorld(worldOptions({ seed, parcels: 120, start }));
  const saved = saveWorld(world, folder);
  try {
    return await withMemoryApp(async (app) => {
      await importWorld(app, saved);
      const { recall, report } = await reconcileStore(app);
      // Every run proves itself.
      expect(recall.every(({ found, planted }) => found === planted && planted > 0)).toBe(true);
      expect(report.verdict).toBe("no_go");
      const { store, tables, settings } = app;
      const parcels: ParcelObservations[] = [];
      for (const { barcode } of await listAll(store.parcels.list({ verdict: "matched" }))) {
        const dossier = await store.parcels.findDossier(barcode);
        if (dossier !== undefined) parcels.push(dossier);
      }
      const moment = { now: world.now, progress: await store.feeds.progress() };
      return { parcels, tables, settings, moment };
    }, world.now);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const WORLDS = [
  [1, "2026-03-02T00:00:00Z"],
  [2, "2026-03-25T00:00:00Z"],
  [3, "2026-10-20T00:00:00Z"],
] as const;

describe.each(WORLDS)("recall in world %i from %s", (seed, start) => {
  let ground: Ground;
  beforeAll(async () => {
    ground = await makeGround(seed, start);
  });

  it("finds every defect of every kind, exactly as planted", () => {
    const { parcels, tables, settings, moment } = ground;
    const kinds = proveRecall(parcels, tables, settings, moment);
    expect(kinds.map(({ kind }) => kind)).toEqual(FINDING_KINDS);
    for (const { kind, planted, found, missedOn } of kinds) {
      expect({ kind, planted, found, missedOn }).toEqual({ kind, planted: 20, found: 20, missedOn: null });
    }
  });

  it("says so when a kind cannot be found any more, and on which parcel", () => {
    const { parcels, tables, settings, moment } = ground;
    // A table that takes every code for a notice, the planted one too.
    const row = { code: "~~", status: null, validFrom: -Infinity, validTo: Infinity };
    const blind = { ...tables, legacyCodes: new Map([...tables.legacyCodes, ["~~", [row]]]) };
    const missed = proveRecall(parcels, blind, settings, moment).filter(
      ({ found, planted }) => found < planted,
    );
    expect(missed).toMatchObject([{ kind: "unmapped_code", planted: 20, found: 0 }]);
    expect(parcels.map(({ barcode }) => barcode)).toContain(missed[0]?.missedOn);
  });

  it("does not plant in parcels on which something differs already", () => {
    const { parcels, tables, settings, moment } = ground;
    const broken = parcels.map((parcel) => ({
      ...parcel,
      observations: parcel.observations.filter(
        ({ channel }) => channel !== "webhook" && channel !== "status-api",
      ),
    }));
    for (const { planted } of proveRecall(broken, tables, settings, moment)) expect(planted).toBe(0);
  });
});
