import type { Channel } from "../../domain/channel.ts";
import { CHANNELS } from "../../domain/channel.ts";
import type { Finding } from "../../domain/finding.ts";
import type { Observation } from "../../domain/observation.ts";
import { compareText } from "../../domain/observation.ts";
import { customerNumberOf } from "../check-channels.ts";
import type { Episode } from "../episode.ts";
import type { ParcelEvaluation } from "../evaluate-parcel.ts";
import type { Notice } from "../notices.ts";

/** Where pairing put an episode; see `pair-episodes.ts`. */
export const PLACES = ["agreed", "conflicting", "moved", "crossed", "explained", "lone"] as const;
export type Place = (typeof PLACES)[number];

/** Whether an episode counts for or against a feed: `clean` ones agreed; `uncompared`: the old feed had ended. */
export const STANDINGS = ["clean", "open", "pending", "known", "explained", "uncompared"] as const;
export type Standing = (typeof STANDINGS)[number];

/** One episode, or a pair of them, as the statistics see it. */
export interface EpisodeFact {
  readonly place: Place;
  readonly standing: Standing;
  /** `null`: that side has no episode here. */
  readonly legacyStatus: string | null;
  readonly newStatus: string | null;
  /** The observation code with which the legacy episode begins. */
  readonly code: string | null;
  /** Further codes in the legacy episode. */
  readonly furtherCodes: readonly string[];
  /** When it happened by the legacy side, else by the new one; UTC epoch seconds. */
  readonly at: number;
  /** New minus legacy, in seconds; `null` where one side has none. */
  readonly delta: number | null;
  /** By channel, seconds from the event to its first receipt there; `null`: that channel did not report it. */
  readonly lags: Readonly<Record<Channel, number | null>>;
  /** Whether the second legacy channel had spoken of the parcel after it, so that both could have told of it. */
  readonly hadBothWitnesses: boolean;
}

/** What an evaluation leaves for the statistics of the whole store. */
export interface ParcelFacts {
  readonly customer: string | null;
  readonly product: string | null;
  /** The rules that hide findings of it, one for each finding. */
  readonly knownDifferences: readonly string[];
  readonly notices: readonly Notice[];
  /** In order of time. */
  readonly episodes: readonly EpisodeFact[];
}

/** @param findings of the parcel, after the evaluation */
export function toParcelFacts(
  { pairing, explanations, unexpected, notices }: ParcelEvaluation,
  findings: readonly Finding[],
  observations: readonly Observation[],
): ParcelFacts {
  const standings = readStandings(findings);
  const translated = explanations.flatMap((one) => one.explained);
  const explained = new Set([...unexpected, ...translated]);
  const uncompared = new Set<Episode>(unexpected);
  const knownCodes = new Set(findings.flatMap(({ state, code }) => (state === "known" ? [code] : [])));
  const hidden = new Set(explanations.flatMap((one) => (knownCodes.has(one.code) ? one.explained : [])));
  const apiSpokeAt = latestReceipt(observations, "legacy-api");
  const standingOf = (place: Place, legacy: Episode | null, newSide: Episode | null): Standing => {
    if (place === "agreed") return "clean";
    if (place !== "explained") return standings(legacy, newSide);
    const episode = legacy ?? newSide;
    if (episode !== null && uncompared.has(episode)) return "uncompared";
    return episode !== null && hidden.has(episode) ? "known" : "explained";
  };
  const toFact = (place: Place, legacy: Episode | null, newSide: Episode | null): EpisodeFact => ({
    place,
    standing: standingOf(place, legacy, newSide),
    legacyStatus: legacy?.status ?? null,
    newStatus: newSide?.status ?? null,
    ...codesOf(legacy),
    at: toSeconds(legacy?.at ?? newSide?.at ?? 0),
    delta: legacy === null || newSide === null ? null : toSeconds(newSide.at) - toSeconds(legacy.at),
    lags: lagsOf(legacy, newSide),
    hadBothWitnesses: apiSpokeAt > (legacy?.at ?? newSide?.at ?? Infinity),
  });
  const lone = (episode: Episode): Place => (explained.has(episode) ? "explained" : "lone");
  const episodes = [
    ...pairing.agreed.map(({ legacy, newSide }) => toFact("agreed", legacy, newSide)),
    ...pairing.conflicting.map(({ legacy, newSide }) => toFact("conflicting", legacy, newSide)),
    ...pairing.moved.map(({ legacy, newSide }) => toFact("moved", legacy, newSide)),
    ...pairing.crossed.map(({ legacy, newSide }) => toFact("crossed", legacy, newSide)),
    ...pairing.loneLegacy.map((legacy) => toFact(lone(legacy), legacy, null)),
    ...pairing.loneNew.map((newSide) => toFact(lone(newSide), null, newSide)),
  ];
  return {
    customer: customerNumberOf(observations),
    product: productOf(observations),
    knownDifferences: findings.flatMap(({ state, knownDifference }) =>
      state === "known" && knownDifference !== null ? [knownDifference] : [],
    ),
    notices,
    episodes: episodes.sort(
      (a, b) =>
        a.at - b.at || compareText(a.legacyStatus ?? a.newStatus ?? "", b.legacyStatus ?? b.newStatus ?? ""),
    ),
  };
}

