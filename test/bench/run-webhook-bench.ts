/**
 * `npm run bench:webhook [-- --seconds N --rounds N]`: durable acknowledgements of `serve` a second, and how long they
 * take, beside the bare framework's echo and the disk's own `fdatasync` in the same round; server and load share the
 * machine. Then 10,000 ids, each delivered ten times at once. In the end the store must hold each delivery that was
 * acknowledged, once. Appends a line to `webhook-history.jsonl`.
 */
import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import {
  appendFileSync,
  closeSync,
  fdatasyncSync,
  mkdirSync,
  openSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { sweepInbox } from "../../src/app/crew.ts";
import { withApp } from "../../src/app/open-app.ts";
import { systemClock } from "../../src/clock.ts";
import { readConfig } from "../../src/config.ts";
import { toIsoUtc } from "../../src/domain/instant.ts";
import type { Load, Loaded } from "./webhook-load.ts";

/** Plain JavaScript, which knows no types. */
const { NODE_FLAGS, toNodeEnvironment } = (await import(
  new URL("../../src/cli/node-settings.mjs", import.meta.url).href
)) as {
  readonly NODE_FLAGS: readonly string[];
  readonly toNodeEnvironment: (environment: NodeJS.ProcessEnv) => NodeJS.ProcessEnv;
};

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const DATA = join(ROOT, "bench-data");
const DATABASE = join(DATA, "webhook.db");
const HISTORY = join(ROOT, "test/bench/webhook-history.jsonl");
const KEY = "benchmark";
const CONNECTIONS = 100;
const RATE = 1000;
const IDS = 10_000;
const REPEATS = 10;

const { values } = parseArgs({ options: { seconds: { type: "string" }, rounds: { type: "string" } } });
const seconds = Number(values.seconds ?? 10);
const rounds = Number(values.rounds ?? 3);

mkdirSync(DATA, { recursive: true });
for (const suffix of ["", "-wal", "-shm"]) rmSync(`${DATABASE}${suffix}`, { force: true });
const settings = join(DATA, "webhook.yml");
writeFileSync(settings, JSON.stringify({ serve: { port: 0 } }));
const echo = spawn(process.execPath, [join(ROOT, "test/bench/echo-server.ts")], {
  stdio: ["ignore", "pipe", "inherit"],
});
const receiver = spawn(
  process.execPath,
  [
    ...NODE_FLAGS,
    join(ROOT, "src/cli/main.ts"),
    ...["serve", "--database", `sqlite:${DATABASE}`, "--config", settings],
  ],
  {
    env: { ...toNodeEnvironment(process.env), TRACKBRIDGE_WEBHOOK_KEY: KEY },
    stdio: ["ignore", "ignore", "pipe"],
  },
);
const echoUrl = await findLine(echo.stdout, (line) => line);
const receiverUrl = await findLine(receiver.stderr, (line) => /"url":"([^"]+)"/.exec(line)?.[1]);

interface Round {
  readonly fdatasync: number;
  readonly echo: Loaded;
  readonly receiver: Loaded;
  readonly echoAtRate: Loaded;
  readonly receiverAtRate: Loaded;
}

let nextId = 0;
const measured: Round[] = [];
const statuses: Record<string, number> = {};
for (let round = 1; round <= rounds; round += 1) {
  const saturate = { connections: CONNECTIONS, rate: null };
  const atRate = { connections: CONNECTIONS, rate: RATE };
  const one: Round = {
    fdatasync: measureDisk(),
    echo: await load(echoUrl, saturate),
    receiver: await deliver(saturate),
    echoAtRate: await load(echoUrl, atRate),
    receiverAtRate: await deliver(atRate),
  };
  measured.push(one);
  console.log(`round ${round}  disk ${Math.round(one.fdatasync)} fdatasync/s`);
  for (const name of ["echo", "receiver", "echoAtRate", "receiverAtRate"] as const) {
    console.log(`  ${name.padEnd(15)} ${toText(one[name])}`);
  }
}
const replay = await deliver({
  connections: CONNECTIONS,
  rate: null,
  seconds: Infinity,
  requests: IDS * REPEATS,
  repeats: REPEATS,
});
console.log(`${IDS} ids, each ${REPEATS} times  ${toText(replay)}`);
receiver.kill("SIGTERM");
echo.kill();
await new Promise((resolve) => receiver.once("exit", resolve));
const kept = await countKept();

const median = (of: (round: Round) => number): number =>
  measured.map(of).sort((a, b) => a - b)[Math.floor(measured.length / 2)] ?? Number.NaN;
