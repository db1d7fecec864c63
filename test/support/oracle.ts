import type { Channel, Side } from "../../src/domain/channel.ts";
import { CHANNELS_OF, otherSide, sideOf } from "../../src/domain/channel.ts";
import type { FindingKind, PendingReason, Severity } from "../../src/domain/finding.ts";
import type { DetailField, Observation } from "../../src/domain/observation.ts";
import { compareObservations, compareText } from "../../src/domain/observation.ts";
import type { EpisodeTally } from "../../src/domain/verdict.ts";
import type { MappingTables } from "../../src/mapping/translate.ts";
import { translate } from "../../src/mapping/translate.ts";
import type { ParcelObservations } from "../../src/reconcile/parcel-observations.ts";
import type { ReconcileSettings } from "../../src/reconcile/settings.ts";
import type { Moment } from "../../src/reconcile/settle.ts";

/** What the specification says of a finding. Instants are UTC epoch milliseconds. */
export interface ExpectedFinding {
  readonly kind: FindingKind;
  readonly severity: Severity;
  readonly status: string | null;
  readonly legacyStatus: string | null;
  readonly newStatus: string | null;
  readonly code: string | null;
  readonly field: string | null;
  readonly deltaSeconds: number | null;
  readonly state: "open" | "pending";
  readonly pendingReason: PendingReason | null;
  /** Until when it is pending; `null` for an open one. */
  readonly pendingUntil: number | null;
  readonly legacyEpisodes: number;
  readonly newEpisodes: number;
}

export interface ExpectedOutcome {
  readonly findings: readonly ExpectedFinding[];
  readonly tally: Readonly<Record<Side, EpisodeTally>>;
  /** `code → status`, once per episode that a code explains; sorted. */
  readonly explained: readonly string[];
}

/** Positions in two lists that belong together. */
export type Pair = readonly [first: number, second: number];

interface Seen {
  readonly status: string;
  readonly at: number;
  readonly laterAt: number | null;
  readonly witnesses: readonly Observation[];
}

interface Stretch {
  readonly status: string;
  readonly rank: number;
  readonly final: boolean;
  readonly at: number;
  readonly laterAt: number | null;
  readonly seen: readonly Seen[];
}

interface Tiers {
  readonly legacy: readonly Stretch[];
  readonly newSide: readonly Stretch[];
  readonly agreed: readonly Pair[];
  readonly conflicting: readonly Pair[];
  readonly elsewhere: readonly Pair[];
  readonly loneLegacy: readonly number[];
  readonly loneNew: readonly number[];
}

interface Wait {
  readonly pendingReason: PendingReason | null;
  readonly pendingUntil: number | null;
}

const NO_WAIT: Wait = { pendingReason: null, pendingUntil: null };

const NOT_STRANGE_AFTER_FINAL = ["returning", "returned", "lost", "damaged"];

const COMPARED: readonly DetailField[] = [
  "reference",
  "customerNumber",
  "customerCode",
  "mainBarcode",
  "location",
];

/**
 * The best assignment of a first list to a second one, by trying every one:
 * the most pairs, then the least sum of distances, then the earliest, which
 * is the smallest list of positions. Sorted by position.
 *
 * @param distance between two positions; `null` where they may not be paired
 */
export function assignByTrying(
  firsts: number,
  seconds: number,
  distance: (first: number, second: number) => number | null,
): Pair[] {
  let best: { pairs: readonly Pair[]; total: number } = { pairs: [], total: 0 };
  const tryFrom = (first: number, pairs: readonly Pair[], total: number, taken: ReadonlySet<number>) => {
    if (first === firsts) {
      if (isBetter(pairs, total, best.pairs, best.total)) best = { pairs, total };
      return;
    }
    tryFrom(first + 1, pairs, total, taken);
    for (let second = 0; second < seconds; second += 1) {
      const apart = distance(first, second);
      if (taken.has(second) || apart === null) continue;
      tryFrom(first + 1, [...pairs, [first, second]], total + apart, new Set([...taken, second]));
    }
  };
  tryFrom(0, [], 0, new Set());
  return [...best.pairs];
}

function isBetter(pairs: readonly Pair[], total: number, than: readonly Pair[], thanTotal: number): boolean {
  if (pairs.length !== than.length) return pairs.length > than.length;
  if (total !== thanTotal) return total < thanTotal;
  for (const [i, [first, second]] of pairs.entries()) {
    const [otherFirst, otherSecond] = than[i]!;
    if (first !== otherFirst) return first < otherFirst;
    if (second !== otherSecond) return second < otherSecond;
  }
  return false;
}

