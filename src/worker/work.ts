import { setTimeout as sleep } from "node:timers/promises";
import type { CrewOptions } from "../app/crew.ts";
import { sweepInbox, toLeaseMs } from "../app/crew.ts";
import type { NightlyOptions } from "../app/nightly.ts";
import { findLastNightly, helpNightly, runNightly } from "../app/nightly.ts";
import type { App } from "../app/open-app.ts";
import { StoreBusy } from "../domain/errors.ts";
import type { Log } from "../log.ts";
import { toProblem } from "../log.ts";
import { planRun } from "./plan-run.ts";
import { pullWhenDue } from "./pull-when-due.ts";
import { everyMinute } from "./schedule.ts";

export interface WorkerOptions extends Pick<NightlyOptions, "lang"> {
  /** Do what is due now, and return. */
  readonly once: boolean;
  readonly log: Log;
  /** Work ends where it can be gone on with, once it is aborted. */
  readonly signal: AbortSignal;
  readonly limits?: Partial<WorkerLimits>;
}

interface WorkerLimits {
  /** A store that others keep to themselves is asked so often in a row, so far apart. */
  readonly mostTries: number;
  readonly busyWaitMs: number;
}

const LIMITS: WorkerLimits = { mostTries: 10, busyWaitMs: 1000 };

/**
 * Works until it is told to stop: fetches the configured feeds when that is
 * due; makes the nightly run when it is due, or lends a hand in it while
 * another process has it; and between nights settles what has come in. Any number of processes may do so on one store.
 *
 * @throws UsageError with `once` only: else it is logged, and tried again
 */
export async function runWorker(app: App, options: WorkerOptions): Promise<void> {
  const { once, log, signal } = options;
  const { nightlyAt, zone } = app.config.worker;
  log.info("worker started", { nightlyAt, zone, once });
  if (once) await untilStopped(signal, () => workWhileDue(app, options));
  else await workEveryMinute(app, options);
  log.info(signal.aborted ? "worker stopped" : "worker done");
}

async function workEveryMinute(app: App, options: WorkerOptions): Promise<void> {
  const { log, signal } = options;
  const work = (): Promise<void> =>
    untilStopped(signal, () => workWhileDue(app, options)).catch((error: unknown) =>
      log.error("work failed", { problem: toProblem(error) }),
    );
  let working = work();
  await working;
  const stop = everyMinute(() => {
    working = work();
    return working;
  });
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve));
  await stop();
  await working;
}

/** Lets what was told to stop end quietly. */
async function untilStopped(signal: AbortSignal, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(signal.aborted && error === signal.reason)) throw error;
  }
}

async function workWhileDue(app: App, options: WorkerOptions): Promise<void> {
  const { log, signal } = options;
  // What fetching cannot do must not keep the night's run from what is there.
  await pullWhenDue(app, options).catch((error: unknown) => {
    signal.throwIfAborted();
    log.error("feeds not pulled", { problem: toProblem(error) });
  });
  const { mostTries, busyWaitMs } = { ...LIMITS, ...options.limits };
  for (let tries = 0; ; ) {
    signal.throwIfAborted();
    try {
      const isIdle = await workOnce(app, options);
      if (isIdle) return;
      tries = 0;
    } catch (error) {
      tries += 1;
      if (!(error instanceof StoreBusy) || tries === mostTries) throw error;
      log.warn("store busy", { problem: toProblem(error) });
      await sleep(busyWaitMs);
    }
  }
}

/** How often those who help look whether there is something to help with, or the claim is free. */
const LONGEST_LOOK_MS = 1000;
const LOOKS_A_LEASE = 4;

/** @returns whether nothing is left to be done now */
async function workOnce(app: App, { lang, log, signal }: WorkerOptions): Promise<boolean> {
  const due = planRun(app.config.worker, await findLastNightly(app), app.clock());
  const crew: CrewOptions = {
    signal,
    onClaimLost: ({ message }) => log.warn("claim lost", { problem: message }),
  };
  if (due === undefined) {
    const rows = await sweepInbox(app, crew);
    if (rows > 0) log.info("inbox settled", { rows });
    return true;
  }
  const { businessDate } = due;
  const attempt = await runNightly(app, {
    ...crew,
    businessDate,
    lang,
    onBegun: (isTakenOver) => log.info("nightly run begun", { businessDate, isTakenOver }),
  });
  switch (attempt.kind) {
    case "ended": {
      const { runId, verdict } = attempt.result.report;
      const gate = attempt.gateVerdict ?? "none";
      log.info("nightly run ended", { businessDate, runId, verdict, gate, folder: attempt.folder });
      break;
    }
    case "lost":
      log.warn("claim lost", { businessDate, problem: attempt.reason });
      break;
    case "held":
      if (await helpNightly(app, crew)) log.info("helped in the nightly run", { businessDate });
      await sleep(Math.min(LONGEST_LOOK_MS, toLeaseMs(app.config) / LOOKS_A_LEASE));
      break;
    case "over":
      break;
  }
  return false;
}
