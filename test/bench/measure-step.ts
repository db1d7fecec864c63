/** One step of the job, in a process of its own: `measure-step.ts STEP WORLD DATABASE`. Prints a line of JSON. */
import { createReadStream, readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { importFiles } from "../../src/app/import-files.ts";
import type { App } from "../../src/app/open-app.ts";
import { withApp } from "../../src/app/open-app.ts";
import { reconcileStore } from "../../src/app/reconcile-store.ts";
import { writeReport } from "../../src/app/write-report.ts";
import { readConfig } from "../../src/config.ts";
import { bucketOf } from "../../src/domain/barcode.ts";
import { peakMegabytes } from "./peak-megabytes.ts";

const [step = "", world = "", database = ""] = process.argv.slice(2);
const truth = JSON.parse(readFileSync(join(world, "truth.json"), "utf8")) as { readonly now: string };
const now = Temporal.Instant.from(truth.now).epochMilliseconds;

/** Rows or parcels, and what parts of the step took (seconds). */
interface Done {
  readonly count: number;
  readonly parts?: Readonly<Record<string, number>>;
}

const STEPS: Readonly<Record<string, (app: App) => Promise<Done>>> = {
  /** From files on disk to findings in the store, as a worker does it. */
  nightly: async (app) => {
    const folder = join(world, "legacy-scan");
    const paths = readdirSync(folder)
      .sort()
      .map((name) => join(folder, name));
    const scans = await timed(async () => (await importFiles(app, { channel: "legacy-scan", paths })).seen);
    const deliveries = await timed(
      async () =>
        (await importFiles(app, { channel: "webhook", paths: [join(world, "webhook.jsonl")] })).seen,
    );
    const reconcile = await timed(async () => (await reconcileStore(app)).evaluated);
    return {
      count: scans.result + deliveries.result,
      parts: { scans: scans.seconds, deliveries: deliveries.seconds, reconcile: reconcile.seconds },
    };
  },
  full: async (app) => ({ count: (await reconcileStore(app, { full: true })).evaluated }),
  /** Something new of one parcel in a hundred. */
  increment: async (app) => {
    const folder = await mkdtemp(join(tmpdir(), "trackbridge-bench-"));
    try {
      const path = join(folder, "webhook.jsonl");
      await writeFile(path, await changeSome());
      const deliveries = await timed(() => importFiles(app, { channel: "webhook", paths: [path] }));
      const reconcile = await timed(async () => (await reconcileStore(app)).evaluated);
      return {
        count: reconcile.result,
        parts: { deliveries: deliveries.seconds, reconcile: reconcile.seconds },
      };
    } finally {
      await rm(folder, { recursive: true });
    }
  },
  /** Nothing changed: what a run costs by itself. */
  nothing: async (app) => ({ count: (await reconcileStore(app)).report.parcels.total }),
  report: async (app) => {
    const result = await reconcileStore(app);
    const folder = await mkdtemp(join(tmpdir(), "trackbridge-bench-"));
    try {
      const report = await timed(() => writeReport(app, result, { out: folder, lang: "en" }));
      return { count: result.report.parcels.total, parts: { report: report.seconds } };
    } finally {
      await rm(folder, { recursive: true });
    }
  },
};

/** Deliveries about one parcel in a hundred, under event ids of their own. */
async function changeSome(): Promise<string> {
  const changed = new Map<string, string>();
  for await (const line of createInterface({ input: createReadStream(join(world, "webhook.jsonl")) })) {
    const [, barcode = ""] = /"barcode":"([^"]+)"/.exec(line) ?? [];
    if (bucketOf(`${barcode} chosen`) % 100 === 0) {
      // A copy: a line is cut from a block, and would hold on to all of it.
      const copy = Buffer.from(line).toString("utf8");
      changed.set(barcode, copy.replace(/"eventId":"/, '"eventId":"again-'));
    }
  }
  return `${[...changed.values()].join("\n")}\n`;
}

async function timed<Result>(
  work: () => Promise<Result>,
): Promise<{ readonly result: Result; readonly seconds: number }> {
  const started = performance.now();
  const result = await work();
  return { result, seconds: (performance.now() - started) / 1000 };
}

const run = STEPS[step];
if (run === undefined) throw new Error(`no step ${step}`);
const started = performance.now();
const { count, parts } = await withApp(
  { config: readConfig(undefined), clock: () => now, databaseUrl: `sqlite:${database}`, mayMakeStore: true },
  run,
);
const seconds = (performance.now() - started) / 1000;
const { user, system } = process.cpuUsage();
const cpuSeconds = (user + system) / 1e6;
console.log(
  JSON.stringify({ name: step, count, seconds, cpuSeconds, parts, peakMegabytes: peakMegabytes() }),
);
