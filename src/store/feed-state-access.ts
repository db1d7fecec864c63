/**
 * What a feed has to remember between two fetches: a cursor, a file that was
 * taken, a breaker that is open. Small, and kept in the transaction that keeps
 * the rows it speaks of.
 */
export interface FeedState {
  /** Such as `status-api`, or `scan-files postnl`. */
  readonly feed: string;
  /** Such as `cursor 11223344`. */
  readonly key: string;
  /** JSON; its shape is the feed's own. */
  readonly value: string;
  /** UTC epoch milliseconds. */
  readonly changedAt: number;
}

export interface FeedStateReader {
  find(feed: string, key: string): Promise<FeedState | undefined>;
  /** Those of a feed whose key begins so, in the order of their keys. */
  list(feed: string, keyPrefix: string): Promise<readonly FeedState[]>;
}

/** Only inside a transaction. */
export interface FeedStateWriter extends FeedStateReader {
  /** In the place of what was there under the same key. */
  save(state: FeedState): Promise<void>;
  drop(feed: string, key: string): Promise<void>;
}
