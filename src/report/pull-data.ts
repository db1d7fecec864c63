import type { Channel } from "../domain/channel.ts";
import type { RowTally } from "../domain/verdict.ts";

/** What `pull` prints: a source each. */
export interface PullReport {
  readonly feeds: readonly FeedPullReport[];
}

/** What one fetch of a source came to. Counts are rows; see `ImportReport`. */
export interface FeedPullReport extends RowTally {
  /** Such as `scan-files postnl`. */
  readonly feed: string;
  readonly channel: Channel;
  /** Files or replies taken in. */
  readonly intakes: number;
  /** What could not be fetched, a line each; the next pull tries again. */
  readonly problems: readonly string[];
  /** What people should know though nothing is wrong. */
  readonly notes: readonly string[];
  /** The service asked for no request before this moment. */
  readonly notBefore: string | null;
}
