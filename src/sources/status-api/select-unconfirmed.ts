import type { Barcode } from "../../domain/barcode.ts";
import { compareText } from "../../domain/observation.ts";
import type { Asked, Overdue } from "./select-overdue.ts";

/** A parcel that the webhook spoke of. */
export interface Pushed {
  readonly barcode: Barcode;
  /** When what it pushed happened, UTC epoch milliseconds, so the others; in any order. */
  readonly at: readonly number[];
  /** When the newest reply that lists the parcel was received; `null`: never. */
  readonly listedAt: number | null;
}

/**
 * Selects parcels of which the webhook pushed something that no reply could
 * confirm or miss yet: none was fetched since the new side had its time. What
 * happened longer ago than `reachMs` is let be, and so is what the service did
 * not know when it was asked.
 *
 * @param asked those that were not found, and when
 * @param settleNewMs how long the new side may take to speak
 * @returns the oldest first
 */
export function selectUnconfirmed(
  pushed: readonly Pushed[],
  asked: ReadonlyMap<Barcode, Asked>,
  {
    settleNewMs,
    reachMs,
    now,
  }: { readonly settleNewMs: number; readonly reachMs: number; readonly now: number },
): readonly Overdue[] {
  return pushed
    .flatMap(({ barcode, at, listedAt }) => {
      const about = Math.max(...at.filter((pushedAt) => pushedAt + settleNewMs <= now));
      const isRecent = about > now - reachMs;
      const isConfirmed = listedAt !== null && listedAt >= about + settleNewMs;
      const wasAsked = (asked.get(barcode)?.about ?? Number.NEGATIVE_INFINITY) >= about;
      return isRecent && !isConfirmed && !wasAsked ? [{ barcode, since: about, about }] : [];
    })
    .sort((a, b) => a.since - b.since || compareText(a.barcode, b.barcode));
}
