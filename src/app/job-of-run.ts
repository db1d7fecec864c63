import type { Claim } from "../store/claims.ts";
import type { StoreTransaction } from "../store/store.ts";
import type { ReconcileResult } from "./reconcile-result.ts";

/** The job that a run is part of. */
export interface JobOfRun {
  /** Of its run for one business date: `nightly 2026-03-20`. A run that was begun for it and has not ended is gone on with. */
  readonly name: string;
  /** The right to run it. Who has lost it neither begins a run nor ends one. */
  readonly claim: Claim;
  /** Works with the result before the run ends, and with it the job. */
  readonly finish: (result: ReconcileResult) => Promise<void>;
  /** Ends the job, in the transaction that ends the run. */
  readonly end: (tx: StoreTransaction, result: ReconcileResult) => Promise<void>;
}
