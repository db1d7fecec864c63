import type { Finding } from "../domain/finding.ts";
import { toIsoUtc, toIsoUtcOrNull } from "../domain/instant.ts";
import type { FindingReport, ParcelReport } from "../report/report-data.ts";
import type { FindingFilter } from "../store/finding-access.ts";
import type { ParcelRow } from "../store/parcel-access.ts";
import type { Store } from "../store/store.ts";

/** The findings of a store as they are shown, page by page, in the store's order. */
export async function* listFindings(
  store: Store,
  filter: FindingFilter,
): AsyncGenerator<readonly FindingReport[]> {
  for await (const page of store.findings.list(filter)) yield page.map(toFindingReport);
}

/** The evaluated parcels of a store as they are shown, page by page, in the store's order. */
export async function* listParcels(
  store: Store,
  filter: Parameters<Store["parcels"]["list"]>[0],
): AsyncGenerator<readonly ParcelReport[]> {
  for await (const page of store.parcels.list(filter))
    yield page.map((row: ParcelRow): ParcelReport => ({ ...row }));
}

/** A finding in the shape that leaves the program. */
export function toFindingReport(finding: Finding): FindingReport {
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
    cause: finding.cause,
    causeRule: finding.causeRule,
    signature: finding.signature,
    firstSeenAt: toIsoUtc(finding.firstSeenAt),
    settlesAt: toIsoUtcOrNull(finding.settlesAt),
    pendingReason: finding.pendingReason,
    reopenCount: finding.reopenCount,
    knownDifference: finding.knownDifference,
    evidence: finding.evidence,
  };
}