/**
 * Judges one parcel as the specification tells it, slowly: every assignment
 * is tried. For parcels of up to six episodes a side.
 */
export function judgeSlowly(
  parcel: ParcelObservations,
  tables: MappingTables,
  settings: ReconcileSettings,
  moment: Moment,
): ExpectedOutcome {
  const { observations } = parcel;
  // A notice says nothing about when anything happened.
  const telling = observations.filter(
    ({ channel, code, at }) => translate(channel, code, at, tables).kind !== "notice",
  );
  const grain = Math.max(SECOND, ...telling.map(({ precisionMs }) => precisionMs));
  const apart = (a: number, b: number) =>
    Math.abs(Math.floor(a / grain) * grain - Math.floor(b / grain) * grain);
  const seen = {
    legacy: uniteAll("legacy", observations, tables),
    new: uniteAll("new", observations, tables),
  };
  const tiers = runTiersAndSplit(seen, tables, settings, apart);
  const codes = explain(tiers, observations, tables, settings, apart);
  const findings = [
    ...findPairs(tiers, settings, moment, grain),
    ...findLone(tiers, codes, parcel, settings, moment),
    ...findCodes(observations, tables),
    ...findPushMissed(tiers, parcel, settings, moment),
    ...findPullMissed(tiers, parcel, settings),
    ...findDuplicates(observations, tables),
    ...findDetails(tiers),
  ];
  return {
    findings: findings.toSorted((a, b) => compareText(JSON.stringify(a), JSON.stringify(b))),
    tally: {
      legacy: countEpisodes(tiers.legacy.length, tiers, tiers.loneLegacy, codes.explainedLegacy),
      new: countEpisodes(tiers.newSide.length, tiers, tiers.loneNew, codes.explainedNew),
    },
    explained: codes.texts.toSorted(compareText),
  };
}

const SECOND = 1000;

function countEpisodes(
  episodes: number,
  tiers: Tiers,
  lone: readonly number[],
  explained: ReadonlySet<number>,
) {
  return {
    episodes,
    agreed: tiers.agreed.length,
    differing: tiers.conflicting.length + tiers.elsewhere.length,
    explained: explained.size,
    lone: lone.length - explained.size,
  };
}

/** Section 1: the channels of one side are united, and what has a status is put in order. */
function uniteAll(side: Side, observations: readonly Observation[], tables: MappingTables): Seen[] {
  const statusOf = (observation: Observation) => {
    const said = translate(observation.channel, observation.code, observation.at, tables);
    return said.kind === "status" ? said.status : null;
  };
  const ours = observations.filter(({ channel }) => sideOf(channel) === side);
  const statuses = new Set(ours.map(statusOf).filter((status) => status !== null));
  return [...statuses].flatMap((status) =>
    unite(
      side,
      ours.filter((observation) => statusOf(observation) === status),
    ).map((witnesses) => ({
      status,
      at: witnesses[0]!.at,
      laterAt: witnesses[0]!.laterAt,
      witnesses,
    })),
  );
}

/** Pairs what the two channels of a side say of one thing; the main channel's witness comes first. */
function unite(side: Side, observations: readonly Observation[]): Observation[][] {
  const [main, second] = CHANNELS_OF[side];
  const of = (wanted: Channel) =>
    observations.filter(({ channel }) => channel === wanted).toSorted(compareObservations);
  const mains = of(main);
  const seconds = of(second);
  const pairs = assignByTrying(mains.length, seconds.length, (i, j) => {
    const limit = Math.max(SECOND, mains[i]!.precisionMs, seconds[j]!.precisionMs);
    const apart = Math.abs(mains[i]!.at - seconds[j]!.at);
    return apart <= limit ? apart : null;
  });
  const united = mains.map((observation, i) => {
    const pair = pairs.find(([first]) => first === i);
    return pair === undefined ? [observation] : [observation, seconds[pair[1]]!];
  });
  const left = seconds.filter((_, j) => pairs.every(([, taken]) => taken !== j));
  return [...united, ...left.map((observation) => [observation])];
}

