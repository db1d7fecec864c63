/**
 * `npm run bench [-- --parcels N --rounds N]`: makes a world of about a million rows a side (once; ten million with
 * `--parcels 1850000`), times the nightly job on it beside DuckDB's bare part of the same job in the same run, prints
 * the ratios and appends a line to `history.jsonl`.
 *
 * Every step runs in a process of its own, so that its peak memory is its own.
 */
import { spawnSync } from "node:child_process";
import { appendFileSync, existsSync, rmSync } from "node:fs";
import { availableParallelism, totalmem } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { systemClock } from "../../src/clock.ts";
import { toIsoUtc } from "../../src/domain/instant.ts";
import { readMappingFiles } from "../../src/mapping/load-tables.ts";
import { writeWorld } from "../../src/sandbox/write-world.ts";

/** Plain JavaScript, which knows no types. */
const { NODE_FLAGS, toNodeEnvironment } = (await import(
  new URL("../../src/cli/node-settings.mjs", import.meta.url).href
)) as {
  readonly NODE_FLAGS: readonly string[];
  readonly toNodeEnvironment: (environment: NodeJS.ProcessEnv) => NodeJS.ProcessEnv;
};

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const DATA = join(ROOT, "bench-data");
const HISTORY = join(ROOT, "test/bench/history.jsonl");
/** Gives about a million scan rows and as many deliveries. */
const DEFAULT_PARCELS = 185_000;
const START = "2026-03-02T00:00:00Z";

/** What one step took. */
interface Step {
  readonly name: string;
  readonly count: number;
  readonly seconds: number;
  readonly cpuSeconds?: number;
  readonly parts?: Readonly<Record<string, number>>;
  readonly peakMegabytes: number;
}

const STEPS = ["duckdb", "nightly", "nothing", "full", "increment", "report"] as const;

const { values } = parseArgs({ options: { parcels: { type: "string" }, rounds: { type: "string" } } });
const parcels = Number(values.parcels ?? DEFAULT_PARCELS);
const rounds = Number(values.rounds ?? 3);
const world = makeWorld(parcels);
const results: Record<string, Step[]> = {};
for (let round = 1; round <= rounds; round += 1) {
  for (const suffix of ["", "-wal", "-shm"]) rmSync(join(DATA, `bench.db${suffix}`), { force: true });
  for (const step of STEPS) {
    const measured = measure(step);
    results[step] = [...(results[step] ?? []), measured];
    console.log(`round ${round}  ${toText(measured)}`);
  }
}
const steps = Object.values(results).map(toMedian);
const secondsOf = (name: (typeof STEPS)[number], part?: string): number => {
  const step = steps.find((one) => one.name === name);
  return (part === undefined ? step?.seconds : step?.parts?.[part]) ?? Number.NaN;
};
const ratios = {
  nightlyToDuckdb: round(secondsOf("nightly") / secondsOf("duckdb")),
  incrementToFull: round(secondsOf("increment", "reconcile") / secondsOf("full")),
};
const line = {
  at: toIsoUtc(systemClock()),
  node: process.version,
  cores: availableParallelism(),
  memoryGigabytes: Math.round(totalmem() / 2 ** 30),
  parcels,
  rounds,
  steps,
  ratios,
};
appendFileSync(HISTORY, `${JSON.stringify(line)}\n`);
console.log(`\nmedians of ${rounds}:`);
for (const step of steps) console.log(`  ${toText(step)}`);
console.log(`files to findings: ${ratios.nightlyToDuckdb} × DuckDB's bare job`);
console.log(`one parcel in a hundred changed: ${ratios.incrementToFull} of a full evaluation`);

function makeWorld(count: number): string {
  const folder = join(DATA, `world-${count}`);
  if (existsSync(join(folder, "truth.json"))) return folder;
  console.log(`making a world of ${count} parcels …`);
  const { rows, statuses } = readMappingFiles(join(ROOT, "mappings"));
  const byStatus = Map.groupBy(rows, ({ status }) => status);
  const some = Math.floor(count / 500);
  writeWorld(
    {
      seed: 7,
      parcels: count,
      startAt: Temporal.Instant.from(START).epochMilliseconds,
      days: 20,
      defects: { missing_in_new: some, missing_in_legacy: some, time_mismatch: some, status_mismatch: some },
      noise: { repeated_rows: true, redelivery: true, out_of_order: true, precision: true, clock_skew: true },
      pollShare: { legacyApi: 0, statusApi: 0 },
      codesByStatus: new Map([...byStatus].map(([status, same]) => [status, same.map(({ code }) => code)])),
      statuses,
    },
    folder,
  );
  return folder;
}

function measure(step: string): Step {
  const script = step === "duckdb" ? "duckdb-bare-job.ts" : "measure-step.ts";
  const child = spawnSync(
    process.execPath,
    [
      ...NODE_FLAGS,
      join(ROOT, "test/bench", script),
      step,
      world,
      join(DATA, step === "duckdb" ? "duck.db" : "bench.db"),
    ],
    { encoding: "utf8", maxBuffer: 2 ** 20, env: toNodeEnvironment(process.env) },
  );
  if (child.status !== 0) throw new Error(`${step}: ${child.stderr}`);
  return JSON.parse(child.stdout) as Step;
}

function toMedian(steps: readonly Step[]): Step {
  const sorted = steps.toSorted((a, b) => a.seconds - b.seconds);
  return sorted[Math.floor(sorted.length / 2)] as Step;
}

function toText({ name, count, seconds, peakMegabytes, parts = {} }: Step): string {
  const each = Object.entries(parts).map(([part, took]) => `${part} ${took.toFixed(2)}`);
  return [
    name.padEnd(10),
    `${seconds.toFixed(2).padStart(8)} s`,
    `${Math.round(count / seconds)
      .toLocaleString("en")
      .padStart(10)} /s`,
    `${String(Math.round(peakMegabytes)).padStart(6)} MB`,
    each.join(", "),
  ].join(" ");
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
