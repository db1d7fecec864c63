import type { Side } from "./channel.ts";

/** A customer's use of the webhook, where it is configured rather than seen. UTC epoch milliseconds, both ends included. */
export interface DeliveryWindow {
  readonly firstAt: number;
  readonly lastAt: number;
}

/** How far the feeds have spoken, as the store knows it when a run begins. */
export interface FeedProgress {
  /** Per side: the latest arrival over its channels (UTC epoch milliseconds); `null` when it never spoke. */
  readonly watermarks: Readonly<Record<Side, number | null>>;
  /** By customer number: the first and the last webhook delivery that carried it. */
  readonly deliveries: ReadonlyMap<string, DeliveryWindow>;
}
