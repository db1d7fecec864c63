import type { Channel } from "../../domain/channel.ts";
import type { Consumer } from "../../domain/cutover.ts";
import type { EpisodeFact } from "../facts/parcel-facts.ts";

/**
 * What became of a message: `late` is right but later than allowed, `known` an
 * agreed difference, `unknown` cannot be told (yet).
 */
export const MESSAGE_OUTCOMES = ["same", "late", "wrong", "missing", "extra", "known", "unknown"] as const;
export type MessageOutcome = (typeof MESSAGE_OUTCOMES)[number];

/** What a customer would have been told otherwise: these trigger a rollback, and cost. */
export const FAULTY_OUTCOMES: readonly MessageOutcome[] = ["wrong", "missing", "extra"];

/** Why a message cannot be compared. */
export type UnknownReason = "pending" | "untranslated" | "old_ended";

export interface MessageComparison {
  readonly outcome: MessageOutcome;
  readonly unknownReason: UnknownReason | null;
  /** By how many seconds the new feed told it later; negative: sooner; `null` where one of them did not tell it. */
  readonly lateSeconds: number | null;
}

/** When each side told of an episode, UTC epoch seconds; `null`: it did not. */
export interface Receipts {
  readonly legacy: number | null;
  readonly newSide: number | null;
}

/** @param channels those of the new side that count; `null`: both */
export function receiptsOf(
  { at, delta, lags }: EpisodeFact,
  channels: readonly Channel[] | null = null,
): Receipts {
  const first = (from: number, ...of: readonly Channel[]): number | null => {
    const known = of.flatMap((channel) => lags[channel] ?? []);
    return known.length === 0 ? null : from + Math.min(...known);
  };
  const counts = (["webhook", "status-api"] as const).filter((one) => channels?.includes(one) ?? true);
  // Each lag counts from its own side's time.
  return { legacy: first(at, "legacy-scan", "legacy-api"), newSide: first(at + (delta ?? 0), ...counts) };
}

/**
 * Compares what a consumer would have told a customer by the new feed with
 * what it told by the old one.
 *
 * @param hasOldEnded whether the episode is from after the end of the old feed
 * @returns `null`: neither feed makes this consumer say anything
 */
export function compareMessage(
  { statuses, lateMs }: Consumer,
  fact: EpisodeFact,
  receipts: Receipts,
  hasOldEnded: boolean,
): MessageComparison | null {
  const { legacyStatus, newStatus, place, standing } = fact;
  const isOldTold = legacyStatus !== null && statuses.includes(legacyStatus);
  const isNewTold = newStatus !== null && receipts.newSide !== null && statuses.includes(newStatus);
  if (!(isOldTold || isNewTold)) return null;
  const unknown = (unknownReason: UnknownReason): MessageComparison => ({
    outcome: "unknown",
    unknownReason,
    lateSeconds: null,
  });
  if (place === "explained") return unknown(hasOldEnded ? "old_ended" : "untranslated");
  if (standing === "pending") return unknown("pending");
  const plain = (outcome: MessageOutcome): MessageComparison => ({
    outcome,
    unknownReason: null,
    lateSeconds: null,
  });
  if (isOldTold && isNewTold && legacyStatus === newStatus) {
    const lateSeconds =
      receipts.legacy === null || receipts.newSide === null ? null : receipts.newSide - receipts.legacy;
    return {
      ...plain(lateSeconds !== null && lateSeconds * 1000 > lateMs ? "late" : "same"),
      lateSeconds,
    };
  }
  if (standing === "known") return plain("known");
  if (isOldTold && isNewTold) return plain("wrong");
  return plain(isOldTold ? "missing" : "extra");
}
