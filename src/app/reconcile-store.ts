import { hash } from "node:crypto";
import type { VerdictReason } from "../domain/verdict.ts";
import type { EvaluationReason } from "../reconcile/advance-findings.ts";
import { advanceFindings } from "../reconcile/advance-findings.ts";
import { evaluateParcel } from "../reconcile/evaluate-parcel.ts";
import { findCorrections } from "../reconcile/find-corrections.ts";
import { judgeParcel } from "../reconcile/judge-parcel.ts";
import { findStaleFeeds, judgeRun } from "../reconcile/judge-run.ts";
import type { Moment } from "../reconcile/settle.ts";
import type { KindReport, ReconcileReport } from "../report/report-data.ts";
import type { ParcelDossier, ParcelOutcome, Selection } from "../store/store.ts";
import type { App } from "./open-app.ts";
import { toKinds } from "./to-kinds.ts";

export interface ReconcileOptions {
  /** Evaluate every parcel, touched or not. */
  readonly full?: boolean;
  readonly onProgress?: (progress: { readonly doneBuckets: number; readonly buckets: number }) => void;
}

export interface ReconcileResult {
  readonly report: ReconcileReport;
  readonly reasons: readonly VerdictReason[];
  /** Findings by kind and state. */
  readonly kinds: readonly KindReport[];
  /** Parcels that were evaluated in this run. */
  readonly evaluated: number;
}

/** How many buckets share a transaction: each commit waits for the disk. */
const BUCKETS_A_COMMIT = 64;

/**
 * Evaluates what changed since the last run, moves the findings on and judges
 * the store. When tables or settings changed, or the clock was set back,
 * everything is evaluated: the outcome always equals a full evaluation.
 */
export async function reconcileStore(app: App, options: ReconcileOptions = {}): Promise<ReconcileResult> {
  const { store, fingerprint } = app;
  const now = app.clock();
  const last = await store.runs.last();
  const progress = await store.feeds.progress();
  const moment: Moment = { now, progress };
  const deliveriesFingerprint = hash("sha256", JSON.stringify([...progress.deliveries]), "hex").slice(0, 16);
  const runId = `run-${hash("sha256", [last?.runId, now, fingerprint].join("|"), "hex").slice(0, 12)}`;

  const rulesChanged = last !== undefined && last.fingerprint !== fingerprint;
  const isFull = options.full === true || last === undefined || rulesChanged || now < last.now;
  const selection: Selection = isFull
    ? { kind: "all" }
    : { kind: "touched", now, deliveriesMoved: last.deliveriesFingerprint !== deliveriesFingerprint };
  const reason: EvaluationReason = rulesChanged ? "rules_changed" : "observations_arrived";

  const evaluate = (dossier: ParcelDossier): ParcelOutcome => {
    const evaluation = evaluateParcel(dossier, app.tables, app.settings, moment);
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
  };

  let evaluated = 0;
  const buckets = await store.parcels.buckets();
  for (let from = 0; from < buckets.length; from += BUCKETS_A_COMMIT) {
    await store.transaction(async ({ evaluations }) => {
      for (const bucket of buckets.slice(from, from + BUCKETS_A_COMMIT)) {
        const outcomes = (await store.parcels.dossiers(bucket, selection)).map(evaluate);
        evaluated += outcomes.length;
        if (outcomes.length > 0) await evaluations.saveOutcomes(bucket, outcomes);
      }
    });
    options.onProgress?.({
      doneBuckets: Math.min(from + BUCKETS_A_COMMIT, buckets.length),
      buckets: buckets.length,
    });
  }

  const totals = await store.runs.totals();
  const { verdict, difference, reasons } = judgeRun(totals, findStaleFeeds(moment, app.settings.maxWaitMs));
  await store.transaction(({ evaluations }) =>
    evaluations.saveRun({ runId, now, fingerprint, deliveriesFingerprint, evaluated, verdict }),
  );
  const { matched, known, mismatched, pending, not_proven: notProven } = totals.verdicts;
  return {
    reasons,
    kinds: toKinds(await store.findings.counts()),
    evaluated,
    report: {
      runId,
      parcels: { total: totals.parcels, matched, known, mismatched, pending, notProven },
      findings: totals.findings,
      tieOut: {
        rows: totals.rows,
        legacy: totals.legacy,
        new: totals.new,
        parcels: totals.parcels,
        difference,
      },
      verdict,
    },
  };
}
