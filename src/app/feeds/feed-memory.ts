import type { FeedStateReader } from "../../store/feed-state-access.ts";
import type { StoreTransaction } from "../../store/store.ts";

/** What a feed remembers, as values. */
export interface FeedMemory {
  readonly find: <Value>(key: string) => Promise<Value | null>;
  /** Those whose key begins so; by what follows in the key. */
  readonly list: <Value>(keyPrefix: string) => Promise<ReadonlyMap<string, Value>>;
  readonly save: (tx: StoreTransaction, key: string, value: unknown) => Promise<void>;
  readonly drop: (tx: StoreTransaction, key: string) => Promise<void>;
}

/**
 * Makes a feed's memory over the store's. Values are JSON that only this feed
 * writes.
 *
 * @param now UTC epoch milliseconds
 */
export function makeFeedMemory(states: FeedStateReader, feed: string, now: () => number): FeedMemory {
  return {
    async find<Value>(key: string) {
      const state = await states.find(feed, key);
      return state === undefined ? null : (JSON.parse(state.value) as Value);
    },
    async list<Value>(prefix: string) {
      const kept = await states.list(feed, prefix);
      return new Map(kept.map(({ key, value }) => [key.slice(prefix.length), JSON.parse(value) as Value]));
    },
    save: (tx, key, value) =>
      tx.feedStates.save({ feed, key, value: JSON.stringify(value), changedAt: now() }),
    drop: (tx, key) => tx.feedStates.drop(feed, key),
  };
}
