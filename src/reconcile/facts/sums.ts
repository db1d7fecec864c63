import { CHANNELS } from "../../domain/channel.ts";
import { toBin } from "./bins.ts";
import type { EpisodeFact, ParcelFacts } from "./parcel-facts.ts";

/**
 * How many episodes there are of each sort, over all parcels. The key is a
 * family of counts and its coordinates, joined by `|`:
 *
 * - `day|DAY|DIMENSION|VALUE|STANDING`: dimension `all`, `status`, `customer`, `product` or `channel` (of the new side)
 * - `code|CODE|STATUS|PLACE`: parcels on which a code met a status of the new side, or none
 * - `codeday|DAY|CODE`: episodes in which a code was seen
 * - `side|SIDE|DAY|STATUS`: episodes of one side
 * - `next|SIDE|STATUS|STATUS`: transitions of one side
 * - `lag|CHANNEL|STATUS|BIN` and `lagday|CHANNEL|DAY|BIN`: seconds from the event to its receipt
 * - `gain|STATUS|BIN`: seconds by which the new side was received before the old one
 * - `onlylegacy|STATUS|BIN`, `onlynew|STATUS|BIN`: seconds from the event to the receipt of the side that told of it, where the other has not yet
 * - `skew|SECONDS`: new time minus legacy time of agreed pairs
 * - `noise|STATUS|both`, `scan`, `api`: who told of a legacy episode that both channels could have told of
 * - `witness|CODE|both`, `scan`, `api`: the same by code, parcels
 * - `known|RULE`: findings that a known difference hides
 *
 * Days are UTC dates of the event, bins as in `bins.ts`.
 */
export type Sums = Map<string, number>;

/** Adds a parcel's facts, or with `-1` takes them away again. */
export function addFacts(
  sums: Sums,
  { customer, product, episodes, knownDifferences }: ParcelFacts,
  times: 1 | -1,
): void {
  const add = (key: string): void => {
    const sum = (sums.get(key) ?? 0) + times;
    if (sum === 0) sums.delete(key);
    else sums.set(key, sum);
  };
  for (const rule of knownDifferences) add(`known|${rule}`);
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
      add(`noise|${fact.legacyStatus}|${toWitnesses(fact)}`);
      addOnce(`witness|${fact.code}|${toWitnesses(fact)}`);
    }
    for (const [side, status] of [
      ["legacy", fact.legacyStatus],
      ["new", fact.newStatus],
    ] as const) {
      if (status === null) continue;
      add(`side|${side}|${day}|${status}`);
      add(`next|${side}|${last[side]}|${status}`);
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
  add(`codeday|${day}|${code}`);
  for (const further of furtherCodes) add(`codeday|${day}|${further}`);
}

function addSpeed(add: Add, { place, legacyStatus, newStatus, lags, delta }: EpisodeFact, day: string): void {
  const status = legacyStatus ?? newStatus ?? "";
  for (const channel of CHANNELS) {
    const lag = lags[channel];
    if (lag === null) continue;
    const bin = toBin(lag);
    add(`lag|${channel}|${status}|${bin}`);
    add(`lagday|${channel}|${day}|${bin}`);
  }
  const legacy = earliest(lags["legacy-scan"], lags["legacy-api"]);
  const newSide = earliest(lags.webhook, lags["status-api"]);
  if (place === "agreed" && legacy !== null && newSide !== null && delta !== null) {
    // Each lag counts from its own side's time.
    add(`gain|${status}|${toBin(legacy - newSide - delta)}`);
    add(`skew|${delta}`);
  } else if (place === "lone") {
    if (newSide === null && legacy !== null) add(`onlylegacy|${status}|${toBin(legacy)}`);
    if (legacy === null && newSide !== null) add(`onlynew|${status}|${toBin(newSide)}`);
  }
}

function earliest(a: number | null, b: number | null): number | null {
  if (a === null) return b;
  return b === null ? a : Math.min(a, b);
}

function toWitnesses({ lags }: EpisodeFact): "both" | "scan" | "api" {
  if (lags["legacy-scan"] === null) return "api";
  return lags["legacy-api"] === null ? "scan" : "both";
}

const DAY_SECONDS = 86_400;
const days = new Map<number, string>();

/** The UTC date of a moment, kept: there are few. */
function toDay(epochSeconds: number): string {
  const number = Math.floor(epochSeconds / DAY_SECONDS);
  let day = days.get(number);
  if (day === undefined) {
    day = Temporal.Instant.fromEpochMilliseconds(number * DAY_SECONDS * 1000)
      .toString()
      .slice(0, 10);
    days.set(number, day);
  }
  return day;
}