/** Section 1: consecutive observations with the same status. */
function toStretches(seen: readonly Seen[], tables: MappingTables): Stretch[] {
  const rankOf = (status: string) => tables.statuses.get(status)!.rank;
  const ordered = seen.toSorted(
    (a, b) =>
      a.at - b.at ||
      rankOf(a.status) - rankOf(b.status) ||
      compareText(a.status, b.status) ||
      compareObservations(a.witnesses[0]!, b.witnesses[0]!),
  );
  const stretches: Seen[][] = [];
  for (const one of ordered) {
    const last = stretches.at(-1);
    if (last !== undefined && last[0]?.status === one.status) last.push(one);
    else stretches.push([one]);
  }
  return stretches.map((members) => toStretch(members, tables));
}

function toStretch(seen: readonly Seen[], tables: MappingTables): Stretch {
  const { status, at, laterAt } = seen[0]!;
  const { rank, final } = tables.statuses.get(status)!;
  return { status, rank, final, at, laterAt, seen };
}

type Apart = (a: number, b: number) => number;

/**
 * Section 2, the tiers with what may send them round again: the later instant
 * of a repeated local time once, and the Law's splits for as long as one
 * brings another agreement.
 */
function runTiersAndSplit(
  seen: Readonly<Record<Side, readonly Seen[]>>,
  tables: MappingTables,
  settings: ReconcileSettings,
  apart: Apart,
): Tiers {
  const newSide = toStretches(seen.new, tables);
  const first = runTiers(toStretches(seen.legacy, tables), newSide, settings, apart);
  const chosen = new Map<Seen, number>();
  for (const [i, j] of first.agreed) {
    const { at, laterAt, seen: members } = first.legacy[i]!;
    const then = first.newSide[j]!.at;
    if (laterAt !== null && apart(laterAt, then) < apart(at, then)) chosen.set(members[0]!, laterAt);
  }
  const fixed = seen.legacy.map((one) => ({ ...one, at: chosen.get(one) ?? one.at, laterAt: null }));
  let tiers = runTiers(toStretches(fixed, tables), newSide, settings, apart);
  for (;;) {
    const better = findSplit(tiers, tables, settings, apart);
    if (better === undefined) return tiers;
    tiers = better;
  }
}

function runTiers(
  legacy: readonly Stretch[],
  newSide: readonly Stretch[],
  settings: ReconcileSettings,
  apart: Apart,
): Tiers {
  const loneLegacy = new Set(legacy.keys());
  const loneNew = new Set(newSide.keys());
  const tier = (distance: (a: Stretch, b: Stretch) => number | null): Pair[] => {
    const lefts = [...loneLegacy];
    const rights = [...loneNew];
    const pairs = assignByTrying(lefts.length, rights.length, (i, j) =>
      distance(legacy[lefts[i]!]!, newSide[rights[j]!]!),
    ).map(([i, j]): Pair => [lefts[i]!, rights[j]!]);
    for (const [i, j] of pairs) {
      loneLegacy.delete(i);
      loneNew.delete(j);
    }
    return pairs;
  };
  const within = (limit: number, distance: number) => (distance <= limit ? distance : null);
  const agreed = tier((a, b) => {
    if (a.status !== b.status) return null;
    const either = [a.at, ...(a.laterAt === null ? [] : [a.laterAt])].map((at) => apart(at, b.at));
    return within(settings.toleranceMs, Math.min(...either));
  });
  const conflicting = tier((a, b) =>
    a.status === b.status ? null : within(settings.toleranceMs, apart(a.at, b.at)),
  );
  const elsewhere = tier((a, b) =>
    a.status === b.status ? within(settings.maxWaitMs, apart(a.at, b.at)) : null,
  );
  return {
    legacy,
    newSide,
    agreed,
    conflicting,
    elsewhere,
    loneLegacy: [...loneLegacy],
    loneNew: [...loneNew],
  };
}

/**
 * The Law: an episode of one side that spans two of the other, parted there by
 * a lone one, is split where the second begins, if that brings another
 * agreement. Of several splits the one that leaves the best agreement is made:
 * the most pairs, then the least distance, then the first tried.
 *
 * Episodes of one status within the tolerance are interchangeable: the parting
 * one counts as lone when any of its status is left without an equal.
 */
function findSplit(
  tiers: Tiers,
  tables: MappingTables,
  settings: ReconcileSettings,
  apart: Apart,
): Tiers | undefined {
  const tries = [
    ...splitsOf(
      tiers.newSide,
      tiers.legacy,
      new Set(tiers.agreed.map(([i]) => i)),
      tables,
      settings,
      apart,
    ).map((newSide) => runTiers(tiers.legacy, newSide, settings, apart)),
    ...splitsOf(
      tiers.legacy,
      tiers.newSide,
      new Set(tiers.agreed.map(([, j]) => j)),
      tables,
      settings,
      apart,
    ).map((legacy) => runTiers(legacy, tiers.newSide, settings, apart)),
  ].filter(({ agreed }) => agreed.length > tiers.agreed.length);
  const total = ({ agreed, legacy, newSide }: Tiers) =>
    agreed.reduce((sum, [i, j]) => sum + apart(legacy[i]!.at, newSide[j]!.at), 0);
  return tries.toSorted((a, b) => b.agreed.length - a.agreed.length || total(a) - total(b))[0];
}

