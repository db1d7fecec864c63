import type { Side } from "../domain/channel.ts";
import { otherSide } from "../domain/channel.ts";
import { toIsoUtc } from "../domain/instant.ts";
import type { DetailField } from "../domain/observation.ts";
import { findContradiction } from "./between-channels.ts";
import { customerNumberOf } from "./check-channels.ts";
import type { Context, Draft } from "./draft.ts";
import { noticesOf, sourcesOf, spokeLaterOf } from "./draft.ts";
import type { Episode, UnitedObservation } from "./episode.ts";
import { detailOf } from "./episode.ts";
import { zoneHoursOf } from "./judgement/signature.ts";
import type { EpisodePair, Pairing } from "./pair-episodes.ts";
import type { Moment, Settlement } from "./settle.ts";
import { AT_ONCE, settleBoth, settleEpisode } from "./settle.ts";

/** Statuses that may follow a final one without being strange: the parcel came back, or was lost or broken. */
const MAY_FOLLOW_FINAL: ReadonlySet<string> = new Set(["returning", "returned", "lost", "damaged"]);

const COMPARED_DETAILS = [
  "reference",
  "customerNumber",
  "customerCode",
  "mainBarcode",
  "location",
] as const satisfies readonly DetailField[];

/** Lone episodes of a side: each a finding, or all of them one missing parcel where the other side never spoke of it. */
export function draftLone(
  side: Side,
  lone: readonly Episode[],
  pairing: Pairing,
  otherIsSilent: boolean,
  context: Context,
): Draft[] {
  // Of a parcel that is missing in the old feed, only what it could have told of is missing.
  const missing = otherIsSilent
    ? lone.filter(({ at }) => side === "legacy" || isLegacyExpected(at, context.moment))
    : [];
  const single = otherIsSilent ? lone.filter((episode) => !missing.includes(episode)) : lone;
  return [
    ...draftMissingParcel(side, missing, context),
    ...single.map((episode) => draftSingle(side, episode, pairing, context)),
  ];
}

function draftMissingParcel(side: Side, lone: readonly Episode[], context: Context): Draft[] {
  const first = lone[0];
  if (first === undefined) return [];
  return [
    {
      kind: `parcel_missing_in_${otherSide(side)}`,
      subject: "",
      occurredAt: null,
      settlement: settleEpisode(side, first.at, context.settings, context.moment),
      ...atOf(side, first.at),
      ...episodesOf(side, lone.length),
      evidence: {
        statuses: lone.map(({ status }) => status),
        customerNumber: customerNumberOf(context.parcel.observations),
        ...sourcesOf(...lone),
      },
    },
  ];
}

function draftSingle(side: Side, episode: Episode, pairing: Pairing, context: Context): Draft {
  const after = side === "new" ? finalBefore(episode, pairing.newSide) : undefined;
  return {
    kind: after === undefined ? `missing_in_${otherSide(side)}` : "status_after_final",
    subject: episode.status,
    occurredAt: episode.at,
    settlement: settleEpisode(side, episode.at, context.settings, context.moment),
    isFinal: episode.final,
    status: episode.status,
    ...atOf(side, episode.at),
    ...episodesOf(side, 1),
    evidence: {
      ...(after === undefined ? {} : finalOf(after, pairing)),
      ...sourcesOf(episode),
      ...spokeLaterOf(context, episode.at, [episode], hoursAway(pairing, side, episode)),
      ...findContradiction(ofSide(side, pairing), episode, context.settings.toleranceMs),
      ...(side === "new" ? noticesOf(context, episode.at) : {}),
    },
  };
}

/**
 * Whether a lone new episode is from after the end of the old feed, which could
 * not tell of it. What follows a final status is strange by itself, and stays a finding.
 */
export function isUnexpected(episode: Episode, { newSide }: Pairing, moment: Moment): boolean {
  return !isLegacyExpected(episode.at, moment) && finalBefore(episode, newSide) === undefined;
}

function isLegacyExpected(at: number, { legacyEndsAt = Infinity }: Moment): boolean {
  return at < legacyEndsAt;
}

function finalBefore(episode: Episode, episodes: readonly Episode[]): Episode | undefined {
  if (MAY_FOLLOW_FINAL.has(episode.status)) return undefined;
  return episodes.slice(0, episodes.indexOf(episode)).find(({ final }) => final);
}

