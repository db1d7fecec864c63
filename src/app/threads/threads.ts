import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { Config } from "../../config.ts";
import type { Failure } from "./failure.ts";
import { toError } from "./failure.ts";
import type { Job, Piece } from "./job.ts";

/** What a thread is started with. */
export interface ThreadData {
  readonly config: Config;
  readonly databaseUrl: string;
  readonly turnMemory: SharedArrayBuffer;
  /** The clock that stands still; `null`: the machine's. */
  readonly now: number | null;
}

/** Main thread → thread. */
export type Order =
  | { readonly kind: "job"; readonly job: Job; readonly credits: number }
  /** Another piece has been taken. */
  | { readonly kind: "more" }
  /** Settle and evaluate no further group of buckets. */
  | { readonly kind: "stop" }
  | { readonly kind: "close" };

/** Thread → main thread. */
export type Answer =
  | { readonly kind: "piece"; readonly piece: Piece }
  | { readonly kind: "done" }
  | { readonly kind: "failed"; readonly failure: Failure }
  /** It cannot open the store, and ends. */
  | { readonly kind: "dead"; readonly failure: Failure };

/** So much work that threads are worth their start. */
export interface Worthwhile {
  /** Bytes of what comes in. */
  readonly bytes: number;
  /** Parcels to be evaluated. */
  readonly parcels: number;
  /** Minutes in which receivers took deliveries that are not unpacked yet. */
  readonly minutes: number;
}

const WORTHWHILE: Worthwhile = { bytes: 16 * 1024 * 1024, parcels: 20_000, minutes: 60 };

/** Threads that do jobs. They start when the first jobs come; one that dies is replaced. */
export interface Threads {
  /** As many as there are cores. */
  readonly size: number;
  /** From how much work on they are asked. */
  readonly worthwhile: Worthwhile;
  /**
   * Gives a job to a thread that is free, or to the next that will be. The
   * pieces come in their order; asking for them throws what the job threw,
   * or that its thread died.
   */
  readonly submit: (job: Job) => AsyncGenerator<Piece>;
  /** Has settling and evaluating end early, in all jobs from now on. */
  readonly stop: () => void;
  /** Ends them; pieces that are not taken by then never come. */
  readonly close: () => Promise<void>;
}

/** So many pieces of a job may wait to be taken; then its thread waits. */
const CREDITS = 3;

/** Young objects live in so much memory: more would only lie about, in every thread. */
const YOUNG_MEGABYTES = 24;

interface Thread {
  readonly worker: Worker;
  /** Jobs given to it, the running one first. */
  readonly jobs: RunningJob[];
}

interface RunningJob {
  readonly pieces: Piece[];
  end: { readonly error: unknown } | "done" | null;
  wake: () => void;
}

/** Makes a pool of threads on one store. */
export function makeThreads(data: ThreadData): Threads {
  const size = availableParallelism();
  const threads: Thread[] = [];

  const start = (): Thread => {
    const worker = new Worker(
      new URL(`./job-thread${import.meta.url.endsWith(".ts") ? ".ts" : ".js"}`, import.meta.url),
      {
        workerData: data,
        resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MEGABYTES },
      },
    );
    const thread: Thread = { worker, jobs: [] };
    const bury = (error: unknown): void => {
      const place = threads.indexOf(thread);
      if (place !== -1) threads.splice(place, 1);
      for (const job of thread.jobs.splice(0)) {
        job.end = { error };
        job.wake();
      }
    };
    worker.on("message", (answer: Answer) => {
      if (answer.kind === "dead") return bury(toError(answer.failure));
      const job = thread.jobs[0];
      if (job === undefined) return;
      if (answer.kind === "piece") job.pieces.push(answer.piece);
      else {
        job.end = answer.kind === "done" ? "done" : { error: toError(answer.failure) };
        thread.jobs.shift();
      }
      job.wake();
    });
    worker.on("error", bury);
    worker.on("exit", () => bury(new Error("a thread ended before its work was done")));
    return thread;
  };

  return {
    size,
    worthwhile: WORTHWHILE,
    submit(job) {
      const isFree = threads.some(({ jobs }) => jobs.length === 0);
      if (!isFree && threads.length < size) threads.push(start());
      const thread = threads.reduce((best, one) => (one.jobs.length < best.jobs.length ? one : best));
      const running: RunningJob = { pieces: [], end: null, wake: () => {} };
      thread.jobs.push(running);
      const order: Order = { kind: "job", job, credits: CREDITS };
      thread.worker.postMessage(order, toTransfer(job));
      return take(thread, running);
    },
    stop() {
      for (const { worker } of threads) worker.postMessage({ kind: "stop" } satisfies Order);
    },
    async close() {
      await Promise.all(
        threads.splice(0).map(async ({ worker }) => {
          const gone = new Promise((resolve) => worker.once("exit", resolve));
          worker.postMessage({ kind: "close" } satisfies Order);
          await gone;
        }),
      );
    },
  };
}

/** What can be handed over to another thread: a small buffer shares its memory with others, and is copied. */
export function ownMemoryOf({ buffer, byteLength }: Uint8Array): ArrayBuffer[] {
  return buffer instanceof ArrayBuffer && buffer.byteLength === byteLength ? [buffer] : [];
}

/** What is handed over, not copied. */
function toTransfer(job: Job): ArrayBuffer[] {
  if (job.kind === "haul-lines") return ownMemoryOf(job.block.bytes);
  return job.kind === "spool" ? job.batches.flatMap(({ deliveries }) => ownMemoryOf(deliveries)) : [];
}

async function* take({ worker }: Thread, job: RunningJob): AsyncGenerator<Piece> {
  for (;;) {
    const piece = job.pieces.shift();
    if (piece !== undefined) {
      if (job.end === null) worker.postMessage({ kind: "more" } satisfies Order);
      yield piece;
      continue;
    }
    if (job.end === "done") return;
    if (job.end !== null) throw job.end.error;
    await new Promise<void>((resolve) => {
      job.wake = resolve;
    });
  }
}
