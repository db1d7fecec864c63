import { join } from "node:path";
import type { RunVerdict } from "../domain/verdict.ts";
import type { Lang } from "../report/texts.ts";
import { GROUPS } from "../store/bucket-groups.ts";
import type { Claim } from "../store/claims.ts";
import { ClaimLost } from "../store/claims.ts";
import { whileHeld } from "../store/work-on-groups.ts";
import type { CrewOptions } from "./crew.ts";
import { evaluate, OWNER, sweepInbox, toLeaseMs } from "./crew.ts";
import type { App } from "./open-app.ts";
import { publishReport } from "./publish-report.ts";
import type { ReconcileResult } from "./reconcile-result.ts";
import { reconcileStore } from "./reconcile-store.ts";

/** Its name in the store. */
export const NIGHTLY_JOB = "nightly";

/** The nightly run of the latest business date. */
export interface LastNightly {
  /** ISO 8601, such as `2026-03-20`. */
  readonly businessDate: string;
  readonly hasEnded: boolean;
}

export async function findLastNightly({ store }: App): Promise<LastNightly | undefined> {
  const run = await store.jobs.latest(NIGHTLY_JOB);
  return run === undefined ? undefined : { businessDate: run.businessDate, hasEnded: run.state === "ended" };
}

export interface NightlyOptions extends CrewOptions {
  readonly businessDate: string;
  readonly lang: Lang;
  /** Told once this process runs it; `true` when it goes on with what another has begun. */
  readonly onBegun: (isTakenOver: boolean) => void;
}

export type NightlyAttempt =
  | {
      readonly kind: "ended";
      readonly result: ReconcileResult;
      /** `null`: there is no gate. */
      readonly gateVerdict: RunVerdict | null;
      readonly folder: string;
    }
  /** Another process runs it. */
  | { readonly kind: "held" }
  /** It has ended, or that of a later date has begun. */
  | { readonly kind: "over" }
  /** This process stood still for so long that another has taken it over. */
  | { readonly kind: "lost"; readonly reason: string };

/**
 * Runs the nightly job of a business date: reconcile, then the report in its
 * folder. Of all who try one at a time may; who takes over from a process that
 * was stopped goes on with its run. It ends once, together with its run.
 *
 * @throws UsageError when the report cannot be written: the run stays open then
 */
export async function runNightly(app: App, options: NightlyOptions): Promise<NightlyAttempt> {
  const { store, config } = app;
  const leaseMs = toLeaseMs(config);
  const claim = await store.claims.take(`job ${NIGHTLY_JOB}`, OWNER, leaseMs);
  if (claim === undefined) return { kind: "held" };
  try {
    return await whileHeld(store, claim, leaseMs, async () => {
      const run = await begin(app, options.businessDate, claim);
      if (run === undefined) return { kind: "over" };
      options.onBegun(run.isTakenOver);
      return finish(app, options, claim);
    });
  } catch (error) {
    if (error instanceof ClaimLost) return { kind: "lost", reason: error.message };
    throw error;
  }
}

async function begin(
  { store, clock }: App,
  businessDate: string,
  claim: Claim,
): Promise<{ readonly isTakenOver: boolean } | undefined> {
  const { token } = claim;
  const before = await store.jobs.latest(NIGHTLY_JOB);
  const run = await store.transaction(async (tx) => {
    await tx.assertClaim(claim);
    return tx.jobs.begin({ job: NIGHTLY_JOB, businessDate, owner: OWNER, token, startedAt: clock() });
  });
  return run && { isTakenOver: before?.businessDate === businessDate };
}

async function finish(
  app: App,
  { businessDate, lang, signal, onClaimLost }: NightlyOptions,
  claim: Claim,
): Promise<NightlyAttempt> {
  const { store, config, clock } = app;
  const { token } = claim;
  const folder = join(config.worker.reportFolder, businessDate);
  const assertOurs = async (): Promise<void> => {
    if (await store.claims.renew(claim, toLeaseMs(config))) return;
    throw new ClaimLost(`${claim.subject} was taken over`);
  };
  let verdict: RunVerdict | undefined;
  const result = await reconcileStore(app, {
    signal,
    onClaimLost,
    job: {
      name: `${NIGHTLY_JOB} ${businessDate}`,
      claim,
      async finish(judged) {
        const options = { folder, lang, setting: "worker.reportFolder", token, assertOurs };
        const { gate } = await publishReport(app, judged, options);
        verdict = gate?.verdict;
      },
      async end(tx, { report }) {
        await tx.jobs.end({
          job: NIGHTLY_JOB,
          businessDate,
          token,
          endedAt: clock(),
          outcome: verdict ?? report.verdict,
        });
      },
    },
  });
  return { kind: "ended", result, gateVerdict: verdict ?? null, folder };
}

/**
 * Helps whoever runs the nightly job: settles the inbox until its run is open,
 * then evaluates.
 *
 * @returns whether there was anything to help with
 */
export async function helpNightly(app: App, options: CrewOptions): Promise<boolean> {
  const run = await app.store.runs.open();
  if (run === undefined) return (await sweepInbox(app, options)) > 0;
  if (run.closedGroups.size === GROUPS) return false;
  let groups = 0;
  await evaluate(app, run, {
    ...options,
    onProgress: ({ doneGroups }) => {
      groups = doneGroups;
    },
  });
  return groups > 0;
}
