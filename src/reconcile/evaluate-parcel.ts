import type { Barcode } from "../domain/barcode.ts";
import type { Channel, Side } from "../domain/channel.ts";
import { CHANNELS, sideOf } from "../domain/channel.ts";
import type { RaisedFinding } from "../domain/finding.ts";
import type { Observation } from "../domain/observation.ts";
import type { EpisodeTally } from "../domain/verdict.ts";
import type { MappingTables } from "../mapping/translate.ts";
import { translate } from "../mapping/translate.ts";
import { customerNumberOf } from "./check-channels.ts";
import { legacyEndOf } from "./cutover/phase.ts";
import type { Context, Draft } from "./draft.ts";
import { raise } from "./draft.ts";
import { draftCode, draftDuplicatePushes, draftUnlisted, draftUnpushed } from "./draft-channels.ts";
import { draftConflict, draftDetails, draftLone, draftMoved, isUnexpected } from "./draft-episodes.ts";
import type { Episode, TranslatedObservation } from "./episode.ts";
import { uniteWitnesses } from "./episode.ts";
import type { CodeExplanation } from "./explain-codes.ts";
import { explainByCodes } from "./explain-codes.ts";
import type { Notice } from "./notices.ts";
import { readNotices } from "./notices.ts";
import type { Pairing } from "./pair-episodes.ts";
import { pairUp } from "./pair-episodes.ts";
import type { ParcelObservations } from "./parcel-observations.ts";
import type { ReconcileSettings } from "./settings.ts";
import type { Moment } from "./settle.ts";

/** What one evaluation of one parcel says. A value: nothing is changed by making it. */
export interface ParcelEvaluation {
  readonly barcode: Barcode;
  readonly findings: readonly RaisedFinding[];
  readonly tally: Readonly<Record<Side, EpisodeTally>>;
  readonly pairing: Pairing;
  readonly explanations: readonly CodeExplanation[];
  /** Lone new episodes from after the end of the old feed: it could not tell of them. */
  readonly unexpected: readonly Episode[];
  readonly notices: readonly Notice[];
  /** From when on time alone can change the outcome; `null`: never. UTC epoch milliseconds. */
  readonly dueAt: number | null;
  /** Whether more deliveries of its customer could turn an episode into a missed push. */
  readonly awaitsDeliveries: boolean;
}

/**
 * Judges one parcel: translates, unites witnesses, builds episodes, pairs them
 * and says what differs. Pure: the same observations, tables, settings and
 * moment give the same evaluation, in any order of input.
 */
export function evaluateParcel(
  parcel: ParcelObservations,
  tables: MappingTables,
  settings: ReconcileSettings,
  runMoment: Moment,
): ParcelEvaluation {
  const moment = withLegacyEnd(runMoment, parcel, settings);
  const sorted = sortByMeaning(parcel.observations, tables);
  const limits = {
    toleranceMs: settings.toleranceMs,
    maxWaitMs: settings.maxWaitMs,
    grainMs: Math.max(sorted.legacy.coarsestMs, sorted.new.coarsestMs),
  };
  const pairing = pairUp(
    uniteWitnesses("legacy", sorted.legacy.translated, tables.statuses),
    uniteWitnesses("new", sorted.new.translated, tables.statuses),
    tables.statuses,
    limits,
  );
  const unmapped = explainByCodes(sorted.legacy.untranslated, pairing.loneNew, limits);
  const unknown = explainByCodes(sorted.new.untranslated, pairing.loneLegacy, limits);
  const explainedNew = new Set(unmapped.flatMap(({ explained }) => explained));
  const explainedLegacy = new Set(unknown.flatMap(({ explained }) => explained));
  const loneLegacy = pairing.loneLegacy.filter((episode) => !explainedLegacy.has(episode));
  const leftNew = pairing.loneNew.filter((episode) => !explainedNew.has(episode));
  const unexpected = leftNew.filter((episode) => isUnexpected(episode, pairing, moment));
  const loneNew = leftNew.filter((episode) => !unexpected.includes(episode));

  const { notices } = sorted.legacy;
  const context: Context = { parcel, settings, moment, lastWords: readLastWords(parcel), notices };
  const unpushed = draftUnpushed(pairing, context);
  const drafts: Draft[] = [
    ...draftLone("legacy", loneLegacy, pairing, sorted.new.isSilent, context),
    ...draftLone("new", loneNew, pairing, sorted.legacy.isSilent, context),
    ...pairing.conflicting.map((pair) => draftConflict(pair, context)),
    ...pairing.moved.map((pair) => draftMoved("time_mismatch", pair, context)),
    ...pairing.crossed.map((pair) => draftMoved("order_mismatch", pair, context)),
    ...unmapped.map((explanation) => draftCode("unmapped_code", explanation)),
    ...unknown.map((explanation) => draftCode("unknown_status", explanation)),
    ...unpushed.drafts,
    ...draftUnlisted(pairing, context),
    ...draftDuplicatePushes(sorted.new.translated),
    ...pairing.agreed.flatMap(draftDetails),
  ];
  const findings = raise(drafts, context);
  const differing = pairing.conflicting.length + pairing.moved.length + pairing.crossed.length;
  return {
    barcode: parcel.barcode,
    findings,
    tally: {
      legacy: {
        episodes: pairing.legacy.length,
        agreed: pairing.agreed.length,
        differing,
        explained: explainedLegacy.size,
        lone: loneLegacy.length,
      },
      new: {
        episodes: pairing.newSide.length,
        agreed: pairing.agreed.length,
        differing,
        explained: explainedNew.size + unexpected.length,
        lone: loneNew.length,
      },
    },
    pairing,
    explanations: [...unmapped, ...unknown],
    unexpected,
    notices: readNotices(notices, loneNew, settings.toleranceMs),
    dueAt: dueAtOf(findings, moment),
    awaitsDeliveries: unpushed.awaitsDeliveries,
  };
}

