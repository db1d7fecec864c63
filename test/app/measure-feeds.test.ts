import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readNoise, readSpeed } from "../../src/app/measure-feeds.ts";
import type { App } from "../../src/app/open-app.ts";
import { reconcileStore } from "../../src/app/reconcile-store.ts";
import type { Channel } from "../../src/domain/channel.ts";
import { CHANNELS } from "../../src/domain/channel.ts";
import type { NoiseReport, SpeedReport } from "../../src/report/feeds-data.ts";
import type { World } from "../../src/sandbox/world.ts";
import { generateWorld } from "../../src/sandbox/world.ts";
import type { WorldOptions } from "../../src/sandbox/world-plan.ts";
import { at, withMemoryApp } from "../support/apps.ts";
import { runCli } from "../support/cli.ts";
import { HOUR } from "../support/observations.ts";
import { listSchemaErrors } from "../support/schemas.ts";
import { importWorld, saveWorld, worldOptions } from "../support/worlds.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "trackbridge-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Lends the program on a store with a world in it, evaluated. */
function withWorld<T>(
  options: Partial<WorldOptions>,
  work: (app: App, world: World) => Promise<T>,
  channels: readonly Channel[] = CHANNELS,
): Promise<T> {
  const world = generateWorld(worldOptions(options));
  const saved = saveWorld(world, mkdtempSync(join(folder, "world-")));
  return withMemoryApp(async (app) => {
    await importWorld(app, saved, channels);
    await reconcileStore(app);
    return work(app, world);
  }, world.now);
}

/** When something happened and was received, in whole seconds. */
interface Told {
  readonly at: number;
  readonly receivedAt: number;
}

const seconds = (instant: Temporal.Instant): number => Math.floor(instant.epochMilliseconds / 1000);

/** A plain reading of the deliveries of a world without noise, by parcel. */
function readDeliveries({ webhook }: World): Map<string, Told[]> {
  const told = new Map<string, Told[]>();
  for (const line of webhook) {
    const { receivedAt, body } = line as unknown as {
      receivedAt: string;
      body: { item: { barcode: string; status: { timestamp: string } } };
    };
    const { barcode, status } = body.item;
    const one = {
      at: seconds(Temporal.Instant.from(status.timestamp)),
      receivedAt: seconds(Temporal.Instant.from(receivedAt)),
    };
    told.set(barcode, [...(told.get(barcode) ?? []), one]);
  }
  return told;
}

/** The same of its scan files, received at the time in their names. */
function readScans({ files }: World): Map<string, Told[]> {
  const told = new Map<string, Told[]>();
  for (const { name, bytes } of files) {
    const named = /_(\d{4})(\d{2})(\d{2})_(\d{2})(\d{2})(\d{2})_/.exec(name);
    const receivedAt = seconds(
      Temporal.Instant.from(
        named!
          .slice(1)
          .join("")
          .replace(/(.{8})(.{6})/, "$1T$2Z"),
      ),
    );
    for (const row of Buffer.from(bytes).toString("latin1").split(/\r?\n/).slice(1)) {
      const [barcode = "", , time = ""] = row.split(";");
      const local = /^(\d{2})-(\d{2})-(\d{4}) (.{8})$/.exec(time);
      if (local === null) continue;
      const [, day, month, year, clock] = local;
      const happenedAt = seconds(
        Temporal.PlainDateTime.from(`${year}-${month}-${day}T${clock}`)
          .toZonedDateTime("Europe/Amsterdam")
          .toInstant(),
      );
      told.set(barcode, [...(told.get(barcode) ?? []), { at: happenedAt, receivedAt }]);
    }
  }
  return told;
}

const inTime = (told: readonly Told[]): Told[] => told.toSorted((a, b) => a.at - b.at);
const quantile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.ceil(values.length * share) - 1]!;

function expectHolds({ from, to }: { from: number | null; to: number | null }, value: number): void {
  expect(from ?? -Infinity).toBeLessThanOrEqual(value);
  expect(to ?? Infinity).toBeGreaterThanOrEqual(value);
}

const QUIET = { defects: {}, noise: { late_scans: true, out_of_order: true } } as const;

