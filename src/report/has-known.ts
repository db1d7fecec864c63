import type { KindReport, ReconcileReport } from "./report-data.ts";

/** Whether anything is known, so that a report has to speak of known differences at all. */
export function hasKnown(
  { findings, parcels }: Pick<ReconcileReport, "findings" | "parcels">,
  kinds: readonly KindReport[],
): boolean {
  return findings.known > 0 || parcels.known > 0 || kinds.some(({ known }) => known > 0);
}
