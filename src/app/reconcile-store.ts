import { hash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { VerdictReason } from "../domain/verdict.ts";
import { findStaleFeeds, judgeRun } from "../reconcile/judge-run.ts";
import type { Moment } from "../reconcile/settle.ts";
import type { KindReport, ReconcileReport } from "../report/report-data.ts";
import { LEASE_MS, RUN_SUBJECT, whileHeld } from "../store/bucket-groups.ts";
import type { Claim, RunPlan, Store } from "../store/store.ts";
import { ClaimLost } from "../store/store.ts";
import type { EvaluationListener } from "./crew.ts";
import { evaluate, OWNER, settle } from "./crew.ts";
import type { App } from "./open-app.ts";
import { toKinds } from "./to-kinds.ts";

export interface ReconcileOptions {
  /** Evaluate every parcel, touched or not. */
  readonly full?: boolean;
  readonly onProgress?: EvaluationListener;
}

export interface ReconcileResult {
  readonly report: ReconcileReport;
  readonly reasons: readonly VerdictReason[];
  /** Findings by kind and state. */
  readonly kinds: readonly KindReport[];
  /** Parcels that were evaluated in this run. */
  readonly evaluated: number;
}

/**
 * Evaluates what changed since the last run, moves the findings on and judges
 * the store. When tables or settings changed, or the clock was set back,
 * everything is evaluated: the outcome always equals a full evaluation.
 *
 * One run goes on at a time; a second one waits for its turn.
 */
export async function reconcileStore(app: App, options: ReconcileOptions = {}): Promise<ReconcileResult> {
  const { store } = app;
  const claim = await takeTurn(store, OWNER);
  return whileHeld(store, claim, LEASE_MS, async () => {
    await settle(app, 0);
    const plan = await planRun(app, options);
    await store.transaction(async (tx) => {
      await tx.assertClaim(claim);
      await tx.evaluations.openRun(plan);
    });
    await evaluate(app, plan, options.onProgress);
    return endRun(app, plan, claim);
  });
}

const TURN_MS = 200;

async function takeTurn(store: Store, owner: string): Promise<Claim> {
  for (;;) {
    const claim = await store.claims.take(RUN_SUBJECT, owner, LEASE_MS);
    if (claim !== undefined) return claim;
    await sleep(TURN_MS);
  }
}

async function planRun({ store, fingerprint, clock }: App, { full }: ReconcileOptions): Promise<RunPlan> {
  const now = clock();
  const last = await store.runs.last();
  const progress = await store.feeds.progress();
  const deliveriesFingerprint = hash("sha256", JSON.stringify([...progress.deliveries]), "hex").slice(0, 16);
  const rulesChanged = last !== undefined && last.fingerprint !== fingerprint;
  const isFull = full === true || last === undefined || rulesChanged || now < last.now;
  return {
    runId: `run-${hash("sha256", [last?.runId, now, fingerprint].join("|"), "hex").slice(0, 12)}`,
    now,
    fingerprint,
    deliveriesFingerprint,
    selection: isFull
      ? { kind: "all" }
      : { kind: "touched", now, deliveriesMoved: last.deliveriesFingerprint !== deliveriesFingerprint },
    rulesChanged,
    progress,
  };
}

/** Adds up what the run came to, and judges it. */
async function endRun({ store, settings }: App, plan: RunPlan, claim: Claim): Promise<ReconcileResult> {
  const { runId, now, fingerprint, deliveriesFingerprint, progress } = plan;
  const open = await store.runs.open();
  if (open?.runId !== runId) throw new ClaimLost("the run was given up for another one");
  const { evaluated } = open;
  const totals = await store.runs.totals();
  const moment: Moment = { now, progress };
  const { verdict, difference, reasons } = judgeRun(totals, findStaleFeeds(moment, settings.maxWaitMs));
  await store.transaction(async (tx) => {
    await tx.assertClaim(claim);
    await tx.evaluations.saveRun({ runId, now, fingerprint, deliveriesFingerprint, evaluated, verdict });
  });
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
