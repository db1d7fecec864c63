import type { Side } from "../../domain/channel.ts";
import { CHANNELS, sideOf } from "../../domain/channel.ts";
import { toBin } from "./bins.ts";
import { toDay } from "./days.ts";
import type { EpisodeFact, ParcelFacts } from "./parcel-facts.ts";

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

/** Adds a parcel's facts, or with `-1` takes them away again. */
export function addFacts(
  sums: Sums,
  { customer, product, episodes, knownDifferences, notices }: ParcelFacts,
  times: 1 | -1,
): void {
  const add = (key: string): void => {
    const sum = (sums.get(key) ?? 0) + times;
    if (sum === 0) sums.delete(key);
    else sums.set(key, sum);
  };
  for (const rule of knownDifferences) add(`known|${rule}`);
  for (const { code, beside } of notices) {
    for (const status of beside.length === 0 ? [""] : beside) add(`notice|${code}|${status}`);
  }
  const once = new Set<string>();
  const addOnce = (key: string): void => {
    if (!once.has(key)) add(key);
    once.add(key);
  };
  const last = { legacy: "", new: "" };
  for (const fact of episodes) {
    const day = toDay(fact.at);
    addStanding(add, fact, day, customer, product);
    addCodes(add, addOnce, fact, day);
    addSpeed(add, fact, day);
    if (fact.hadBothWitnesses) {
      const status = fact.legacyStatus ?? fact.newStatus;
      add(`noise|${day}|${status}|${toWitnesses(fact)}|${fact.standing}`);
      if (fact.code !== null) addOnce(`witness|${fact.code}|${toWitnesses(fact)}`);
    }
    for (const [side, status] of [
      ["legacy", fact.legacyStatus],
      ["new", fact.newStatus],
    ] as const) {
      if (status === null) continue;
      add(`side|${side}|${day}|${status}`);
      add(`next|${side}|${last[side]}|${status}`);
      if (side === "new") add(`nextday|${day}|${last[side]}|${status}`);
      last[side] = status;
    }
  }
}

/** Adds sums to others. */
export function addSums(to: Sums, from: ReadonlyMap<string, number>): void {
  for (const [key, count] of from) {
    const sum = (to.get(key) ?? 0) + count;
    if (sum === 0) to.delete(key);
    else to.set(key, sum);
  }
}

type Add = (key: string) => void;

function addStanding(
  add: Add,
  { standing, legacyStatus, newStatus, lags }: EpisodeFact,
  day: string,
  customer: string | null,
  product: string | null,
): void {
  add(`day|${day}|all||${standing}`);
  add(`day|${day}|status|${legacyStatus ?? newStatus}|${standing}`);
  add(`day|${day}|customer|${customer ?? ""}|${standing}`);
  add(`day|${day}|product|${product ?? ""}|${standing}`);
  for (const channel of ["webhook", "status-api"] as const) {
    if (lags[channel] !== null) add(`day|${day}|channel|${channel}|${standing}`);
  }
}

function addCodes(
  add: Add,
  addOnce: Add,
  { code, furtherCodes, newStatus, place }: EpisodeFact,
  day: string,
): void {
  if (code === null) return;
  addOnce(`code|${code}|${newStatus ?? ""}|${place}`);
  for (const seen of [code, ...furtherCodes]) {
    add(`codeday|${day}|${seen}`);
    if (place === "agreed") add(`codeok|${day}|${seen}`);
  }
}

function addSpeed(add: Add, fact: EpisodeFact, day: string): void {
  const { place, legacyStatus, newStatus, lags, delta, at } = fact;
  const newAt = at + (delta ?? 0);
  for (const channel of CHANNELS) {
    const lag = lags[channel];
    if (lag === null) continue;
    const bin = toBin(lag);
    const isLegacy = sideOf(channel) === "legacy";
    add(`lag|${channel}|${isLegacy ? legacyStatus : newStatus}|${bin}`);
    add(`lagday|${channel}|${day}|${bin}`);
    add(`receiptday|${channel}|${toDay((isLegacy ? at : newAt) + lag)}`);
  }
  const legacy = earliest(lags["legacy-scan"], lags["legacy-api"]);
  const newSide = earliest(lags.webhook, lags["status-api"]);
  if (legacy !== null) addSide(add, "legacy", legacyStatus, at, legacy);
  if (newSide !== null) addSide(add, "new", newStatus, newAt, newSide);
  if (legacy !== null && newSide !== null) {
    if (place !== "agreed") {
      add(`unlike|${legacyStatus}`);
    } else if (delta !== null) {
      // Each lag counts from its own side's time.
      add(`gain|${legacyStatus}|${toBin(legacy - newSide - delta)}`);
      add(`skew|${delta}`);
    }
  } else if (place === "lone") {
    if (legacy !== null) add(`onlylegacy|${legacyStatus}|${toBin(legacy)}|${toHour(at + legacy)}`);
    if (newSide !== null) add(`onlynew|${newStatus}|${toBin(newSide)}|${toHour(at + newSide)}`);
  }
}

function addSide(add: Add, side: Side, status: string | null, at: number, lag: number): void {
  add(`sidelag|${side}|${status}|${toBin(lag)}`);
  add(`receiptday|${side}|${toDay(at + lag)}`);
}

function earliest(a: number | null, b: number | null): number | null {
  if (a === null) return b;
  return b === null ? a : Math.min(a, b);
}

function toWitnesses({ lags }: EpisodeFact): "both" | "scan" | "api" | "none" {
  if (lags["legacy-scan"] === null) return lags["legacy-api"] === null ? "none" : "api";
  return lags["legacy-api"] === null ? "scan" : "both";
}

function toHour(epochSeconds: number): number {
  return Math.floor(epochSeconds / HOUR_SECONDS);
}

export const HOUR_SECONDS = 3600;
