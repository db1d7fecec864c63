import type { FindingKind } from "../../domain/finding.ts";
import type { Observation } from "../../domain/observation.ts";
import { customerNumberOf } from "../check-channels.ts";
import type { EpisodePair } from "../pair-episodes.ts";
import type { MatchedParcel, Planted } from "./matched-parcel.ts";
import { findWireCode, observationsOf, ofNewSide, toldBy, withChanged, without } from "./matched-parcel.ts";

/** Plants a defect in a copy; `undefined`: this parcel does not lend itself to it. */
export type Plant = (matched: MatchedParcel) => Planted | undefined;

const HOUR_MS = 3_600_000;
/** Beyond the tolerance, so that nothing is the same moment by accident. */
const AWAY = 3;
const UNKNOWN_CODE = "~~";

/** A defect of every kind. The laws of pairing say that each gives one finding, and no other. */
export const PLANTS: Readonly<Record<FindingKind, Plant>> = {
  missing_in_new(matched) {
    const pair = middleOf(matched);
    if (pair === undefined) return undefined;
    return planted(matched, without(matched.parcel, observationsOf(pair.newSide)), pair.legacy.status);
  },

  missing_in_legacy(matched) {
    const pair = middleOf(matched);
    if (
      pair === undefined ||
      matched.pairs.slice(0, indexOf(matched, pair)).some(({ newSide }) => newSide.final)
    ) {
      return undefined;
    }
    return planted(matched, without(matched.parcel, observationsOf(pair.legacy)), pair.legacy.status);
  },

  status_mismatch: (matched) => plantStatus(matched, false),
  final_conflict: (matched) => plantStatus(matched, true),

  time_mismatch(matched) {
    const pair = matched.pairs.find(
      (one) => !one.legacy.final && roomAfter(matched, one) > 2 * farOf(matched),
    );
    if (pair === undefined) return undefined;
    return planted(matched, shift(matched, pair, farOf(matched)), pair.legacy.status);
  },

  order_mismatch(matched) {
    const { pairs } = matched;
    const at = pairs.findIndex(
      (pair, i) =>
        i + 1 < pairs.length &&
        roomAfter(matched, pair) > farOf(matched) &&
        roomAfter(matched, pairs[i + 1] as EpisodePair) > 2 * farOf(matched) &&
        endOf(pairs[i + 1] as EpisodePair) - pair.newSide.at < matched.settings.maxWaitMs / 2,
    );
    const [pair, next] = [pairs[at], pairs[at + 1]];
    if (pair === undefined || next === undefined || pair.newSide.status === pairs[at + 2]?.newSide.status) {
      return undefined;
    }
    const by = endOf(next) - pair.newSide.at + farOf(matched);
    return planted(matched, shift(matched, pair, by), pair.legacy.status);
  },

  status_after_final(matched) {
    const last = matched.pairs.at(-1);
    const template = last?.newSide.observations[0]?.witnesses[0];
    if (last === undefined || template === undefined || !last.newSide.final) return undefined;
    const wire = findWireCode(matched, template.channel, matched.pairs.length - 1, (status, statuses) => {
      return !MAY_FOLLOW.has(status) && statuses.get(status)?.final === false;
    });
    if (wire === undefined) return undefined;
    const at = endOf(last) + farOf(matched);
    const after = { ...template, code: wire.code, at, identity: `${template.identity} after` };
    // Listed as well, so that nothing but its place is wrong.
    const { listedAt } = matched.parcel;
    const listed = listedAt === null ? [] : [toldBy("status-api", after, listedAt)];
    return planted(matched, added(matched, after, ...listed), wire.status);
  },

  parcel_missing_in_new(matched) {
    return planted(matched, without(matched.parcel, new Set(ofNewSide(matched.parcel))), null);
  },

  parcel_missing_in_legacy(matched) {
    const newSide = new Set(ofNewSide(matched.parcel));
    const legacy = matched.parcel.observations.filter((observation) => !newSide.has(observation));
    return planted(matched, without(matched.parcel, new Set(legacy)), null);
  },

  unmapped_code(matched) {
    const pair = middleOf(matched);
    if (pair === undefined) return undefined;
    return planted(
      matched,
      withChanged(matched.parcel, observationsOf(pair.legacy), (one) => ({ ...one, code: UNKNOWN_CODE })),
      UNKNOWN_CODE,
    );
  },

  unknown_status(matched) {
    const pair = middleOf(matched);
    if (pair === undefined) return undefined;
    return planted(
      matched,
      withChanged(matched.parcel, observationsOf(pair.newSide), (one) => ({ ...one, code: UNKNOWN_CODE })),
      UNKNOWN_CODE,
    );
  },

  push_missed(matched) {
    const { parcel, moment } = matched;
    const pair = matched.pairs[0];
    if (pair === undefined) return undefined;
    const customer = customerNumberOf(parcel.observations) ?? UNKNOWN_CODE;
    const unpushed = observationsOf(pair.newSide);
    const told = new Set([...unpushed].filter(({ channel }) => channel === "webhook"));
    const hasListing = told.size < unpushed.size;
    const rest = hasListing
      ? without(parcel, told)
      : withChanged(parcel, told, (one) => toldBy("status-api", one, parcel.listedAt));
    const named = withChanged(rest, new Set(ofNewSide(rest)), (one) => ({
      ...one,
      details: { ...one.details, customerNumber: one.details.customerNumber ?? customer },
    }));
    // For this customer and moment the webhook was in use.
    const { toleranceMs } = matched.settings;
    const [firstAt, lastAt] = [pair.newSide.at - toleranceMs, pair.newSide.at + toleranceMs];
    const deliveries = new Map([[customer, { firstAt, lastAt }]]);
    const onlyThis = { ...moment, progress: { ...moment.progress, deliveries } };
    return { parcel: named, moment: onlyThis, subject: pair.newSide.status };
  },

  pull_missed(matched) {
    const { parcel, settings, pairs } = matched;
    const pair = pairs.find(({ newSide }) =>
      [...observationsOf(newSide)].some(({ channel }) => channel === "webhook"),
    );
    if (pair === undefined) return undefined;
    const left = observationsOf(pair.newSide);
    const latest = Math.max(...pairs.map(({ newSide }) => newSide.at));
    const listedAt = Math.max(latest + settings.settleMs.new, parcel.listedAt ?? 0);
    const observations = parcel.observations.flatMap((one): Observation[] => {
      if (one.channel === "status-api") return left.has(one) ? [] : [{ ...one, lastListedAt: listedAt }];
      if (one.channel === "webhook" && !left.has(one)) return [one, toldBy("status-api", one, listedAt)];
      return [one];
    });
    return planted(matched, { ...parcel, observations, listedAt }, pair.newSide.status);
  },

  duplicate_push(matched) {
    const push = matched.parcel.observations.find(
      ({ channel, code }) => channel === "webhook" && matched.tables.wireCodes.webhook.has(code),
    );
    if (push === undefined) return undefined;
    const again = { ...push, identity: `${push.identity} again` };
    return planted(matched, added(matched, again), matched.tables.wireCodes.webhook.get(push.code) ?? null);
  },

  detail_mismatch(matched) {
    const [pair] = matched.pairs;
    if (pair === undefined) return undefined;
    const legacy = observationsOf(pair.legacy);
    const both = legacy.union(observationsOf(pair.newSide));
    const parcel = withChanged(matched.parcel, both, (one) => ({
      ...one,
      details: {
        ...one.details,
        reference: legacy.has(one) ? `${UNKNOWN_CODE} legacy` : `${UNKNOWN_CODE} new`,
      },
    }));
    return planted(matched, parcel, pair.legacy.status);
  },
};

