import { toExhaustedId } from "../reconcile/judgement/known-differences.ts";
import type { Claim } from "../store/claims.ts";
import type { RunPlan } from "../store/run-access.ts";
import type { JobOfRun } from "./job-of-run.ts";
import type { App } from "./open-app.ts";
import { readSums } from "./read-sums.ts";

/** Known differences that had more hits than they may have: remembered until their rule is changed. */
const FEED = "known-differences";
const KEY = "exhausted";

export async function readExhausted({ store, knownDifferences }: App): Promise<readonly string[]> {
  const state = await store.feedStates.find(FEED, KEY);
  const kept = new Set(state === undefined ? [] : (JSON.parse(state.value) as readonly string[]));
  return knownDifferences.map(toExhaustedId).filter((id) => kept.has(id));
}

/** The rules that hide more in this run than they may. */
export async function findExhausted(
  { store, knownDifferences }: App,
  { exhaustedRules }: Pick<RunPlan, "exhaustedRules">,
): Promise<readonly string[]> {
  if (knownDifferences.length === 0) return [];
  const sums = await readSums(store);
  return knownDifferences
    .filter(({ id, maximumHits }) => (sums.get(`known|${id}`) ?? 0) > maximumHits)
    .map(toExhaustedId)
    .filter((id) => !exhaustedRules.includes(id));
}

/** @param claim of the run, so that nobody who has lost it decides */
export async function saveExhausted(
  { store, clock }: App,
  ids: readonly string[],
  claim: Claim,
  job: JobOfRun | undefined,
): Promise<void> {
  await store.transaction(async (tx) => {
    await tx.assertClaim(claim);
    if (job !== undefined) await tx.assertClaim(job.claim);
    await tx.feedStates.save({ feed: FEED, key: KEY, value: JSON.stringify(ids), changedAt: clock() });
  });
}
