import { toIsoUtc } from "../domain/instant.ts";
import type { Sums } from "../reconcile/facts/sums.ts";
import { reviewRules } from "../reconcile/judgement/known-differences.ts";
import type { KnownRuleReport } from "../report/judgement-data.ts";
import type { ReconcileReport } from "../report/report-data.ts";
import { readExhausted } from "./exhausted-rules.ts";
import type { App } from "./open-app.ts";
import { readSums } from "./read-sums.ts";

/**
 * What became of each rule of `known-differences.yml`, after a run.
 *
 * @param sums of the store, where they have been read before
 */
export async function listKnownRules(
  app: App,
  { findings, parcels }: Pick<ReconcileReport, "findings" | "parcels">,
  sums?: Sums,
): Promise<KnownRuleReport[]> {
  const { store, knownDifferences } = app;
  if (knownDifferences.length === 0) return [];
  const counts = sums ?? (await readSums(store));
  const hits = new Map(knownDifferences.map(({ id }) => [id, counts.get(`known|${id}`) ?? 0]));
  const compared = parcels.total + findings.open + findings.pending + findings.known;
  const exhausted = new Set(await readExhausted(app));
  return reviewRules(knownDifferences, hits, exhausted, compared, app.clock()).map(
    ({ rule: { id, reason, owner, approver, expiresAt, maximumHits }, hits: count, state, isOverWide }) => ({
      id,
      reason,
      owner,
      approver,
      expiresAt: toIsoUtc(expiresAt),
      hits: count,
      maximumHits,
      state,
      isOverWide,
    }),
  );
}
