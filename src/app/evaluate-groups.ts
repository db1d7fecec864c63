import type { EvaluationReason } from "../reconcile/advance-findings.ts";
import { advanceFindings } from "../reconcile/advance-findings.ts";
import { evaluateParcel } from "../reconcile/evaluate-parcel.ts";
import { findCorrections } from "../reconcile/find-corrections.ts";
import { judgeParcel } from "../reconcile/judge-parcel.ts";
import type { Moment } from "../reconcile/settle.ts";
import type { GroupWorker } from "../store/bucket-groups.ts";
import { bucketsOf, GROUPS, workOnGroups } from "../store/bucket-groups.ts";
import type { Claim } from "../store/claims.ts";
import { ClaimLost } from "../store/claims.ts";
import type { ParcelDossier } from "../store/parcel-access.ts";
import type { OpenRun, ParcelOutcome, RunPlan } from "../store/run-access.ts";
import type { Store } from "../store/store.ts";
import type { App } from "./open-app.ts";

/** So many parcels share a transaction: each commit waits for the disk. */
const PARCELS_A_COMMIT = 2048;

/** What an evaluation needs of the program. */
export type EvaluationApp = Pick<App, "store" | "tables" | "settings" | "fingerprint">;

/**
 * Evaluates the parcels of the open run, together with all others who do so,
 * until every group of buckets is through. Returns at once when there is no
 * open run, or it goes by other tables or settings than ours.
 */
export async function evaluateGroups(
  app: EvaluationApp,
  worker: GroupWorker,
  onGroup?: () => void,
): Promise<void> {
  const { store } = app;
  const run = await store.runs.open();
  if (run === undefined || run.fingerprint !== app.fingerprint) return;
  await workOnGroups(
    store,
    worker,
    async () => toPending(await store.runs.open(), run),
    async (claim, group) => {
      // Another may have closed it between our look and our claim.
      if (!toPending(await store.runs.open(), run).includes(group)) return;
      await evaluateGroup(store, claim, group, run, (dossier) => evaluate(app, run, dossier));
      onGroup?.();
    },
  );
}

function toPending(open: OpenRun | undefined, { runId }: RunPlan): number[] {
  if (open?.runId !== runId) return [];
  return Array.from({ length: GROUPS }, (_, group) => group).filter((group) => !open.closedGroups.has(group));
}

async function evaluateGroup(
  store: Store,
  claim: Claim,
  group: number,
  { runId, selection }: RunPlan,
  evaluateOne: (dossier: ParcelDossier) => ParcelOutcome,
): Promise<void> {
  const buckets = bucketsOf(group);
  let waiting: { readonly bucket: number; readonly outcomes: readonly ParcelOutcome[] }[] = [];
  let parcels = 0;
  let evaluated = 0;
  const commit = (isLast: boolean): Promise<void> =>
    store.transaction(async (tx) => {
      await tx.assertClaim(claim);
      if ((await tx.runs.open())?.runId !== runId) throw new ClaimLost(`${runId} was given up`);
      for (const { bucket, outcomes } of waiting) await tx.evaluations.saveOutcomes(bucket, outcomes);
      if (isLast) await tx.evaluations.closeGroup(runId, group, evaluated);
      waiting = [];
      parcels = 0;
    });
  for (const bucket of buckets) {
    const outcomes = (await store.parcels.dossiers(bucket, selection)).map(evaluateOne);
    if (outcomes.length === 0) continue;
    waiting.push({ bucket, outcomes });
    parcels += outcomes.length;
    evaluated += outcomes.length;
    if (parcels >= PARCELS_A_COMMIT) await commit(false);
  }
  await commit(true);
}

/** Judges one parcel and moves its findings on. */
function evaluate(
  { tables, settings }: EvaluationApp,
  { runId, now, progress, rulesChanged }: RunPlan,
  dossier: ParcelDossier,
): ParcelOutcome {
  const moment: Moment = { now, progress };
  const reason: EvaluationReason = rulesChanged ? "rules_changed" : "observations_arrived";
  const evaluation = evaluateParcel(dossier, tables, settings, moment);
  const { after, changed, events } = advanceFindings(dossier.findings, evaluation.findings, {
    runId,
    now,
    reason,
  });
  return {
    barcode: dossier.barcode,
    verdict: judgeParcel(after),
    tally: evaluation.tally,
    observations: dossier.observations.length,
    openFindings: after.filter(({ state }) => state === "open").length,
    dueAt: evaluation.dueAt,
    awaitsDeliveries: evaluation.awaitsDeliveries,
    corrections: findCorrections(dossier.observations).length,
    changed,
    events,
  };
}
