import { toIsoUtc } from "../domain/instant.ts";
import { findToldOtherwise } from "./between-channels.ts";
import {
  customerNumberOf,
  findDuplicatePushes,
  findUnlisted,
  findUnpushed,
  isWebhookInUse,
} from "./check-channels.ts";
import type { Context, Draft } from "./draft.ts";
import { MOST_SOURCES, sourcesOf, toSource } from "./draft.ts";
import type { Episode, TranslatedObservation } from "./episode.ts";
import type { CodeExplanation } from "./explain-codes.ts";
import type { Pairing } from "./pair-episodes.ts";
import type { ReconcileSettings } from "./settings.ts";
import { AT_ONCE, settleFor } from "./settle.ts";

/** A code without a meaning, with the lone episode that it explains. */
export function draftCode(
  kind: "unmapped_code" | "unknown_status",
  { code, observations, explained }: CodeExplanation,
): Draft {
  const first = observations[0];
  const at = first?.at ?? null;
  const explains = explained[0];
  return {
    kind,
    subject: code,
    occurredAt: null,
    settlement: AT_ONCE,
    code,
    ...(kind === "unmapped_code"
      ? { legacyAt: at, newStatus: explains?.status ?? null, newAt: explains?.at ?? null }
      : { newAt: at, legacyStatus: explains?.status ?? null, legacyAt: explains?.at ?? null }),
    evidence: {
      observations: observations.length,
      ...(explains === undefined
        ? {}
        : { [kind === "unmapped_code" ? "newStatus" : "legacyStatus"]: explains.status }),
      ...(explained.length > 1 ? { alsoExplains: explained.slice(1).map(({ status }) => status) } : {}),
      sources: observations.slice(0, MOST_SOURCES).map(toSource),
    },
  };
}

/** What the webhook should have pushed and did not; and whether more deliveries could add to it. */
export function draftUnpushed(
  { newSide }: Pairing,
  { parcel, settings, moment }: Context,
): { readonly drafts: Draft[]; readonly awaitsDeliveries: boolean } {
  const unpushed = findUnpushed(newSide);
  if (unpushed.length === 0) return { drafts: [], awaitsDeliveries: false };
  const customerNumber = customerNumberOf(parcel.observations);
  const expected = unpushed.filter(({ at }) => isWebhookInUse(customerNumber, at, settings, moment.progress));
  return {
    drafts: expected.map((episode) => ({
      kind: "push_missed",
      subject: episode.status,
      occurredAt: episode.at,
      settlement: settleFor("new", episode.at, settings, moment),
      status: episode.status,
      newAt: episode.at,
      evidence: {
        customerNumber,
        ...findToldOtherwise(newSide, episode, "webhook", settings.toleranceMs),
        ...sourcesOf(episode),
      },
    })),
    awaitsDeliveries: expected.length < unpushed.length,
  };
}

/** What the status API should list and does not. */
export function draftUnlisted({ newSide }: Pairing, { parcel, settings }: Context): Draft[] {
  return findUnlisted(newSide, parcel.listedAt, settings.settleMs.new).map((episode) => ({
    kind: "pull_missed",
    subject: episode.status,
    occurredAt: episode.at,
    settlement: AT_ONCE,
    status: episode.status,
    newAt: episode.at,
    evidence: {
      listedAt: parcel.listedAt === null ? null : toIsoUtc(parcel.listedAt),
      ...(isListedSoon(episode, parcel.listedAt, settings) ? { listedSoon: true } : {}),
      ...findToldOtherwise(newSide, episode, "status-api", settings.toleranceMs),
      ...sourcesOf(episode),
    },
  }));
}

/** Whether a list came before it had to tell of what had just been pushed. */
function isListedSoon(
  { observations }: Episode,
  listedAt: number | null,
  { settleMs }: ReconcileSettings,
): boolean {
  const witnesses = observations[0]?.witnesses ?? [];
  return witnesses.some(({ receivedAt }) => receivedAt + settleMs.new > (listedAt ?? Infinity));
}

/** What was pushed twice under different event ids. */
export function draftDuplicatePushes(translated: readonly TranslatedObservation[]): Draft[] {
  return findDuplicatePushes(translated).map((group) => {
    const { observation, status } = group[0] as TranslatedObservation;
    return {
      kind: "duplicate_push",
      subject: status,
      occurredAt: observation.at,
      settlement: AT_ONCE,
      status,
      newAt: observation.at,
      evidence: {
        deliveries: group.length,
        sources: group.slice(0, MOST_SOURCES).map((push) => toSource(push.observation)),
      },
    };
  });
}
