import { hash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { findFailed } from "../reconcile/certificate/demand.ts";
import { lastLegacyEndOf } from "../reconcile/cutover/phase.ts";
import { findStaleFeeds, judgeRun } from "../reconcile/judge-run.ts";
import type { Moment } from "../reconcile/settle.ts";
import type { Claim } from "../store/claims.ts";
import { ClaimLost } from "../store/claims.ts";
import type { Selection } from "../store/parcel-access.ts";
import type { RunPlan, RunRecord } from "../store/run-access.ts";
import type { StoreTransaction } from "../store/store.ts";
import { RUN_SUBJECT, whileHeld } from "../store/work-on-groups.ts";
import { certifyChannels } from "./certificates/certify-channels.ts";
import { draftCertificates } from "./certificates/draft-certificates.ts";
import { saveDayCertificates, saveDrafts } from "./certificates/keep-certificates.ts";
import type { EvaluationListener } from "./crew.ts";
import { evaluate, OWNER, sweepInbox, toLeaseMs } from "./crew.ts";
import { toRules } from "./evaluate-groups.ts";
import { findExhausted, readExhausted, saveExhausted } from "./exhausted-rules.ts";
import { saveRunProof } from "./gate/run-proof.ts";
import type { JobOfRun } from "./job-of-run.ts";
import type { App } from "./open-app.ts";
import { proveRecallOfStore } from "./prove-recall.ts";
import type { ReconcileResult } from "./reconcile-result.ts";
import { keepTailModel, readTailModel } from "./tail-model.ts";
import { toKinds } from "./to-kinds.ts";

export interface ReconcileOptions {
  /** Evaluate every parcel, touched or not. */
  readonly full?: boolean;
  readonly onProgress?: EvaluationListener;
  /** The run goes on with nothing new once it is aborted: it stays open, and this rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  readonly onClaimLost?: ((lost: ClaimLost) => void) | undefined;
  readonly job?: JobOfRun | undefined;
}

/**
 * Evaluates what changed since the last run, moves the findings on and judges
 * the store. When tables or settings changed, or the clock was set back,
 * everything is evaluated: the outcome always equals a full evaluation.
 *
 * One run goes on at a time; a second one waits for its turn.
 *
 * @throws ClaimLost when this process stood still for so long that another
 *   has taken the run over
 */
export async function reconcileStore(app: App, options: ReconcileOptions = {}): Promise<ReconcileResult> {
  const { store } = app;
  const { signal, onClaimLost, onProgress, job } = options;
  const claim = await takeTurn(app, signal);
  return whileHeld(store, claim, toLeaseMs(app.config), async () => {
    let plan = (await findOwnRun(app, job)) ?? (await openRun(app, options, claim));
    for (;;) {
      await evaluate(app, plan, { signal, onClaimLost, onProgress });
      signal?.throwIfAborted();
      const exhausted = await findExhausted(app, plan);
      if (exhausted.length === 0) break;
      // What such a rule had hidden has to come out, in this very run.
      await saveExhausted(app, [...plan.exhaustedRules, ...exhausted], claim, job);
      plan = await openRun(app, options, claim);
    }
    const { result, record } = await judge(app, plan);
    await job?.finish(result);
    const tail = await readTailModel(app);
    await store.transaction(async (tx) => {
      await assertClaims(tx, claim, job);
      await job?.end(tx, result);
      await saveRunProof(tx, result, record.now);
      await saveDayCertificates(tx, result.certificates, record.now);
      if (tail?.isKept === false) await keepTailModel(tx, tail.model, plan.now);
      await tx.evaluations.saveRun(record);
    });
    return result;
  });
}

const TURN_MS = 200;

async function takeTurn({ store, config }: App, signal: AbortSignal | undefined): Promise<Claim> {
  for (;;) {
    signal?.throwIfAborted();
    const claim = await store.claims.take(RUN_SUBJECT, OWNER, toLeaseMs(config));
    if (claim !== undefined) return claim;
    await sleep(TURN_MS);
  }
}

/** The run that was begun for the same job run, by whoever, under the same rules. */
async function findOwnRun(app: App, job: JobOfRun | undefined): Promise<RunPlan | undefined> {
  const open = await app.store.runs.open();
  if (job === undefined || open?.job !== job.name) return undefined;
  return open.fingerprint === toRules(app, open).fingerprint ? open : undefined;
}

async function openRun(app: App, options: ReconcileOptions, claim: Claim): Promise<RunPlan> {
  const { signal, onClaimLost, job } = options;
  const at = app.clock();
  const drafts = await draftCertificates(app);
  await sweepInbox(app, { signal, onClaimLost });
  signal?.throwIfAborted();
  const plan = await planRun(app, options);
  await app.store.transaction(async (tx) => {
    await assertClaims(tx, claim, job);
    await tx.evaluations.openRun(plan);
    await saveDrafts(tx, { runId: plan.runId, at, drafts });
  });
  return plan;
}

async function assertClaims(tx: StoreTransaction, claim: Claim, job: JobOfRun | undefined): Promise<void> {
  await tx.assertClaim(claim);
  if (job !== undefined) await tx.assertClaim(job.claim);
}

async function planRun(app: App, { full = false, job }: ReconcileOptions): Promise<RunPlan> {
  const { store } = app;
  const now = app.clock();
  const exhaustedRules = await readExhausted(app);
  const { fingerprint } = toRules(app, { now, exhaustedRules });
  const last = await store.runs.last();
  const givenUp = await store.runs.open();
  const progress = await store.feeds.progress();
  const deliveriesFingerprint = hash("sha256", JSON.stringify([...progress.deliveries]), "hex").slice(0, 16);
  // A run that was given up has left outcomes, too.
  const before = [last, givenUp].filter((run) => run !== undefined);
  const rulesChanged = before.some((run) => run.fingerprint !== fingerprint);
  const isFull =
    full ||
    last === undefined ||
    rulesChanged ||
    before.some((run) => now < run.now) ||
    givenUp?.selection.kind === "all";
  const deliveriesMoved = before.some((run) => run.deliveriesFingerprint !== deliveriesFingerprint);
  const selection: Selection = isFull ? { kind: "all" } : { kind: "touched", now, deliveriesMoved };
  // Of all that its evaluations go by, so that who still works on one that was given up is known by it.
  const basis = [last?.runId, now, fingerprint, deliveriesFingerprint];
  basis.push(JSON.stringify([selection, rulesChanged, progress.watermarks]));
  return {
    runId: `run-${hash("sha256", basis.join("|"), "hex").slice(0, 12)}`,
    job: job?.name ?? null,
    now,
    fingerprint,
    exhaustedRules,
    deliveriesFingerprint,
    selection,
    rulesChanged,
    progress,
  };
}

/** Adds up what the run came to, and judges it. */
async function judge(
  app: App,
  plan: RunPlan,
): Promise<{ readonly result: ReconcileResult; readonly record: RunRecord }> {
  const { store, settings } = app;
  const { runId, now, fingerprint, deliveriesFingerprint, progress } = plan;
  const open = await store.runs.open();
  if (open?.runId !== runId) throw new ClaimLost("the run was given up for another one");
  const { evaluated } = open;
  const totals = await store.runs.totals();
  const moment: Moment = { now, progress };
  const recall = await proveRecallOfStore(app, moment);
  const legacyEndsAt = lastLegacyEndOf(settings.legacyEnds);
  const stale = findStaleFeeds(moment, settings.maxWaitMs, legacyEndsAt);
  // A store that begins after the end of the old feed does not wait for it.
  const isLegacyMissed = progress.watermarks.legacy === null && now >= legacyEndsAt;
  const neverSpoke = totals.neverSpoke - (isLegacyMissed ? 1 : 0);
  const certificates = await certifyChannels(app, plan);
  const failed = findFailed(certificates.certificates, certificates.demand);
  const { verdict, difference, reasons } = judgeRun({ ...totals, neverSpoke }, stale, recall, failed);
  const { matched, known, mismatched, pending, not_proven: notProven } = totals.verdicts;
  const result: ReconcileResult = {
    reasons,
    kinds: toKinds(await store.findings.counts()),
    recall,
    certificates,
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
  return { result, record: { runId, now, fingerprint, deliveriesFingerprint, evaluated, verdict } };
}
