/** One step of the nightly job, in a process of its own: `measure-step.ts STEP WORLD DATABASE`. Prints a line of JSON. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { importFiles } from "../../src/app/import-files.ts";
import type { App } from "../../src/app/open-app.ts";
import { withApp } from "../../src/app/open-app.ts";
import { reconcileStore } from "../../src/app/reconcile-store.ts";
import { readConfig } from "../../src/config.ts";
import { peakMegabytes } from "./peak-megabytes.ts";

const [step = "", world = "", database = ""] = process.argv.slice(2);
const truth = JSON.parse(readFileSync(join(world, "truth.json"), "utf8")) as { readonly now: string };
const now = Temporal.Instant.from(truth.now).epochMilliseconds;

/** What there is to do in a step, and how many rows or parcels that was. */
const STEPS: Readonly<Record<string, (app: App) => Promise<number>>> = {
  "import-scan": async (app) => {
    const folder = join(world, "legacy-scan");
    const paths = readdirSync(folder)
      .sort()
      .map((name) => join(folder, name));
    return (await importFiles(app, { channel: "legacy-scan", paths })).seen;
  },
  "import-webhook": async (app) =>
    (await importFiles(app, { channel: "webhook", paths: [join(world, "webhook.jsonl")] })).seen,
  reconcile: async (app) => (await reconcileStore(app)).evaluated,
  // Nothing changed: what a run costs by itself.
  "reconcile-again": async (app) => (await reconcileStore(app)).report.parcels.total,
};

const run = STEPS[step];
if (run === undefined) throw new Error(`no step ${step}`);
const started = performance.now();
const count = await withApp(
  { config: readConfig(undefined), clock: () => now, databaseUrl: `sqlite:${database}`, mayMakeStore: true },
  run,
);
const seconds = (performance.now() - started) / 1000;
const { user, system } = process.cpuUsage();
const cpuSeconds = (user + system) / 1e6;
console.error(user / 1e6, system / 1e6);
console.log(JSON.stringify({ name: step, count, seconds, cpuSeconds, peakMegabytes: peakMegabytes() }));
