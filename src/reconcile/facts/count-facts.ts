import { CHANNELS, SIDES, sideOf } from "../../domain/channel.ts";
import { toBin } from "./bins.ts";
import { Counts } from "./counts.ts";
import { toDay } from "./days.ts";
import type { EpisodeFact, ParcelFacts } from "./parcel-facts.ts";
import type { Sums } from "./sums.ts";
import { HOUR_SECONDS } from "./sums.ts";

const WORDS = [
  ...["", "day", "all", "status", "customer", "product", "channel", "code", "codeday", "codeok", "side"],
  ...["next", "nextday", "lag", "lagday", "receiptday", "sidelag", "gain", "skew", "onlylegacy", "onlynew"],
  ...["unlike", "noise", "witness", "known", "notice"],
] as const;
/** Their numbers. */
const W = Object.fromEntries(WORDS.map((word, i) => [word, i])) as Readonly<
  Record<(typeof WORDS)[number], number>
>;

/** Counts the facts of parcels by the keys of `sums.ts`. */
export class FactCounter {
  #counts = new Counts(WORDS);

  /** Counts a parcel's facts, or with `-1` takes them away again. */
  add(parcel: ParcelFacts, times: 1 | -1): void {
    countFacts(this.#counts, parcel, times);
  }

  /** What was counted since they were last taken. */
  takeSums(): Sums {
    const sums = this.#counts.toSums();
    this.#counts = new Counts(WORDS);
    return sums;
  }
}

function countFacts(counts: Counts, parcel: ParcelFacts, times: 1 | -1): void {
  const { customer, product, episodes, knownDifferences, notices } = parcel;
  const n = counts.numberOf.bind(counts);
  for (const rule of knownDifferences) counts.add(times, W.known, n(rule));
  for (const { code, beside } of notices) {
    for (const status of beside.length === 0 ? [""] : beside) counts.add(times, W.notice, n(code), n(status));
  }
  const owner = { customer: n(customer ?? ""), product: n(product ?? "") };
  const seen = new Set<string>();
  const isFirst = (key: string): boolean => seen.size < seen.add(key).size;
  const last = { legacy: W[""], new: W[""] };
  for (const fact of episodes) {
    const { legacyStatus, newStatus, code, place } = fact;
    const day = n(toDay(fact.at));
    const standing = n(fact.standing);
    const status = { legacy: n(legacyStatus), new: n(newStatus) };
    const first = legacyStatus === null ? status.new : status.legacy;

    counts.add(times, W.day, day, W.all, W[""], standing);
    counts.add(times, W.day, day, W.status, first, standing);
    counts.add(times, W.day, day, W.customer, owner.customer, standing);
    counts.add(times, W.day, day, W.product, owner.product, standing);
    for (const channel of ["webhook", "status-api"] as const) {
      if (fact.lags[channel] !== null) counts.add(times, W.day, day, W.channel, n(channel), standing);
    }

    if (code !== null) {
      if (isFirst(`code ${code} ${newStatus} ${place}`)) {
        counts.add(times, W.code, n(code), newStatus === null ? W[""] : status.new, n(place));
      }
      for (const told of [code, ...fact.furtherCodes]) {
        counts.add(times, W.codeday, day, n(told));
        if (place === "agreed") counts.add(times, W.codeok, day, n(told));
      }
    }

    addSpeed(counts, fact, day, status, times);

    if (fact.hadBothWitnesses) {
      const witnesses = toWitnesses(fact);
      counts.add(times, W.noise, day, first, n(witnesses), standing);
      if (code !== null && isFirst(`witness ${code} ${witnesses}`)) {
        counts.add(times, W.witness, n(code), n(witnesses));
      }
    }

    for (const side of SIDES) {
      if ((side === "legacy" ? legacyStatus : newStatus) === null) continue;
      counts.add(times, W.side, n(side), day, status[side]);
      counts.add(times, W.next, n(side), last[side], status[side]);
      if (side === "new") counts.add(times, W.nextday, day, last[side], status[side]);
      last[side] = status[side];
    }
  }
}

/** The numbers of an episode's statuses. */
type StatusNumbers = Readonly<Record<"legacy" | "new", number>>;

function addSpeed(
  counts: Counts,
  { place, lags, delta, at }: EpisodeFact,
  day: number,
  status: StatusNumbers,
  times: 1 | -1,
): void {
  const n = counts.numberOf.bind(counts);
  const newAt = at + (delta ?? 0);
  for (const channel of CHANNELS) {
    const lag = lags[channel];
    if (lag === null) continue;
    const side = sideOf(channel);
    const bin = n(toBin(lag));
    const from = n(channel);
    counts.add(times, W.lag, from, status[side], bin);
    counts.add(times, W.lagday, from, day, bin);
    counts.add(times, W.receiptday, from, n(toDay((side === "legacy" ? at : newAt) + lag)));
  }
  const legacy = earliest(lags["legacy-scan"], lags["legacy-api"]);
  const newSide = earliest(lags.webhook, lags["status-api"]);
  if (legacy !== null) {
    counts.add(times, W.sidelag, n("legacy"), status.legacy, n(toBin(legacy)));
    counts.add(times, W.receiptday, n("legacy"), n(toDay(at + legacy)));
  }
  if (newSide !== null) {
    counts.add(times, W.sidelag, n("new"), status.new, n(toBin(newSide)));
    counts.add(times, W.receiptday, n("new"), n(toDay(newAt + newSide)));
  }
  if (legacy !== null && newSide !== null) {
    if (place !== "agreed") {
      counts.add(times, W.unlike, status.legacy);
    } else if (delta !== null) {
      // Each lag counts from its own side's time.
      counts.add(times, W.gain, status.legacy, n(toBin(legacy - newSide - delta)));
      counts.add(times, W.skew, n(delta));
    }
  } else if (place === "lone") {
    if (legacy !== null) {
      counts.add(times, W.onlylegacy, status.legacy, n(toBin(legacy)), n(toHour(at + legacy)));
    }
    if (newSide !== null) {
      counts.add(times, W.onlynew, status.new, n(toBin(newSide)), n(toHour(at + newSide)));
    }
  }
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
