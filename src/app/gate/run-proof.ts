import type { Store, StoreTransaction } from "../../store/store.ts";
import type { ReconcileResult } from "../reconcile-store.ts";

/** What the gate must know of a run after its end, and no table has. */
export interface RunProof {
  readonly runId: string;
  readonly recall: { readonly planted: number; readonly found: number };
}

const FEED = "gate";
const KEY = "run";

export function toRunProof({ report, recall }: Pick<ReconcileResult, "report" | "recall">): RunProof {
  return {
    runId: report.runId,
    recall: {
      planted: recall.reduce((sum, { planted }) => sum + planted, 0),
      found: recall.reduce((sum, { found }) => sum + found, 0),
    },
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
  return state === undefined ? undefined : (JSON.parse(state.value) as RunProof);
}