/** The final status that came before, and whether the old side tells of it, too. */
function finalOf(after: Episode, { agreed }: Pairing): Readonly<Record<string, unknown>> {
  const isAgreed = agreed.some(({ newSide }) => newSide === after);
  return {
    finalStatus: after.status,
    finalAt: toIsoUtc(after.at),
    ...(isAgreed ? { finalAgreed: true } : {}),
  };
}

function ofSide(side: Side, { legacy, newSide }: Pairing): readonly Episode[] {
  return side === "legacy" ? legacy : newSide;
}

/** Observations of the same status on the same side, whole hours away, as a channel in another zone tells them. */
function hoursAway(pairing: Pairing, side: Side, { status, at }: Episode): readonly UnitedObservation[] {
  return ofSide(side, pairing)
    .filter((one) => one.status === status)
    .flatMap(({ observations }) => observations)
    .filter((one) => zoneHoursOf((one.at - at) / 1000) !== null);
}

/** Another status at the same moment. */
export function draftConflict({ legacy, newSide }: EpisodePair, context: Context): Draft {
  const isFinal = legacy.final || newSide.final;
  return {
    kind: isFinal ? "final_conflict" : "status_mismatch",
    subject: `${legacy.status}>${newSide.status}`,
    occurredAt: legacy.at,
    settlement: settlePair(legacy, newSide, context),
    isFinal,
    legacyStatus: legacy.status,
    newStatus: newSide.status,
    ...atOfPair(legacy, newSide),
    legacyEpisodes: 1,
    newEpisodes: 1,
    evidence: {
      ...sourcesOf(legacy, newSide),
      ...spokeLaterOf(context, Math.max(legacy.at, newSide.at), [legacy, newSide]),
    },
  };
}

/** The same status at another moment, or in another order. */
export function draftMoved(
  kind: "time_mismatch" | "order_mismatch",
  { legacy, newSide }: EpisodePair,
  context: Context,
): Draft {
  return {
    kind,
    subject: legacy.status,
    occurredAt: legacy.at,
    settlement: settlePair(legacy, newSide, context),
    isFinal: legacy.final,
    status: legacy.status,
    ...atOfPair(legacy, newSide),
    deltaSeconds:
      kind === "time_mismatch" ? Math.floor(newSide.at / 1000) - Math.floor(legacy.at / 1000) : null,
    legacyEpisodes: 1,
    newEpisodes: 1,
    evidence: sourcesOf(legacy, newSide),
  };
}

/** An agreed pair whose sides fill a detail differently. */
export function draftDetails({ legacy, newSide }: EpisodePair): Draft[] {
  const drafts: Draft[] = [];
  for (const field of COMPARED_DETAILS) {
    const legacyValue = detailOf(legacy, field);
    const newValue = detailOf(newSide, field);
    if (legacyValue === null || newValue === null || legacyValue === newValue) continue;
    drafts.push({
      kind: "detail_mismatch",
      subject: `${legacy.status}/${field}`,
      occurredAt: legacy.at,
      settlement: AT_ONCE,
      status: legacy.status,
      field,
      legacyAt: legacy.at,
      newAt: newSide.at,
      evidence: {
        legacyValue,
        newValue,
        ...(tellsToo(legacy, field, newValue) ? { legacyContradicted: true } : {}),
        ...(tellsToo(newSide, field, legacyValue) ? { newContradicted: true } : {}),
        ...sourcesOf(legacy, newSide),
      },
    });
  }
  return drafts;
}

/** Whether a side's other channel fills a detail as the other side does, where it begins to be told. */
function tellsToo({ observations }: Episode, field: DetailField, otherValue: string): boolean {
  const speaking = observations.find(({ witnesses }) =>
    witnesses.some(({ details }) => details[field] !== null),
  );
  return speaking?.witnesses.some(({ details }) => details[field] === otherValue) ?? false;
}

function settlePair(legacy: Episode, newSide: Episode, { settings, moment }: Context): Settlement {
  return settleBoth(
    settleEpisode("legacy", legacy.at, settings, moment),
    settleEpisode("new", newSide.at, settings, moment),
  );
}

function atOf(side: Side, at: number): Pick<Draft, "legacyAt" | "newAt"> {
  return side === "legacy" ? { legacyAt: at } : { newAt: at };
}

function episodesOf(side: Side, count: number): Pick<Draft, "legacyEpisodes" | "newEpisodes"> {
  return side === "legacy" ? { legacyEpisodes: count } : { newEpisodes: count };
}

function atOfPair(legacy: Episode, newSide: Episode): Pick<Draft, "legacyAt" | "newAt"> {
  return { legacyAt: legacy.at, newAt: newSide.at };
}
