import { addSum } from "../../domain/add-sum.ts";

/**
 * How many episodes there are of each sort, over all parcels. The key is a
 * family of counts and its coordinates, joined by `|`:
 *
 * - `day|DAY|DIMENSION|VALUE|STANDING`: dimension `all`, `status`, `customer`, `product` or `channel` (of the new side)
 * - `code|CODE|STATUS|PLACE`: parcels on which a code met a status of the new side, or none
 * - `codeday|DAY|CODE`: episodes in which a code was seen; `codeok|DAY|CODE`: those of them that agreed
 * - `side|SIDE|DAY|STATUS`: episodes of one side
 * - `next|SIDE|STATUS|STATUS`: transitions of one side
 * - `nextday|DAY|STATUS|STATUS`: those of the new side, by the day of the second
 * - `lag|CHANNEL|STATUS|BIN` and `lagday|CHANNEL|DAY|BIN`: seconds from the event to its receipt
 * - `gain|STATUS|BIN`: seconds by which the new side was received before the old one
 * - `sidelag|SIDE|STATUS|BIN`: seconds from the event to its first receipt over any channel of a side
 * - `receiptday|FEED|DAY`: episodes by the day of their first receipt, over a channel or a side
 * - `onlylegacy|STATUS|BIN|HOUR`, `onlynew|STATUS|BIN|HOUR`: one side has told of it, the other has not yet: seconds from the event to
 *   its receipt, and the hour of that. Until when the other has not is its watermark, which moves on: it is held against the hour by who reads
 * - `unlike|STATUS`: both told of it, differently
 * - `skew|SECONDS`: new time minus legacy time of agreed pairs
 * - `noise|DAY|STATUS|WITNESSES|STANDING`: episodes that both legacy channels could have told of: `both`, `scan`, `api` or `none` did
 * - `witness|CODE|both`, `scan`, `api`: the same of a legacy code, parcels
 * - `notice|CODE|STATUS`: parcels on which a code without a status stood where the new side alone told a status, or (empty) never did
 * - `known|RULE`: findings that a known difference hides
 *
 * Days are UTC dates, of the event where nothing else is said, hours are counted from the UTC epoch, bins as in `bins.ts`.
 */
export type Sums = Map<string, number>;

/** Adds sums to others. */
export function addSums(to: Sums, from: ReadonlyMap<string, number>): void {
  for (const [key, count] of from) addSum(to, key, count);
}

export const HOUR_SECONDS = 3600;
