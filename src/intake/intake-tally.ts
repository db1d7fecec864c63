import type { Channel } from "../domain/channel.ts";
import { CHANNELS } from "../domain/channel.ts";
import type { RowTally } from "../domain/verdict.ts";
import { NO_ROWS } from "../domain/verdict.ts";

/** What taking in came to. Counts are rows: observations as delivered. */
export interface IntakeTally extends RowTally {
  readonly intakes: number;
}

export const NO_INTAKES: IntakeTally = Object.freeze({ intakes: 0, ...NO_ROWS });

/** The sum of two tallies. */
export function addTallies(a: IntakeTally, b: IntakeTally): IntakeTally {
  return { intakes: a.intakes + b.intakes, ...addRows(a, b) };
}

export function addRows(a: RowTally, b: RowTally): RowTally {
  return {
    seen: a.seen + b.seen,
    accepted: a.accepted + b.accepted,
    duplicates: a.duplicates + b.duplicates,
    quarantined: a.quarantined + b.quarantined,
  };
}

/** Rows of every channel. */
export type RowsByChannel = Readonly<Record<Channel, RowTally>>;

export const NO_ROWS_BY_CHANNEL: RowsByChannel = toRowsByChannel(() => NO_ROWS);

export function addByChannel(a: RowsByChannel, b: RowsByChannel): RowsByChannel {
  return toRowsByChannel((channel) => addRows(a[channel], b[channel]));
}

function toRowsByChannel(rowsOf: (channel: Channel) => RowTally): RowsByChannel {
  return Object.fromEntries(CHANNELS.map((channel) => [channel, rowsOf(channel)])) as Record<
    Channel,
    RowTally
  >;
}
