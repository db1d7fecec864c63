import type { VerdictReason } from "../domain/verdict.ts";
import type { RecallOfKind } from "../reconcile/recall/prove-recall.ts";
import type { KindReport, ReconcileReport } from "../report/report-data.ts";
import type { RunCertificates } from "./certificates/run-certificates.ts";

/** What a reconcile came to. */
export interface ReconcileResult {
  readonly report: ReconcileReport;
  readonly reasons: readonly VerdictReason[];
  /** Findings by kind and state. */
  readonly kinds: readonly KindReport[];
  /** By kind: defects planted in copies of matched parcels, and how many were found. */
  readonly recall: readonly RecallOfKind[];
  /** How complete the channels are that it rests on. */
  readonly certificates: RunCertificates;
  /** Parcels that were evaluated in this run. */
  readonly evaluated: number;
}
