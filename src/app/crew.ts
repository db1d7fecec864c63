import type { Config } from "../config.ts";
import type { Haul } from "../intake/haul.ts";
import type { RowsByChannel } from "../intake/intake-tally.ts";
import { addByChannel, NO_ROWS_BY_CHANNEL } from "../intake/intake-tally.ts";
import { settleInbox } from "../intake/settle-inbox.ts";
import { unpackSpool } from "../intake/unpack-spool.ts";
import { makeDeliveryParser } from "../sources/import-payloads.ts";
import { GROUPS } from "../store/bucket-groups.ts";
import { ClaimLost } from "../store/claims.ts";
import type { RunPlan } from "../store/run-access.ts";
import type { GroupWorker } from "../store/work-on-groups.ts";
import { evaluateGroups } from "./evaluate-groups.ts";
import type { App } from "./open-app.ts";
import type { GroupNews, HaulJob, Job, Piece } from "./threads/job.ts";
import { runHaulJob, toContext } from "./threads/run-job.ts";
import type { Threads } from "./threads/threads.ts";

/**
 * Who does the work: this thread when there is little, all cores when there is
 * much. Both run the same code on the same claims, as other processes do.
 */

/** So many jobs for each thread are given out before they are needed: while the store is written, the threads go on. */
const JOBS_AHEAD = 3;

/** Names this process in claims. */
export const OWNER = `process ${process.pid}`;

export type EvaluationListener = (progress: { readonly doneGroups: number; readonly groups: number }) => void;

/** A haul, and the job that it is of. */
export interface HauledJob {
  readonly haul: Haul;
  readonly job: HaulJob;
}

/** Does the jobs; their hauls come in the order of the jobs. */
export async function* haulAll(
  app: App,
  jobs: AsyncIterable<HaulJob>,
  totalBytes: number,
): AsyncGenerator<HauledJob> {
  const { threads } = app;
  if (threads === null || totalBytes < threads.worthwhile.bytes) {
    for await (const job of jobs) {
      for await (const haul of runHaulJob(app, job)) yield { haul, job };
    }
    return;
  }
  const left = jobs[Symbol.asyncIterator]();
  const running: { readonly job: HaulJob; readonly pieces: AsyncGenerator<Piece> }[] = [];
  for (;;) {
    while (running.length < threads.size * JOBS_AHEAD) {
      const { value: job, done } = await left.next();
      if (done === true) break;
      running.push({ job, pieces: threads.submit(job) });
    }
    const first = running.shift();
    if (first === undefined) return;
    for await (const piece of first.pieces) yield { haul: piece as Haul, job: first.job };
  }
}

/** How long whoever works by these settings holds a claim, in milliseconds. */
export function toLeaseMs({ worker }: Config): number {
  return worker.leaseSeconds * 1000;
}

/** What whoever settles or evaluates may be asked for. */
export type CrewOptions = Pick<GroupWorker, "signal" | "onClaimLost">;

/**
 * Settles everything that has come in, what receivers have spooled included.
 *
 * @returns how many rows of it this process took in
 */
export async function sweepInbox(app: App, options: CrewOptions = {}): Promise<number> {
  const { threads } = app;
  const minutes = (await app.store.spool.buckets()).length;
  const isMuch = threads !== null && minutes >= threads.worthwhile.minutes;
  const unpacked = isMuch
    ? await countEverywhere(threads, { kind: "unpack" }, options)
    : await unpackSpool(app.store, toWorker(app, options), makeDeliveryParser(toContext(app)));
  const settled = await settle(app, isMuch ? Infinity : 0, options);
  return Object.values(addByChannel(unpacked, settled)).reduce((sum, { seen }) => sum + seen, 0);
}

/** Settles the inbox. */
export async function settle(app: App, bytes: number, options: CrewOptions = {}): Promise<RowsByChannel> {
  const { threads } = app;
  if (threads === null || bytes < threads.worthwhile.bytes) {
    return settleInbox(app.store, toWorker(app, options));
  }
  return countEverywhere(threads, { kind: "settle" }, options);
}

async function countEverywhere(threads: Threads, job: Job, { signal }: CrewOptions): Promise<RowsByChannel> {
  let total = NO_ROWS_BY_CHANNEL;
  await everywhere(threads, job, signal, (piece) => {
    total = addByChannel(total, piece as RowsByChannel);
  });
  return total;
}

function toWorker({ config }: App, options: CrewOptions): GroupWorker {
  return { ...options, owner: OWNER, leaseMs: toLeaseMs(config) };
}

/** Evaluates the open run. */
export async function evaluate(
  app: App,
  plan: RunPlan,
  { onProgress, ...options }: CrewOptions & { readonly onProgress?: EvaluationListener | undefined } = {},
): Promise<void> {
  const { threads } = app;
  let doneGroups = 0;
  const advance = (): void => {
    doneGroups += 1;
    onProgress?.({ doneGroups, groups: GROUPS });
  };
  const many = threads?.worthwhile.parcels ?? 1;
  const parcels = await app.store.parcels.countParcels(plan.selection, Math.max(many, 1));
  if (parcels === 0) return;
  if (threads === null || parcels < many) {
    await evaluateGroups(app, toWorker(app, options), advance);
    return;
  }
  await everywhere(threads, { kind: "evaluate" }, options.signal, (piece) => {
    const news = piece as GroupNews;
    if (news === "group") advance();
    else options.onClaimLost?.(new ClaimLost(news.lost));
  });
}

/** Gives the same job to every thread; once the signal is aborted, it ends early. */
async function everywhere(
  threads: Threads,
  job: Job,
  signal: AbortSignal | undefined,
  onPiece: (piece: Piece) => void,
): Promise<void> {
  const stop = (): void => threads.stop();
  signal?.addEventListener("abort", stop);
  try {
    const streams = Array.from({ length: threads.size }, () => threads.submit(job));
    await Promise.all(
      streams.map(async (pieces) => {
        for await (const piece of pieces) onPiece(piece);
      }),
    );
  } finally {
    signal?.removeEventListener("abort", stop);
  }
}
