import type { Channel } from "../../domain/channel.ts";
import type { IntakeTally } from "../../intake/intake-tally.ts";

/** What one fetch of a feed came to. */
export interface FeedPull {
  /** Such as `scan-files postnl`, `legacy-api` or `status-api`. */
  readonly feed: string;
  readonly channel: Channel;
  /** Rows that were taken in. */
  readonly tally: IntakeTally;
  /** What could not be fetched, one line each; the next pull tries again. */
  readonly problems: readonly string[];
  /** What people should know though nothing is wrong: a corrected file, files left for the next pull. */
  readonly notes: readonly string[];
  /** The service asked for no request before this moment (UTC epoch milliseconds). */
  readonly notBefore: number | null;
}

/** Told as a feed is fetched; `total` is `null` where it is not known. */
export type PullListener = (feed: string, done: number, total: number | null) => void;
