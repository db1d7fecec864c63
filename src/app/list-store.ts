import type { Finding } from "../domain/finding.ts";
import { toIsoUtc, toIsoUtcOrNull } from "../domain/instant.ts";
import { decideCause } from "../reconcile/judgement/cause-rules.ts";
import type { Patterns } from "../reconcile/judgement/learn-patterns.ts";
import type { FindingReport, ParcelReport } from "../report/report-data.ts";
import type { FindingFilter } from "../store/finding-access.ts";
import type { ParcelRow } from "../store/parcel-access.ts";
import type { Store } from "../store/store.ts";
import type { App } from "./open-app.ts";
import { readPatterns } from "./read-patterns.ts";

/** The findings of a store as they are shown, page by page, in the store's order. */
export async function* listFindings(
  app: Pick<App, "store" | "tables">,
  filter: FindingFilter,
): AsyncGenerator<readonly FindingReport[]> {
  const patterns = await readPatterns(app);
  for await (const page of app.store.findings.list(filter)) {
    yield page.map((finding) => toFindingReport(finding, patterns));
  }
}

/** The evaluated parcels of a store as they are shown, page by page, in the store's order. */
export async function* listParcels(
  store: Store,
  filter: Parameters<Store["parcels"]["list"]>[0],
): AsyncGenerator<readonly ParcelReport[]> {
  for await (const page of store.parcels.list(filter))
    yield page.map((row: ParcelRow): ParcelReport => ({ ...row }));
}

/** A finding in the shape that leaves the program, with its cause by all that the store shows today. */
export function toFindingReport(finding: Finding, patterns: Patterns): FindingReport {
  const { cause, rule } = decideCause(finding, patterns);
  return {
    id: finding.id,
    kind: finding.kind,
    state: finding.state,
    severity: finding.severity,
    barcode: finding.barcode,
    status: finding.status,
    legacyStatus: finding.legacyStatus,
    newStatus: finding.newStatus,
    code: finding.code,
    field: finding.field,
    deltaSeconds: finding.deltaSeconds,
    legacyAt: toIsoUtcOrNull(finding.legacyAt),
    newAt: toIsoUtcOrNull(finding.newAt),
    cause,
    causeRule: rule,
    signature: finding.signature,
    firstSeenAt: toIsoUtc(finding.firstSeenAt),
    settlesAt: toIsoUtcOrNull(finding.settlesAt),
    pendingReason: finding.pendingReason,
    reopenCount: finding.reopenCount,
    knownDifference: finding.knownDifference,
    evidence: finding.evidence,
  };
}
