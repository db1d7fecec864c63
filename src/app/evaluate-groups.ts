import { hash } from "node:crypto";
import type { EvaluationReason } from "../reconcile/advance-findings.ts";
import { advanceFindings } from "../reconcile/advance-findings.ts";
import { customerNumberOf } from "../reconcile/check-channels.ts";
import { evaluateParcel } from "../reconcile/evaluate-parcel.ts";
import { FactCounter } from "../reconcile/facts/count-facts.ts";
import { makeFactCodec } from "../reconcile/facts/encode-facts.ts";
import type { ParcelFacts } from "../reconcile/facts/parcel-facts.ts";
import { productOf, toParcelFacts } from "../reconcile/facts/parcel-facts.ts";
import { findCorrections } from "../reconcile/find-corrections.ts";
import { judgeParcel } from "../reconcile/judge-parcel.ts";
import type { ActiveKnownDifferences, ParcelOwner } from "../reconcile/judgement/known-differences.ts";
import { activate } from "../reconcile/judgement/known-differences.ts";
import type { Moment } from "../reconcile/settle.ts";
import { bucketsOf, GROUPS } from "../store/bucket-groups.ts";
import type { Claim } from "../store/claims.ts";
import { ClaimLost } from "../store/claims.ts";
import type { ParcelDossier } from "../store/parcel-access.ts";
import type { OpenRun, ParcelOutcome, RunPlan } from "../store/run-access.ts";
import type { GroupWorker } from "../store/work-on-groups.ts";
import { workOnGroups } from "../store/work-on-groups.ts";
import type { App } from "./open-app.ts";

/** So many parcels share a transaction: each commit waits for the disk. */
const PARCELS_A_COMMIT = 2048;

/** What an evaluation needs of the program. */
export type EvaluationApp = Pick<App, "store" | "tables" | "settings" | "knownDifferences" | "fingerprint">;

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
  if (run === undefined) return;
  const rules = toRules(app, run);
  if (run.fingerprint !== rules.fingerprint) return;
  const codec = makeFactCodec(app.tables.statuses.keys());
  await workOnGroups(
    store,
    worker,
    async () => toPending(await store.runs.open(), run),
    async (claim, group) => {
      // Another may have closed it between our look and our claim.
      if (!toPending(await store.runs.open(), run).includes(group)) return;
      await evaluateGroup(app, claim, group, run, rules, codec);
      onGroup?.();
    },
  );
}

function toPending(open: OpenRun | undefined, { runId }: RunPlan): number[] {
  if (open?.runId !== runId) return [];
  return Array.from({ length: GROUPS }, (_, group) => group).filter((group) => !open.closedGroups.has(group));
}

async function evaluateGroup(
  app: EvaluationApp,
  claim: Claim,
  group: number,
  run: RunPlan,
  rules: RunRules,
  { decode, encode }: FactCodec,
): Promise<void> {
  const { store } = app;
  const { runId, selection } = run;
  const isAll = selection.kind === "all";
  const facts = new FactCounter();
  let waiting: { readonly bucket: number; readonly outcomes: readonly ParcelOutcome[] }[] = [];
  let parcels = 0;
  let evaluated = 0;
  const commit = async (isLast: boolean): Promise<void> => {
    // Of all parcels the sums are counted anew: who takes over counts the whole group again.
    const takesSums = isAll ? isLast : waiting.length > 0;
    const sums = takesSums ? facts.takeSums() : undefined;
    await store.transaction(async (tx) => {
      await tx.assertClaim(claim);
      if ((await tx.runs.open())?.runId !== runId) throw new ClaimLost(`${runId} was given up`);
      for (const { bucket, outcomes } of waiting) await tx.evaluations.saveOutcomes(bucket, outcomes);
      if (sums !== undefined) await tx.evaluations[isAll ? "saveSums" : "addSums"](group, sums);
      if (isLast) await tx.evaluations.closeGroup(runId, group, evaluated);
    });
    waiting = [];
    parcels = 0;
  };
  for (const bucket of bucketsOf(group)) {
    const dossiers = await store.parcels.dossiers(bucket, selection);
    if (dossiers.length === 0) continue;
    if (!isAll) {
      const barcodes = dossiers.map(({ barcode }) => barcode);
      for (const text of await store.parcels.facts(bucket, barcodes)) facts.add(decode(text), -1);
    }
    const outcomes = dossiers.map((dossier): ParcelOutcome => {
      const { facts: own, ...outcome } = evaluate(app, run, rules, dossier);
      facts.add(own, 1);
      return { ...outcome, facts: encode(own) };
    });
    waiting.push({ bucket, outcomes });
    parcels += outcomes.length;
    evaluated += outcomes.length;
    if (parcels >= PARCELS_A_COMMIT) await commit(false);
  }
  await commit(true);
}

type FactCodec = ReturnType<typeof makeFactCodec>;

/** What a run goes by: the known differences that are in force, and the fingerprint of all its rules. */
export interface RunRules extends Pick<ActiveKnownDifferences, "findRule"> {
  readonly fingerprint: string;
}

/** @param run when it is, and which known differences have had too many hits */
export function toRules(
  { knownDifferences, fingerprint }: Pick<App, "knownDifferences" | "fingerprint">,
  run: Pick<RunPlan, "now" | "exhaustedRules">,
): RunRules {
  const active = activate(knownDifferences, run.now, new Set(run.exhaustedRules));
  if (active.fingerprint === null) return { ...active, fingerprint };
  return { ...active, fingerprint: hash("sha256", fingerprint + active.fingerprint, "hex").slice(0, 16) };
}

function toOwner({ observations }: ParcelDossier): ParcelOwner {
  return { customer: customerNumberOf(observations), product: productOf(observations) };
}

/** Judges one parcel and moves its findings on. */
function evaluate(
  { tables, settings }: EvaluationApp,
  { runId, now, progress, rulesChanged }: RunPlan,
  { findRule }: RunRules,
  dossier: ParcelDossier,
): Omit<ParcelOutcome, "facts"> & { readonly facts: ParcelFacts } {
  const moment: Moment = { now, progress };
  const reason: EvaluationReason = rulesChanged ? "rules_changed" : "observations_arrived";
  const evaluation = evaluateParcel(dossier, tables, settings, moment);
  const { after, changed, events } = advanceFindings(dossier.findings, evaluation.findings, {
    runId,
    now,
    reason,
    explain: (finding) => findRule(finding, toOwner(dossier))?.id ?? null,
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
    facts: toParcelFacts(evaluation, after, dossier.observations),
    changed,
    events,
  };
}
