import type { StatusTable } from "../domain/status.ts";
import type { PositionPair } from "./assign.ts";
import { assignByEither, assignByTime } from "./assign.ts";
import type { Episode, UnitedObservation } from "./episode.ts";
import { buildEpisodes, splitEpisode } from "./episode.ts";

/** A legacy and a new episode that belong together. */
export interface EpisodePair {
  readonly legacy: Episode;
  readonly newSide: Episode;
}

/** Every episode of a parcel in exactly one place. */
export interface Pairing {
  /** After splitting, in order. */
  readonly legacy: readonly Episode[];
  readonly newSide: readonly Episode[];
  /** Tier 1: same status at the same moment. */
  readonly agreed: readonly EpisodePair[];
  /** Tier 2: different status at the same moment. */
  readonly conflicting: readonly EpisodePair[];
  /** Tier 3: same status at another moment, the order of the agreed pairs kept. */
  readonly moved: readonly EpisodePair[];
  /** Tier 3, crossing an agreed pair. */
  readonly crossed: readonly EpisodePair[];
  readonly loneLegacy: readonly Episode[];
  readonly loneNew: readonly Episode[];
}

/** How far apart is how far; see the README's *How it decides*. */
export interface PairingLimits {
  readonly toleranceMs: number;
  readonly maxWaitMs: number;
  /** The coarsest unit in which this parcel's times are written; both sides are compared in it. */
  readonly grainMs: number;
}

/**
 * Pairs the episodes of one parcel in tiers, exact anchors before tolerances;
 * in each tier the best assignment there is. The outcome depends on the
 * observations only, never on their order.
 *
 * A legacy local time of the repeated autumn hour stands for both its
 * instants: tier 1 accepts either, then the parcel's episodes are built anew
 * with the chosen instants.
 *
 * @param legacy the legacy side's observations, instants not chosen yet
 */
export function pairUp(
  legacy: readonly UnitedObservation[],
  newSide: readonly UnitedObservation[],
  statuses: StatusTable,
  limits: PairingLimits,
): Pairing {
  const newEpisodes = buildEpisodes("new", newSide, statuses);
  const pairWith = (chosen: readonly UnitedObservation[]): Pairing =>
    pairInTiers(buildEpisodes("legacy", chosen, statuses), newEpisodes, limits);
  if (legacy.every(({ laterAt }) => laterAt === null)) return pairWith(legacy);

  const later = chooseInstants(buildEpisodes("legacy", legacy, statuses), newEpisodes, limits);
  return tryLaterInstants(legacy, later, pairWith);
}

/** The observations that tier 1 wants at their later instant. */
function chooseInstants(
  legacy: readonly Episode[],
  newSide: readonly Episode[],
  limits: PairingLimits,
): Set<UnitedObservation> {
  const later = new Set<UnitedObservation>();
  for (const status of statusesOf(legacy)) {
    const ours = legacy.filter((episode) => episode.status === status);
    const theirs = newSide.filter((episode) => episode.status === status);
    const instants = ours.map((episode) => possibleStarts(episode).map((at) => toGrain(at, limits)));
    const pairs = assignByEither(instants, gridTimes(theirs, limits), limits.toleranceMs);
    for (const [i, j] of pairs) {
      const episode = ours[i] as Episode;
      const partnerAt = toGrain((theirs[j] as Episode).at, limits);
      const start = nearest(possibleStarts(episode), (at) => Math.abs(toGrain(at, limits) - partnerAt));
      for (const observation of episode.observations) {
        if (observation.laterAt !== null && observation.at < start) later.add(observation);
      }
    }
  }
  return later;
}

/**
 * When an episode may have begun: at its first reading, or, as long as the
 * readings before are ambiguous and may have been an hour later, at a
 * following one.
 */
function possibleStarts(episode: Episode): number[] {
  const starts: number[] = [];
  let latest = Infinity;
  for (const { at, laterAt } of episode.observations) {
    if (at >= latest) break;
    starts.push(at);
    if (laterAt === null) return starts;
    latest = Math.min(latest, laterAt);
  }
  if (latest !== Infinity) starts.push(latest);
  return starts;
}

/**
 * Some readings of the repeated hour cannot be seen from their episode's start
 * (a scan that joined a neighbour, or parted one). Each is tried at its later
 * instant and kept there only where fewer episodes are left without an equal.
 */