const MAY_FOLLOW: ReadonlySet<string> = new Set(["returning", "returned", "lost", "damaged"]);

function planted({ moment }: MatchedParcel, parcel: Planted["parcel"], subject: string | null): Planted {
  return { parcel, moment, subject };
}

/** A pair with others around it, where there are any: what is taken away there leaves both sides with something to say. */
function middleOf({ pairs }: MatchedParcel): EpisodePair | undefined {
  return pairs.length < 2 ? undefined : pairs[Math.floor((pairs.length - 1) / 2)];
}

function indexOf({ pairs }: MatchedParcel, pair: EpisodePair): number {
  return pairs.indexOf(pair);
}

function farOf({ settings }: MatchedParcel): number {
  return Math.min(AWAY * settings.toleranceMs + HOUR_MS, settings.maxWaitMs / 2);
}

/** How long after an episode of the new side nothing else happens on either side. */
function roomAfter({ pairs }: MatchedParcel, pair: EpisodePair): number {
  const next = pairs.filter((one) => one.newSide.at > pair.newSide.at || one.legacy.at > pair.legacy.at);
  const begins = Math.min(Infinity, ...next.flatMap(({ legacy, newSide }) => [legacy.at, newSide.at]));
  return begins - endOf(pair);
}

function endOf({ legacy, newSide }: EpisodePair): number {
  return Math.max(...[...observationsOf(newSide), ...observationsOf(legacy)].map(({ at }) => at));
}

function shift({ parcel }: MatchedParcel, pair: EpisodePair, by: number): Planted["parcel"] {
  return withChanged(parcel, observationsOf(pair.newSide), (one) => ({ ...one, at: one.at + by }));
}

function added({ parcel }: MatchedParcel, ...more: readonly Observation[]): Planted["parcel"] {
  return { ...parcel, observations: [...parcel.observations, ...more] };
}

/** Gives the new side another status; a final one at the end, where `isFinal`. */
function plantStatus(matched: MatchedParcel, isFinal: boolean): Planted | undefined {
  const { pairs, parcel } = matched;
  const index = isFinal ? pairs.length - 1 : pairs.findIndex(({ legacy }) => !legacy.final);
  const pair = pairs[index];
  const witness = pair?.newSide.observations[0]?.witnesses[0];
  if (pair === undefined || witness === undefined) return undefined;
  const wire = findWireCode(matched, witness.channel, index, (status, statuses) => {
    return statuses.get(status)?.final === isFinal;
  });
  if (wire === undefined) return undefined;
  const changed = withChanged(parcel, observationsOf(pair.newSide), (one) => ({ ...one, code: wire.code }));
  return planted(matched, changed, `${pair.legacy.status}>${wire.status}`);
}