describe("readSpeed", () => {
  it("recovers the delays and the gain of a world, which its files and deliveries give away", () =>
    withWorld(
      { ...QUIET, parcels: 120 },
      async (app, world) => {
        const deliveries = readDeliveries(world);
        const scans = readScans(world);
        const speed = await readSpeed(app);
        for (const [feed, told] of [
          ["webhook", deliveries],
          ["legacy-scan", scans],
        ] as const) {
          const delays = [...told.values()].flat().map((one) => one.receivedAt - one.at);
          const lags = speed.lags.find((one) => one.feed === feed && one.status === null)!;
          expect(lags.told).toBe(delays.length);
          for (const [name, share] of [
            ["p5", 0.05],
            ["p50", 0.5],
            ["p95", 0.95],
          ] as const)
            expectHolds(lags.quantiles![name], quantile(delays, share));
        }
        const gains = [...scans].flatMap(([barcode, told]) => {
          const others = inTime(deliveries.get(barcode) ?? []);
          return inTime(told).map((one, i) => one.receivedAt - others[i]!.receivedAt);
        });
        const { gain } = speed;
        expect(gain).toMatchObject({
          both: gains.length,
          onlyNew: 0,
          onlyLegacy: 0,
          slower: gains.filter((one) => one < 0).length,
        });
        expect(gain!.slower).toBeGreaterThan(0);
        for (const [name, share] of [
          ["p5", 0.05],
          ["p50", 0.5],
          ["p95", 0.95],
        ] as const)
          expectHolds(gain!.distribution![name], quantile(gains, share));
        const within = gains.filter((one) => one >= 300 && one <= 6 * 3600).length / gains.length;
        expect(gain!.distribution!.claim.within.lower).toBeLessThanOrEqual(within);
        expect(gain!.distribution!.claim.within.upper).toBeGreaterThanOrEqual(within);
        expect(speed.skew).toMatchObject({ median: 0, p5: 0, p95: 0 });
      },
      ["legacy-scan", "webhook"],
    ));

  it("moves on with the watermark, not with what was evaluated when", () =>
    withWorld({ parcels: 60, defects: "every-kind" }, async (app, world) => {
      const later = at(world.now + 40 * HOUR, app);
      await reconcileStore(later);
      const speed = await readSpeed(later);
      const noise = await readNoise(later);
      await reconcileStore(later, { full: true });
      expect(await readSpeed(later)).toEqual(speed);
      expect(await readNoise(later)).toEqual(noise);
      expect(speed.gain!.onlyNew + speed.gain!.onlyLegacy).toBeGreaterThan(0);
    }));

  it("has nothing to say of an empty store", () =>
    withMemoryApp(async (app) => {
      expect(await readSpeed(app)).toMatchObject({ lags: [], gain: null, skew: null });
      expect(await readNoise(app)).toMatchObject({ until: null, statuses: [] });
    }));
});

describe("readNoise", () => {
  it("finds old channels that agree on everything, and those where one leaves scans out", async () => {
    const rateOf = (noise: WorldOptions["noise"]) =>
      withWorld({ parcels: 120, defects: {}, noise }, async (app) => (await readNoise(app)).all);
    const tidy = await rateOf({ late_scans: true });
    expect(tidy.noise.trials).toBeGreaterThan(50);
    expect(tidy.noise.hits).toBe(0);
    const gappy = await rateOf({ late_scans: true, witness_gap: true });
    expect(gappy.witnesses.api).toBeGreaterThan(0);
    expect(gappy).toMatchObject({ witnesses: { scan: 0 }, newFeed: { hits: 0 } });
  });
});

describe("trackbridge speed and noise", () => {
  it("print what their schemas describe, and teach what to do first", async () => {
    const cwd = mkdtempSync(join(folder, "cwd-"));
    const world = generateWorld(worldOptions({ parcels: 40 }));
    const { paths, truth } = saveWorld(world, join(cwd, "world"));
    const run = (...args: string[]) =>
      runCli(["--database", "sqlite:a.db", "--now", truth.now, ...args], { cwd });
    await run("import", "legacy-scan", ...paths["legacy-scan"]);
    await run("import", "webhook", ...paths.webhook);
    expect((await run("speed")).stdout).toMatch(/run trackbridge reconcile first/);
    await run("reconcile");
    const speed = JSON.parse((await run("--format", "json", "speed")).stdout) as SpeedReport;
    expect(listSchemaErrors("speed", speed)).toEqual([]);
    expect(speed.gain!.faster).toBeGreaterThan(0);
    const noise = JSON.parse((await run("--format", "json", "noise")).stdout) as NoiseReport;
    expect(listSchemaErrors("noise", noise)).toEqual([]);
    const { code, stdout } = await run("speed", "--lang", "nl");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^De nieuwe feed was de eerste bij/);
  });
});