function tryLaterInstants(
  legacy: readonly UnitedObservation[],
  firstChoice: ReadonlySet<UnitedObservation>,
  pairWith: (chosen: readonly UnitedObservation[]) => Pairing,
): Pairing {
  const fix = (later: ReadonlySet<UnitedObservation>): UnitedObservation[] =>
    legacy.map((observation) =>
      later.has(observation) && observation.laterAt !== null
        ? { ...observation, at: observation.laterAt, laterAt: null }
        : { ...observation, laterAt: null },
    );
  let later = firstChoice;
  let best = pairWith(fix(later));
  for (let better = true; better && withoutEqual(best) > 0; ) {
    better = false;
    for (const observation of legacy) {
      if (observation.laterAt === null) continue;
      const flipped = new Set(later);
      if (!flipped.delete(observation)) flipped.add(observation);
      const pairing = pairWith(fix(flipped));
      if (withoutEqual(pairing) < withoutEqual(best)) {
        later = flipped;
        best = pairing;
        better = true;
      }
    }
  }
  return best;
}

function withoutEqual({ legacy, newSide, agreed }: Pairing): number {
  return legacy.length + newSide.length - 2 * agreed.length;
}

/** The three tiers over episodes whose instants are settled. */
function pairInTiers(
  legacyAtFirst: readonly Episode[],
  newAtFirst: readonly Episode[],
  limits: PairingLimits,
): Pairing {
  let found: Agreement = {
    legacy: legacyAtFirst,
    newSide: newAtFirst,
    agreed: agree(legacyAtFirst, newAtFirst, limits),
  };
  // Each split brings one more agreed pair, so this ends.
  for (let better = findSplit(found, limits); better !== undefined; better = findSplit(found, limits))
    found = better;
  const { legacy, newSide, agreed } = found;

  let freeLegacy = without(
    legacy,
    agreed.map((pair) => pair.legacy),
  );
  let freeNew = without(
    newSide,
    agreed.map((pair) => pair.newSide),
  );
  const conflicting = toPairs(
    assignByTime(gridTimes(freeLegacy, limits), gridTimes(freeNew, limits), limits.toleranceMs),
    freeLegacy,
    freeNew,
  );
  freeLegacy = without(
    freeLegacy,
    conflicting.map((pair) => pair.legacy),
  );
  freeNew = without(
    freeNew,
    conflicting.map((pair) => pair.newSide),
  );

  const elsewhere = pairPerStatus(freeLegacy, freeNew, limits.maxWaitMs, limits);
  const isCrossing = (pair: EpisodePair): boolean => agreed.some((other) => crosses(pair, other, limits));
  return {
    legacy,
    newSide,
    agreed,
    conflicting,
    moved: elsewhere.filter((pair) => !isCrossing(pair)),
    crossed: elsewhere.filter(isCrossing),
    loneLegacy: without(
      freeLegacy,
      elsewhere.map((pair) => pair.legacy),
    ),
    loneNew: without(
      freeNew,
      elsewhere.map((pair) => pair.newSide),
    ),
  };
}

function agree(
  legacy: readonly Episode[],
  newSide: readonly Episode[],
  limits: PairingLimits,
): EpisodePair[] {
  return pairPerStatus(legacy, newSide, limits.toleranceMs, limits);
}

/** Best assignment within each status; pairs in the order of their legacy episodes. */
function pairPerStatus(
  legacy: readonly Episode[],
  newSide: readonly Episode[],
  limitMs: number,
  limits: PairingLimits,
): EpisodePair[] {
  if (legacy.length === 0 || newSide.length === 0) return [];
  const pairs: EpisodePair[] = [];
  for (const status of statusesOf(legacy)) {
    const ours = legacy.filter((episode) => episode.status === status);
    const theirs = newSide.filter((episode) => episode.status === status);
    if (theirs.length === 0) continue;
    pairs.push(
      ...toPairs(assignByTime(gridTimes(ours, limits), gridTimes(theirs, limits), limitMs), ours, theirs),
    );
  }
  return pairs.sort((a, b) => legacy.indexOf(a.legacy) - legacy.indexOf(b.legacy));
}

/** Episodes of both sides with the pairs that agree. */
interface Agreement {
  readonly legacy: readonly Episode[];
  readonly newSide: readonly Episode[];
  readonly agreed: readonly EpisodePair[];
}

/**
 * The law: one episode taken away from a matched parcel is one finding. Where
 * it stood between two of equal status, the side that lost it shows those two
 * as one episode that spans both. That one is split at the second's time, if
 * it has an observation there and this brings another agreement. Of several
 * splits the one with the best agreement is made: most pairs, then least |Δt|.
 */
