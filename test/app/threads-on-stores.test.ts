import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { App } from "../../src/app/open-app.ts";
import { reconcileStore } from "../../src/app/reconcile-store.ts";
import type { Job, Piece } from "../../src/app/threads/job.ts";
import { makeThreads } from "../../src/app/threads/threads.ts";
import { readConfig } from "../../src/config.ts";
import { UsageError } from "../../src/domain/errors.ts";
import type { Haul } from "../../src/intake/haul.ts";
import type { RowsByChannel } from "../../src/intake/intake-tally.ts";
import { makeHaulWriter } from "../../src/intake/save-hauls.ts";
import { generateWorld } from "../../src/sandbox/world.ts";
import { GROUPS } from "../../src/store/bucket-groups.ts";
import { makeTurnMemory } from "../../src/store/sqlite/turn.ts";
import { allFindings, listAll, withAppOn } from "../support/apps.ts";
import { timeOf } from "../support/observations.ts";
import { usePostgres } from "../support/postgres.ts";
import { aPlan } from "../support/store-rows.ts";
import { importWorld, saveWorld, toFindingLines, worldOptions } from "../support/worlds.ts";

const postgres = usePostgres();
const world = generateWorld(worldOptions({ seed: 61, parcels: 80 }));
const now = timeOf(world.truth.now);

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "trackbridge-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Lends threads on a store, and what gives the same job to all of them. */
async function withThreads(
  databaseUrl: string,
  work: (submit: (job: Job) => Promise<Piece[]>, everywhere: (job: Job) => Promise<Piece[]>) => Promise<void>,
): Promise<void> {
  const threads = makeThreads({
    config: readConfig(undefined),
    databaseUrl,
    turnMemory: makeTurnMemory(),
    now,
  });
  const submit = async (job: Job): Promise<Piece[]> => Array.fromAsync(threads.submit(job));
  try {
    await work(submit, async (job) =>
      (await Promise.all(Array.from({ length: threads.size }, () => submit(job)))).flat(),
    );
  } finally {
    await threads.close();
  }
}

/** Appends what threads have read, and does not settle it. */
async function append({ store }: App, hauls: readonly Haul[]): Promise<void> {
  await store.transaction(async (tx) => {
    const writer = makeHaulWriter(tx, "legacy-scan");
    for (const haul of hauls) await writer.add(haul);
    await writer.finish();
  });
}

describe.each([
  ["SQLite", () => `sqlite:${join(folder, "threads.db")}`],
  ["PostgreSQL", () => postgres.newStoreUrl()],
])("threads on a store in %s", (_, newUrl) => {
  it("read, settle and evaluate, and it comes to the same", async () => {
    const url = newUrl();
    const onDisk = saveWorld(world, mkdtempSync(join(folder, "world-")));
    await withAppOn(url, now, async (app) => {
      await importWorld(app, onDisk, ["webhook", "legacy-api", "status-api"]);
      await withThreads(url, async (submit, everywhere) => {
        const files = onDisk.paths["legacy-scan"];
        const hauls = await Promise.all(
          files.map((path, index) =>
            submit({
              kind: "haul-file",
              index,
              path,
              name: basename(path),
              layout: "postnl-scan-csv",
              receivedAt: undefined,
            }),
          ),
        );
        await append(app, hauls.flat() as Haul[]);
        const settled = (await everywhere({ kind: "settle" })) as RowsByChannel[];
        const accepted = settled.reduce((sum, rows) => sum + rows["legacy-scan"].accepted, 0);
        expect(accepted).toBe(world.truth.counts["legacy-scan"].accepted);
        const plan = aPlan({
          now,
          fingerprint: app.fingerprint,
          progress: await app.store.feeds.progress(),
        });
        await app.store.transaction(({ evaluations }) => evaluations.openRun(plan));
        expect(await everywhere({ kind: "evaluate" })).toEqual(Array.from({ length: GROUPS }, () => "group"));
      });
      expect(toFindingLines(await allFindings(app.store))).toEqual(toFindingLines(world.truth.findings));
      const parcels = await listAll(app.store.parcels.list({}));
      expect(Object.fromEntries(parcels.map(({ barcode, verdict }) => [barcode, verdict]))).toEqual(
        world.truth.parcels,
      );
      expect((await reconcileStore(app)).report.tieOut.difference).toBe(0);
    });
  });
});

describe("threads on a store that they cannot open", () => {
  it("tell the one line that says why", async () => {
    const url = new URL(postgres.newStoreUrl());
    url.password = "secret";
    await withThreads(url.href, async (submit, everywhere) => {
      const told =
        /password authentication failed.* → correct the user or the password in the URL, or PGPASSWORD$/;
      // Those that wait for the thread when it fails, and one that comes after.
      const waiting = await Promise.allSettled([...Array(6)].map(() => submit({ kind: "settle" })));
      for (const one of waiting) {
        expect(one).toMatchObject({ status: "rejected", reason: expect.any(UsageError) });
        expect((one as PromiseRejectedResult).reason.message).toMatch(told);
      }
      await expect(submit({ kind: "settle" })).rejects.toThrow(told);
      await expect(everywhere({ kind: "evaluate" })).rejects.toThrow(told);
    });
  });
});