/** Every way to split one of `ours` where it spans two of `theirs`. */
function splitsOf(
  ours: readonly Stretch[],
  theirs: readonly Stretch[],
  agreed: ReadonlySet<number>,
  tables: MappingTables,
  settings: ReconcileSettings,
  apart: Apart,
): Stretch[][] {
  const isNear = (a: number, b: number) => apart(a, b) <= settings.toleranceMs;
  const lone = new Set(theirs.filter((_, j) => !agreed.has(j)).map(({ status }) => status));
  const splits: Stretch[][] = [];
  for (const [j, second] of theirs.entries()) {
    const i = theirs.findLastIndex(({ status }, position) => position < j && status === second.status);
    const first = theirs[i];
    if (first === undefined || !theirs.slice(i + 1, j).some(({ status }) => lone.has(status))) continue;
    for (const [position, spanning] of ours.entries()) {
      const spansFirst = spanning.at <= first.at || isNear(spanning.at, first.at);
      if (spanning.status !== first.status || !spansFirst) continue;
      const [begins] = [...spanning.seen.keys()]
        .slice(1)
        .filter((k) => isNear(spanning.seen[k]!.at, second.at))
        .toSorted((k, l) => apart(spanning.seen[k]!.at, second.at) - apart(spanning.seen[l]!.at, second.at));
      if (begins === undefined) continue;
      splits.push([
        ...ours.slice(0, position),
        toStretch(spanning.seen.slice(0, begins), tables),
        toStretch(spanning.seen.slice(begins), tables),
        ...ours.slice(position + 1),
      ]);
    }
  }
  return splits;
}

interface Explanations {
  readonly explainedLegacy: ReadonlySet<number>;
  readonly explainedNew: ReadonlySet<number>;
  readonly texts: readonly string[];
}

/** Section 3: each sighting of a code without a status explains at most one lone episode of the other side. */
function explain(
  tiers: Tiers,
  observations: readonly Observation[],
  tables: MappingTables,
  settings: ReconcileSettings,
  apart: Apart,
): Explanations {
  const texts: string[] = [];
  const explainFrom = (side: Side, stretches: readonly Stretch[], lone: readonly number[]) => {
    const sightings = toSightings(side, observations, tables);
    const pairs = assignByTrying(sightings.length, lone.length, (i, j) => {
      const distance = apart(sightings[i]!.at, stretches[lone[j]!]!.at);
      return distance <= settings.toleranceMs ? distance : null;
    });
    for (const [i, j] of pairs) texts.push(`${sightings[i]!.code} → ${stretches[lone[j]!]!.status}`);
    return new Set(pairs.map(([, j]) => lone[j]!));
  };
  return {
    explainedNew: explainFrom("legacy", tiers.newSide, tiers.loneNew),
    explainedLegacy: explainFrom("new", tiers.legacy, tiers.loneLegacy),
    texts,
  };
}

/** When a side showed codes that say nothing to us; one code within a second (or the unit of the times) is one sighting. */
function toSightings(side: Side, observations: readonly Observation[], tables: MappingTables): Observation[] {
  const strange = observations.filter(
    (observation) => sideOf(observation.channel) === side && isStrange(observation, tables),
  );
  const sightings: Observation[] = [];
  for (const one of strange.toSorted(compareObservations)) {
    const isSame = ({ code, at, precisionMs }: Observation) =>
      code === one.code && one.at - at <= Math.max(SECOND, precisionMs, one.precisionMs);
    if (!sightings.some(isSame)) sightings.push(one);
  }
  return sightings;
}

function isStrange({ channel, code, at }: Observation, tables: MappingTables): boolean {
  const { kind } = translate(channel, code, at, tables);
  return kind === "unmapped" || kind === "unknown";
}

