/**
 * `npm run bench [-- --parcels N]`: makes a world of about a million rows a side (once), times the nightly job on it
 * beside DuckDB's bare part of the same job, prints the ratios and appends a line to `history.jsonl`.
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

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const DATA = join(ROOT, "bench-data");
const HISTORY = join(ROOT, "test/bench/history.jsonl");
/** Gives about a million scan rows and as many deliveries. */
const DEFAULT_PARCELS = 185_000;
const START = "2026-03-02T00:00:00Z";

/** What one step of the job took. */
interface Step {
  readonly name: string;
  readonly count: number;
  readonly seconds: number;
  readonly peakMegabytes: number;
}

const { values } = parseArgs({ options: { parcels: { type: "string" }, rounds: { type: "string" } } });
const parcels = Number(values.parcels ?? DEFAULT_PARCELS);
const rounds = Number(values.rounds ?? 3);
const world = makeWorld(parcels);
const results: Record<string, Step[]> = {};
for (let round = 1; round <= rounds; round += 1) {
  for (const suffix of ["", "-wal", "-shm"]) rmSync(join(DATA, `bench.db${suffix}`), { force: true });
  for (const step of ["duckdb", "import-scan", "import-webhook", "reconcile", "reconcile-again"]) {
    const measured = measure(step);
    results[step] = [...(results[step] ?? []), measured];
    console.log(`round ${round}  ${measured.name.padEnd(16)} ${toText(measured)}`);
  }
}
const steps = Object.values(results).map(toMedian);
const ours = ["import-scan", "import-webhook", "reconcile"].map((name) =>
  steps.find((step) => step.name === name),
);
const yardstick = steps.find(({ name }) => name === "duckdb");
const seconds = ours.reduce((sum, step) => sum + (step?.seconds ?? 0), 0);
const line = {
  at: toIsoUtc(systemClock()),
  node: process.version,
  cores: availableParallelism(),
  memoryGigabytes: Math.round(totalmem() / 2 ** 30),
  parcels,
  rounds,
  steps,
  ratioToDuckdb: round(seconds / (yardstick?.seconds ?? Number.NaN)),
};
appendFileSync(HISTORY, `${JSON.stringify(line)}\n`);
console.log(`\nmedians of ${rounds}:`);
for (const step of steps) console.log(`  ${step.name.padEnd(16)} ${toText(step)}`);
console.log(`files to findings: ${round(seconds)} s, ${line.ratioToDuckdb} × DuckDB's bare job`);

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
    [join(ROOT, "test/bench", script), step, world, join(DATA, step === "duckdb" ? "duck.db" : "bench.db")],
    { encoding: "utf8", maxBuffer: 2 ** 20 },
  );
  if (child.status !== 0) throw new Error(`${step}: ${child.stderr}`);
  return JSON.parse(child.stdout) as Step;
}

function toMedian(steps: readonly Step[]): Step {
  const sorted = steps.toSorted((a, b) => a.seconds - b.seconds);
  return sorted[Math.floor(sorted.length / 2)] as Step;
}

function toText({ count, seconds, peakMegabytes }: Step): string {
  return `${seconds.toFixed(2).padStart(8)} s ${Math.round(count / seconds)
    .toLocaleString("en")
    .padStart(10)} /s ${String(Math.round(peakMegabytes)).padStart(6)} MB`;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
