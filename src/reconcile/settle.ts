import type { Side } from "../domain/channel.ts";
import { otherSide } from "../domain/channel.ts";
import type { FeedProgress } from "../domain/feed-progress.ts";
import type { PendingReason } from "../domain/finding.ts";
import type { ReconcileSettings } from "./settings.ts";

/** Whether a finding counts already, and if not, until when and why. UTC epoch milliseconds. */
export interface Settlement {
  readonly state: "open" | "pending";
  readonly pendingReason: PendingReason | null;
  /** When it settles, or settled; while a feed is silent, when it opens regardless. `null`: it opens at once. */
  readonly settlesAt: number | null;
}

/** What the clock and the feeds say when a parcel is judged. */
export interface Moment {
  /** The clock of the run. */
  readonly now: number;
  readonly progress: FeedProgress;
  /** When the old feed ends for the parcel's customer, UTC epoch milliseconds; absent: no end is planned. */
  readonly legacyEndsAt?: number;
}

/** For findings that need no second word from anybody. */
export const AT_ONCE: Settlement = Object.freeze({ state: "open", pendingReason: null, settlesAt: null });

/**
 * Whether `side` has had its time to speak about what happened at `at`: the
 * clock has passed `at` plus the side's settling time, and so has the side's
 * watermark. A side that has fallen silent holds the finding back until the
 * longest wait is over. The old feed's silence after its end holds nothing back.
 */
export function settleFor(side: Side, at: number, settings: ReconcileSettings, moment: Moment): Settlement {
  const settlesAt = at + settings.settleMs[side];
  if (moment.now < settlesAt) return { state: "pending", pendingReason: "not_settled", settlesAt };
  const watermark = moment.progress.watermarks[side];
  const opensRegardlessAt = at + settings.maxWaitMs;
  const hasEnded = side === "legacy" && settlesAt >= (moment.legacyEndsAt ?? Infinity);
  if (hasEnded || (watermark !== null && watermark >= settlesAt) || moment.now >= opensRegardlessAt) {
    return { state: "open", pendingReason: null, settlesAt };
  }
  return { state: "pending", pendingReason: "feed_silent", settlesAt: opensRegardlessAt };
}

/** {@link settleFor} what an episode of `side` is still waiting for: the other side. */
export function settleEpisode(
  side: Side,
  at: number,
  settings: ReconcileSettings,
  moment: Moment,
): Settlement {
  return settleFor(otherSide(side), at, settings, moment);
}

/** A finding on a pair counts when both of its episodes do; the longer wait is the one that is told. */
export function settleBoth(a: Settlement, b: Settlement): Settlement {
  if (a.state !== b.state) return a.state === "pending" ? a : b;
  if (a.pendingReason !== b.pendingReason) return a.pendingReason === "not_settled" ? a : b;
  return (a.settlesAt ?? 0) >= (b.settlesAt ?? 0) ? a : b;
}