/** Section 4: what happened at `at` waits for `side` to have spoken. */
function waitFor(side: Side, at: number, settings: ReconcileSettings, { now, progress }: Moment): Wait {
  const settles = at + settings.settleMs[side];
  if (now < settles) return { pendingReason: "not_settled", pendingUntil: settles };
  const watermark = progress.watermarks[side];
  if (watermark !== null && watermark >= settles) return NO_WAIT;
  const atLast = at + settings.maxWaitMs;
  return now >= atLast ? NO_WAIT : { pendingReason: "feed_silent", pendingUntil: atLast };
}

/** A pair waits for both; silence is its reason only where time is not. */
function waitForBoth(a: Wait, b: Wait): Wait {
  const waits = [a, b].filter(({ pendingReason }) => pendingReason !== null);
  if (waits.length === 0) return NO_WAIT;
  const early = waits.filter(({ pendingReason }) => pendingReason === "not_settled");
  const told = early.length > 0 ? early : waits;
  return {
    pendingReason: early.length > 0 ? "not_settled" : "feed_silent",
    pendingUntil: Math.max(...told.map(({ pendingUntil }) => pendingUntil!)),
  };
}

/** Section 5, without the settings' own wishes. */
function severityIn(kind: FindingKind, isFinal: boolean): Severity {
  switch (kind) {
    case "final_conflict":
    case "parcel_missing_in_new":
    case "parcel_missing_in_legacy":
      return "critical";
    case "missing_in_new":
    case "missing_in_legacy":
      return isFinal ? "critical" : "high";
    case "status_mismatch":
    case "unknown_status":
    case "status_after_final":
      return "high";
    case "unmapped_code":
    case "time_mismatch":
    case "order_mismatch":
    case "push_missed":
    case "pull_missed":
      return "medium";
    case "detail_mismatch":
    case "duplicate_push":
      return "low";
  }
}

function expect(
  kind: FindingKind,
  wait: Wait,
  fields: Partial<ExpectedFinding>,
  isFinal = false,
): ExpectedFinding {
  return {
    kind,
    severity: severityIn(kind, isFinal),
    status: null,
    legacyStatus: null,
    newStatus: null,
    code: null,
    field: null,
    deltaSeconds: null,
    state: wait.pendingReason === null ? "open" : "pending",
    legacyEpisodes: 0,
    newEpisodes: 0,
    ...wait,
    ...fields,
  };
}

function findPairs(
  tiers: Tiers,
  settings: ReconcileSettings,
  moment: Moment,
  grain: number,
): ExpectedFinding[] {
  const one = { legacyEpisodes: 1, newEpisodes: 1 };
  const waitOf = (a: Stretch, b: Stretch) =>
    waitForBoth(waitFor("new", a.at, settings, moment), waitFor("legacy", b.at, settings, moment));
  const conflicting = tiers.conflicting.map(([i, j]) => {
    const a = tiers.legacy[i]!;
    const b = tiers.newSide[j]!;
    return expect(a.final || b.final ? "final_conflict" : "status_mismatch", waitOf(a, b), {
      ...one,
      legacyStatus: a.status,
      newStatus: b.status,
    });
  });
  const order = (a: number, b: number) => Math.sign(Math.floor(a / grain) - Math.floor(b / grain));
  const elsewhere = tiers.elsewhere.map(([i, j]) => {
    const a = tiers.legacy[i]!;
    const b = tiers.newSide[j]!;
    const crosses = tiers.agreed.some(([k, l]) => {
      const inLegacy = order(a.at, tiers.legacy[k]!.at);
      const inNew = order(b.at, tiers.newSide[l]!.at);
      return inLegacy * inNew === -1;
    });
    if (crosses) return expect("order_mismatch", waitOf(a, b), { ...one, status: a.status });
    const deltaSeconds = Math.floor(b.at / SECOND) - Math.floor(a.at / SECOND);
    return expect("time_mismatch", waitOf(a, b), { ...one, status: a.status, deltaSeconds });
  });
  return [...conflicting, ...elsewhere];
}

