import type { FeedState } from "../../src/store/feed-state-access.ts";
import type { Store, StoreTransaction } from "../../src/store/store.ts";

/** When the process is killed: at the end of a transaction that is rolled back by it, or right after a commit. */
export type KillAt = "before commit" | "after commit";

/** Stands for the end of the process. */
export class Killed extends Error {
  override readonly name = "Killed";
}

/**
 * The same store, which ends the process at its n-th transaction (from 1).
 *
 * @param isCareless whether what feeds remember is kept even when their rows are not: the mistake to be found
 */
export function killAtTransaction(store: Store, n: number, when: KillAt, isCareless = false): Store {
  let transactions = 0;
  return {
    ...store,
    async transaction(work) {
      transactions += 1;
      if (transactions !== n) return store.transaction(work);
      const remembered: FeedState[] = [];
      try {
        await store.transaction(async (tx) => {
          await work(isCareless ? noting(tx, remembered) : tx);
          if (when === "before commit") throw new Killed();
        });
      } finally {
        await store.transaction(async (tx) => {
          for (const state of remembered) await tx.feedStates.save(state);
        });
      }
      throw new Killed();
    },
  };
}

function noting(tx: StoreTransaction, remembered: FeedState[]): StoreTransaction {
  const save: StoreTransaction["feedStates"]["save"] = async (state) => {
    remembered.push(state);
    await tx.feedStates.save(state);
  };
  return { ...tx, feedStates: { ...tx.feedStates, save } };
}