const line = {
  at: toIsoUtc(systemClock()),
  node: process.version,
  cores: availableParallelism(),
  rounds,
  seconds,
  fdatasyncPerSecond: Math.round(median(({ fdatasync }) => fdatasync)),
  saturated: toSummary(({ receiver: of }) => of),
  saturatedEcho: toSummary(({ echo: of }) => of),
  atRate: { rate: RATE, ...toSummary(({ receiverAtRate: of }) => of) },
  atRateEcho: { rate: RATE, ...toSummary(({ echoAtRate: of }) => of) },
  toEcho: round3(median(({ receiver: of }) => perSecond(of)) / median(({ echo: of }) => perSecond(of))),
  statuses,
  replay: { ids: IDS, repeats: REPEATS, statuses: replay.statuses, perSecond: Math.round(perSecond(replay)) },
  kept,
};
appendFileSync(HISTORY, `${JSON.stringify(line)}\n`);
console.log(`\n${JSON.stringify(line, null, 2)}`);
// Deliveries that were not acknowledged may be there, too: those whose connection ended first.
const isExact =
  kept.observations >= nextId - (statuses[0] ?? 0) - (statuses[503] ?? 0) && kept.observations <= nextId;
if (!isExact) throw new Error(`${nextId} ids were sent, ${kept.observations} are kept`);

async function deliver(more: Partial<Load>): Promise<Loaded> {
  const loaded = await load(receiverUrl, { ...more, firstId: nextId });
  nextId = loaded.nextId;
  for (const [status, count] of Object.entries(loaded.statuses)) {
    statuses[status] = (statuses[status] ?? 0) + count;
  }
  return loaded;
}

async function load(url: string, more: Partial<Load>): Promise<Loaded> {
  const settled: Load = {
    url,
    key: KEY,
    connections: CONNECTIONS,
    seconds,
    requests: null,
    rate: null,
    firstId: 0,
    repeats: 1,
    ...more,
  };
  // JSON has no infinity.
  const told = { ...settled, seconds: Math.min(settled.seconds, 3600) };
  const child = spawn(process.execPath, [join(ROOT, "test/bench/webhook-load.ts"), JSON.stringify(told)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  return JSON.parse(await findLine(child.stdout, (text) => text)) as Loaded;
}

/** How often a second the disk makes 16 KiB durable, one write after the other. */
function measureDisk(): number {
  const path = join(DATA, "fdatasync");
  const file = openSync(path, "w");
  const page = Buffer.alloc(16 * 1024, 1);
  const began = performance.now();
  let count = 0;
  for (; performance.now() - began < 1000; count += 1) {
    writeSync(file, page);
    fdatasyncSync(file);
  }
  const took = (performance.now() - began) / 1000;
  closeSync(file);
  rmSync(path);
  return count / took;
}

/** What a worker makes of it, and how fast. */
async function countKept() {
  const databaseUrl = `sqlite:${DATABASE}`;
  return withApp(
    { config: readConfig(undefined), clock: systemClock, databaseUrl, mayMakeStore: false },
    async (app) => {
      const began = performance.now();
      const rows = await sweepInbox(app);
      const took = (performance.now() - began) / 1000;
      const [books] = (await app.store.feeds.books()).filter(({ channel }) => channel === "webhook");
      return {
        observations: books?.accepted ?? 0,
        duplicates: books?.duplicates ?? 0,
        quarantined: books?.quarantined ?? 0,
        unpackedPerSecond: Math.round(rows / took),
      };
    },
  );
}

async function findLine(
  stream: ChildProcess["stdout"],
  find: (line: string) => string | undefined,
): Promise<string> {
  if (stream === null) throw new Error("nothing to read");
  for await (const text of createInterface({ input: stream })) {
    const found = find(text);
    if (found === undefined) continue;
    stream.resume();
    return found;
  }
  throw new Error("ended before it said so");
}

function perSecond({ statuses: of, seconds: took }: Loaded): number {
  return (of[200] ?? 0) / took;
}

function toSummary(of: (round: Round) => Loaded) {
  return {
    perSecond: Math.round(median((one) => perSecond(of(one)))),
    p50: round3(median((one) => of(one).p50)),
    p99: round3(median((one) => of(one).p99)),
    p999: round3(median((one) => of(one).p999)),
    most: round3(Math.max(...measured.map((one) => of(one).most))),
  };
}

function toText(loaded: Loaded): string {
  const { p50, p99, p999, most } = loaded;
  const times = [p50, p99, p999, most].map((ms) => ms.toFixed(1).padStart(7)).join("");
  return `${Math.round(perSecond(loaded)).toLocaleString("en").padStart(8)} /s  p50 p99 p99.9 most (ms)${times}  ${JSON.stringify(loaded.statuses)}`;
}

function round3(value: number): number {
  return Math.round(value * 1000) / 1000;
}