/** Of an episode or a pair: how the finding stands that it is under. */
function readStandings(
  findings: readonly Finding[],
): (legacy: Episode | null, newSide: Episode | null) => Standing {
  const states = new Map<string, Standing>();
  let missing: Standing | undefined;
  for (const {
    kind,
    state,
    legacyAt,
    newAt,
    status,
    legacyStatus,
    legacyEpisodes,
    newEpisodes,
  } of findings) {
    if (state === "resolved" || legacyEpisodes + newEpisodes === 0) continue;
    if (kind === "parcel_missing_in_new" || kind === "parcel_missing_in_legacy") missing = state;
    else states.set(`${legacyAt} ${newAt} ${legacyStatus ?? status}`, state);
  }
  return (legacy, newSide) =>
    states.get(`${legacy?.at ?? null} ${newSide?.at ?? null} ${legacy?.status ?? newSide?.status}`) ??
    missing ??
    "open";
}

function codesOf(legacy: Episode | null): Pick<EpisodeFact, "code" | "furtherCodes"> {
  if (legacy === null) return { code: null, furtherCodes: [] };
  const [code = null, ...furtherCodes] = new Set(
    legacy.observations.map(({ witnesses }) => witnesses[0]?.code ?? ""),
  );
  return { code, furtherCodes };
}

function lagsOf(...episodes: readonly (Episode | null)[]): Readonly<Record<Channel, number | null>> {
  const lags: Record<Channel, number | null> = {
    "legacy-scan": null,
    "legacy-api": null,
    webhook: null,
    "status-api": null,
  };
  for (const episode of episodes) {
    if (episode === null) continue;
    // Its first observation is what happened; later ones repeat it.
    for (const { channel, receivedAt } of episode.observations[0]?.witnesses ?? []) {
      lags[channel] = toSeconds(receivedAt) - toSeconds(episode.at);
    }
  }
  return lags;
}

function latestReceipt(observations: readonly Observation[], channel: Channel): number {
  let latest = -Infinity;
  for (const observation of observations) {
    if (observation.channel === channel && observation.receivedAt > latest) latest = observation.receivedAt;
  }
  return latest;
}

/** The product code, as the old side gives it where it does. */
export function productOf(observations: readonly Observation[]): string | null {
  for (const channel of CHANNELS) {
    for (const { channel: own, details } of observations) {
      if (own === channel && details.productCode !== null) return details.productCode;
    }
  }
  return null;
}

function toSeconds(at: number): number {
  return Math.floor(at / 1000);
}