function findLone(
  tiers: Tiers,
  codes: Explanations,
  { observations }: ParcelObservations,
  settings: ReconcileSettings,
  moment: Moment,
): ExpectedFinding[] {
  return (["legacy", "new"] as const).flatMap((side) => {
    const stretches = side === "legacy" ? tiers.legacy : tiers.newSide;
    const lone = side === "legacy" ? tiers.loneLegacy : tiers.loneNew;
    const explained = side === "legacy" ? codes.explainedLegacy : codes.explainedNew;
    const count = side === "legacy" ? "legacyEpisodes" : "newEpisodes";
    const waitOf = ({ at }: Stretch) => waitFor(otherSide(side), at, settings, moment);
    if (stretches.length > 0 && observations.every(({ channel }) => sideOf(channel) === side)) {
      const kind = side === "legacy" ? "parcel_missing_in_new" : "parcel_missing_in_legacy";
      return [expect(kind, waitOf(stretches[0]!), { [count]: stretches.length })];
    }
    return lone
      .filter((i) => !explained.has(i))
      .map((i) => {
        const { status, final } = stretches[i]!;
        const isAfterFinal =
          side === "new" &&
          !NOT_STRANGE_AFTER_FINAL.includes(status) &&
          stretches.slice(0, i).some((earlier) => earlier.final);
        const kind =
          side === "legacy" ? "missing_in_new" : isAfterFinal ? "status_after_final" : "missing_in_legacy";
        return expect(kind, waitOf(stretches[i]!), { status, [count]: 1 }, final);
      });
  });
}

function findCodes(observations: readonly Observation[], tables: MappingTables): ExpectedFinding[] {
  return (["legacy", "new"] as const).flatMap((side) => {
    const codes = new Set(toSightings(side, observations, tables).map(({ code }) => code));
    const kind = side === "legacy" ? "unmapped_code" : "unknown_status";
    return [...codes].map((code) => expect(kind, NO_WAIT, { code }));
  });
}

function isWitnessed({ seen }: Stretch, holds: (observation: Observation) => boolean): boolean {
  return seen.some(({ witnesses }) => witnesses.some(holds));
}

function findPushMissed(
  { newSide }: Tiers,
  { observations }: ParcelObservations,
  settings: ReconcileSettings,
  moment: Moment,
): ExpectedFinding[] {
  const numbers = observations.map(({ details }) => details.customerNumber).filter((text) => text !== null);
  const [number] = numbers;
  if (number === undefined) return [];
  const inUse = settings.webhookInUse[number] ?? moment.progress.deliveries.get(number);
  if (inUse === undefined) return [];
  return newSide
    .filter((stretch) => !isWitnessed(stretch, ({ channel }) => channel === "webhook"))
    .filter(({ at }) => inUse.firstAt <= at && at <= inUse.lastAt)
    .map(({ status, at }) => expect("push_missed", waitFor("new", at, settings, moment), { status }));
}

function findPullMissed(
  { newSide }: Tiers,
  { listedAt }: ParcelObservations,
  settings: ReconcileSettings,
): ExpectedFinding[] {
  if (listedAt === null) return [];
  return newSide
    .filter((stretch) => isWitnessed(stretch, ({ channel }) => channel === "webhook"))
    .filter(({ at }) => listedAt >= at + settings.settleMs.new)
    .filter(
      (stretch) =>
        !isWitnessed(
          stretch,
          ({ channel, lastListedAt }) => channel === "status-api" && lastListedAt === listedAt,
        ),
    )
    .map(({ status }) => expect("pull_missed", NO_WAIT, { status }));
}

function findDuplicates(observations: readonly Observation[], tables: MappingTables): ExpectedFinding[] {
  const pushes = observations
    .filter(({ channel }) => channel === "webhook")
    .flatMap((observation) => {
      const said = translate("webhook", observation.code, observation.at, tables);
      return said.kind === "status" ? [{ status: said.status, at: observation.at }] : [];
    });
  const statuses = new Set(pushes.map(({ status }) => status));
  return [...statuses].flatMap((status) => {
    const times = pushes
      .filter((one) => one.status === status)
      .map(({ at }) => at)
      .toSorted((a, b) => a - b);
    const groups: number[][] = [];
    for (const at of times) {
      const last = groups.at(-1);
      if (last !== undefined && at - last[0]! <= SECOND) last.push(at);
      else groups.push([at]);
    }
    return groups.filter(({ length }) => length > 1).map(() => expect("duplicate_push", NO_WAIT, { status }));
  });
}

function findDetails({ agreed, legacy, newSide }: Tiers): ExpectedFinding[] {
  const firstToFill = ({ seen }: Stretch, field: DetailField) =>
    seen
      .flatMap(({ witnesses }) => witnesses)
      .map(({ details }) => details[field])
      .find((text) => text !== null);
  return agreed.flatMap(([i, j]) =>
    COMPARED.filter((field) => {
      const ours = firstToFill(legacy[i]!, field);
      const theirs = firstToFill(newSide[j]!, field);
      return ours !== undefined && theirs !== undefined && ours !== theirs;
    }).map((field) => expect("detail_mismatch", NO_WAIT, { status: legacy[i]!.status, field })),
  );
}
