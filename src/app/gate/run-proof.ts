import type { ChannelCertificate } from "../../domain/certificate.ts";
import type { Store, StoreTransaction } from "../../store/store.ts";
import type { ReconcileResult } from "../reconcile-result.ts";

/** What the gate must know of a run after its end, and no table has. */
export interface RunProof {
  readonly runId: string;
  readonly recall: { readonly planted: number; readonly found: number };
  /** The certificates of the channels in use. */
  readonly certificates: readonly ChannelCertificate[];
}

const FEED = "gate";
const KEY = "run";

export function toRunProof({
  report,
  recall,
  certificates: { certificates },
}: Pick<ReconcileResult, "report" | "recall" | "certificates">): RunProof {
  return {
    runId: report.runId,
    recall: {
      planted: recall.reduce((sum, { planted }) => sum + planted, 0),
      found: recall.reduce((sum, { found }) => sum + found, 0),
    },
    certificates,
  };
}

/** In the transaction that ends the run. */
export async function saveRunProof(tx: StoreTransaction, result: ReconcileResult, at: number): Promise<void> {
  const value = JSON.stringify(toRunProof(result));
  await tx.feedStates.save({ feed: FEED, key: KEY, value, changedAt: at });
}

/** That of the last run, if there is one. */
export async function findRunProof({ feedStates }: Store): Promise<RunProof | undefined> {
  const state = await feedStates.find(FEED, KEY);
  if (state === undefined) return undefined;
  // Runs of earlier versions did not certify anything.
  const { certificates = [], ...proof } = JSON.parse(state.value) as Omit<RunProof, "certificates"> &
    Partial<RunProof>;
  return { ...proof, certificates };
}