function findSplit(found: Agreement, limits: PairingLimits): Agreement | undefined {
  const { legacy, newSide, agreed } = found;
  if (agreed.length === legacy.length && agreed.length === newSide.length) return undefined;
  const pairedLegacy = new Set(agreed.map((pair) => pair.legacy));
  const pairedNew = new Set(agreed.map((pair) => pair.newSide));
  let best: Agreement | undefined;
  const consider = (legacySide: readonly Episode[], ofNew: readonly Episode[]): void => {
    const again = { legacy: legacySide, newSide: ofNew, agreed: agree(legacySide, ofNew, limits) };
    if (again.agreed.length <= agreed.length) return;
    if (best === undefined || isBetterAgreement(again, best, limits)) best = again;
  };
  for (const split of splitsOf(newSide, legacy, pairedLegacy, limits)) consider(legacy, split);
  for (const split of splitsOf(legacy, newSide, pairedNew, limits)) consider(split, newSide);
  return best;
}

function isBetterAgreement(a: Agreement, b: Agreement, limits: PairingLimits): boolean {
  const apart = ({ agreed }: Agreement): number =>
    agreed.reduce(
      (sum, pair) => sum + Math.abs(toGrain(pair.legacy.at, limits) - toGrain(pair.newSide.at, limits)),
      0,
    );
  return a.agreed.length > b.agreed.length || (a.agreed.length === b.agreed.length && apart(a) < apart(b));
}

/**
 * Every way to split one episode of `side` that spans two of the other side.
 * Those two must be parted there by a lone one; within the tolerance episodes
 * of one status are interchangeable, so it is enough that one of the parting
 * status is left without an equal.
 */
function splitsOf(
  side: readonly Episode[],
  other: readonly Episode[],
  paired: ReadonlySet<Episode>,
  limits: PairingLimits,
): Episode[][] {
  const lone = statusesOf(other.filter((episode) => !paired.has(episode)));
  const splits: Episode[][] = [];
  for (const [secondAt, second] of other.entries()) {
    const firstAt = other.slice(0, secondAt).findLastIndex(({ status }) => status === second.status);
    const first = other[firstAt];
    if (first === undefined || !other.slice(firstAt + 1, secondAt).some(({ status }) => lone.has(status)))
      continue;
    for (const [position, spanning] of side.entries()) {
      if (spanning.status !== second.status) continue;
      if (toGrain(spanning.at, limits) - limits.toleranceMs > toGrain(first.at, limits)) continue;
      const from = observationNear(spanning, second.at, limits);
      if (from === undefined) continue;
      splits.push([...side.slice(0, position), ...splitEpisode(spanning, from), ...side.slice(position + 1)]);
    }
  }
  return splits;
}

/** Position (1 or more) of the episode's observation nearest to `at`, within the tolerance; the earliest of equals. */
function observationNear(episode: Episode, at: number, limits: PairingLimits): number | undefined {
  let found: number | undefined;
  let foundGap = Infinity;
  for (let i = 1; i < episode.observations.length; i += 1) {
    const gap = Math.abs(
      toGrain((episode.observations[i] as UnitedObservation).at, limits) - toGrain(at, limits),
    );
    if (gap <= limits.toleranceMs && gap < foundGap) {
      found = i;
      foundGap = gap;
    }
  }
  return found;
}

/** Whether two pairs stand in opposite orders on the two sides. Equal times state no order. */
function crosses(pair: EpisodePair, other: EpisodePair, limits: PairingLimits): boolean {
  const legacyOrder = Math.sign(toGrain(pair.legacy.at, limits) - toGrain(other.legacy.at, limits));
  const newOrder = Math.sign(toGrain(pair.newSide.at, limits) - toGrain(other.newSide.at, limits));
  return legacyOrder * newOrder < 0;
}

function statusesOf(episodes: readonly Episode[]): Set<string> {
  return new Set(episodes.map(({ status }) => status));
}

/** Times in the coarser unit of the two sides, so that rounding is never a difference. */
function gridTimes(episodes: readonly Episode[], limits: PairingLimits): number[] {
  return episodes.map(({ at }) => toGrain(at, limits));
}

function toGrain(at: number, { grainMs }: PairingLimits): number {
  return Math.floor(at / grainMs) * grainMs;
}

function toPairs(
  positions: readonly PositionPair[],
  legacy: readonly Episode[],
  newSide: readonly Episode[],
): EpisodePair[] {
  return positions.map(([i, j]) => ({ legacy: legacy[i] as Episode, newSide: newSide[j] as Episode }));
}

function without(episodes: readonly Episode[], taken: readonly Episode[]): readonly Episode[] {
  return taken.length === 0 ? episodes : episodes.filter((episode) => !taken.includes(episode));
}

function nearest(candidates: readonly number[], distance: (candidate: number) => number): number {
  return candidates.reduce((best, candidate) => (distance(candidate) < distance(best) ? candidate : best));
}