function withLegacyEnd(
  moment: Moment,
  { observations }: ParcelObservations,
  settings: ReconcileSettings,
): Moment {
  if (settings.legacyEnds === null) return moment;
  return { ...moment, legacyEndsAt: legacyEndOf(settings.legacyEnds, customerNumberOf(observations)) };
}

const SECOND = 1000;

interface SideObservations {
  readonly translated: TranslatedObservation[];
  /** Unmapped (legacy) or unknown (new). */
  readonly untranslated: Observation[];
  /** Without a status. */
  readonly notices: Observation[];
  /** No observation at all, not even a notice. */
  isSilent: boolean;
  /** The coarsest unit of the times that count; a second or more. */
  coarsestMs: number;
}

function sortByMeaning(
  observations: readonly Observation[],
  tables: MappingTables,
): Readonly<Record<Side, SideObservations>> {
  const sides: Record<Side, SideObservations> = {
    legacy: { translated: [], untranslated: [], notices: [], isSilent: true, coarsestMs: SECOND },
    new: { translated: [], untranslated: [], notices: [], isSilent: true, coarsestMs: SECOND },
  };
  for (const observation of observations) {
    const side = sides[sideOf(observation.channel)];
    side.isSilent = false;
    const translation = translate(observation.channel, observation.code, observation.at, tables);
    if (translation.kind !== "notice") side.coarsestMs = Math.max(side.coarsestMs, observation.precisionMs);
    switch (translation.kind) {
      case "status":
        side.translated.push({ observation, status: translation.status });
        break;
      case "unmapped":
      case "unknown":
        side.untranslated.push(observation);
        break;
      case "notice":
        side.notices.push(observation);
        break;
    }
  }
  return sides;
}

function readLastWords({ observations, listedAt }: ParcelObservations): Map<Channel, number> {
  const lastWords = new Map<Channel, number>();
  for (const { channel, receivedAt } of observations) {
    if (receivedAt > (lastWords.get(channel) ?? -Infinity)) lastWords.set(channel, receivedAt);
  }
  if (listedAt !== null) lastWords.set("status-api", listedAt);
  return new Map(
    CHANNELS.flatMap((channel) => {
      const at = lastWords.get(channel);
      return at === undefined ? [] : [[channel, at] as const];
    }),
  );
}

/** A finding that waits for the clock is due when it settles; one that waits for a silent feed, at every run. */
function dueAtOf(findings: readonly RaisedFinding[], { now }: Moment): number | null {
  let dueAt: number | null = null;
  for (const { state, pendingReason, settlesAt } of findings) {
    if (state !== "pending") continue;
    const at = pendingReason === "feed_silent" ? now : (settlesAt ?? now);
    if (dueAt === null || at < dueAt) dueAt = at;
  }
  return dueAt;
}
