/** What runs in each thread: takes jobs, one after the other, and gives their pieces. */
import { parentPort, threadId, workerData } from "node:worker_threads";
import { makeFixedClock, systemClock } from "../../clock.ts";
import { toLeaseMs } from "../crew.ts";
import type { App, AppOptions } from "../open-app.ts";
import { withApp } from "../open-app.ts";
import { toFailure } from "./failure.ts";
import type { Piece } from "./job.ts";
import { runJob } from "./run-job.ts";
import type { Answer, Order, ThreadData } from "./threads.ts";
import { ownMemoryOf } from "./threads.ts";

const { config, databaseUrl, now, turnMemory } = workerData as ThreadData;
const port = parentPort;
if (port === null) throw new Error("job-thread.ts runs in a thread only");

const orders: Extract<Order, { readonly kind: "job" }>[] = [];
const stopping = new AbortController();
let isClosing = false;
let credits = 0;
let wake = (): void => {};
port.on("message", (order: Order) => {
  switch (order.kind) {
    case "job":
      orders.push(order);
      break;
    case "more":
      credits += 1;
      break;
    case "close":
      isClosing = true;
      stopping.abort();
      break;
    case "stop":
      stopping.abort();
      break;
  }
  wake();
});
const nextMessage = (): Promise<void> =>
  new Promise((resolve) => {
    wake = resolve;
  });

const options: AppOptions = {
  config,
  clock: now === null ? systemClock : makeFixedClock(now),
  databaseUrl,
  mayMakeStore: false,
  threads: 0,
  turnMemory,
};
await withApp(options, doJobs).catch((error: unknown) => answer({ kind: "dead", failure: toFailure(error) }));
port.close();

/** Does what is ordered, until it is told to close. */
async function doJobs(app: App): Promise<void> {
  const worker = {
    owner: `process ${process.pid} thread ${threadId}`,
    leaseMs: toLeaseMs(config),
    signal: stopping.signal,
  };
  while (!isClosing) {
    const order = orders.shift();
    if (order === undefined) {
      await nextMessage();
      continue;
    }
    credits = order.credits;
    try {
      for await (const piece of runJob(app, order.job, worker)) {
        while (credits === 0 && !isClosing) await nextMessage();
        // Whoever closes takes no more: he gave the job up.
        if (credits === 0) return;
        credits -= 1;
        answer({ kind: "piece", piece }, toTransfer(piece));
      }
      answer({ kind: "done" });
    } catch (error) {
      answer({ kind: "failed", failure: toFailure(error) });
    }
  }
}

function answer(message: Answer, transfer: ArrayBuffer[] = []): void {
  port?.postMessage(message, transfer);
}

/** What is handed over, not copied. */
function toTransfer(piece: Piece): ArrayBuffer[] {
  if (typeof piece !== "object" || !("records" in piece)) return [];
  const { records, raw } = piece;
  return [records, ...raw.map(({ bytes }) => bytes)].flatMap(ownMemoryOf);
}
