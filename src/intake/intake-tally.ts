import type { Arrival } from "../domain/arrival.ts";
import type { Channel } from "../domain/channel.ts";
import type { RowTally } from "../domain/verdict.ts";
import { NO_ROWS } from "../domain/verdict.ts";
import type { ChannelProgress } from "../store/store.ts";

/** What taking in came to. Counts are rows: observations as delivered. */
export interface IntakeTally extends RowTally {
  readonly intakes: number;
}

export const NO_INTAKES: IntakeTally = Object.freeze({ intakes: 0, ...NO_ROWS });

/** The sum of two tallies. */
export function addTallies(a: IntakeTally, b: IntakeTally): IntakeTally {
  return {
    intakes: a.intakes + b.intakes,
    seen: a.seen + b.seen,
    accepted: a.accepted + b.accepted,
    duplicates: a.duplicates + b.duplicates,
    quarantined: a.quarantined + b.quarantined,
  };
}

/** What a batch adds to its channel's books. An error reply does not prove that the channel speaks. */
export function toProgress(
  channel: Channel,
  arrivals: readonly Arrival[],
  rows: RowTally,
  deliveries: ChannelProgress["deliveries"],
): ChannelProgress {
  let firstReceivedAt: number | null = null;
  let lastReceivedAt: number | null = null;
  for (const { receivedAt, httpStatus } of arrivals) {
    if (receivedAt === null || (httpStatus !== null && !isSuccess(httpStatus))) continue;
    firstReceivedAt = Math.min(firstReceivedAt ?? receivedAt, receivedAt);
    lastReceivedAt = Math.max(lastReceivedAt ?? receivedAt, receivedAt);
  }
  return { channel, intakes: arrivals.length, rows, firstReceivedAt, lastReceivedAt, deliveries };
}

function isSuccess(httpStatus: number): boolean {
  return httpStatus >= 200 && httpStatus < 300;
}
