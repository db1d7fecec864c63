import type { DeliveryWindow, FeedProgress } from "../domain/feed-progress.ts";
import type { Observation } from "../domain/observation.ts";
import { compareObservations } from "../domain/observation.ts";
import type { Episode, TranslatedObservation } from "./episode.ts";
import { hasWitness } from "./episode.ts";
import type { ReconcileSettings } from "./settings.ts";

/** Episodes that the status API reports and the webhook never pushed. */
export function findUnpushed(episodes: readonly Episode[]): Episode[] {
  return episodes.filter((episode) => !hasWitness(episode, "webhook"));
}

/**
 * Whether the webhook was in use for a customer at a moment: between the first
 * and the last delivery that carries the customer's number, or as configured.
 */
export function isWebhookInUse(
  customerNumber: string | null,
  at: number,
  settings: ReconcileSettings,
  progress: FeedProgress,
): boolean {
  if (customerNumber === null) return false;
  const window: DeliveryWindow | undefined =
    settings.webhookInUse[customerNumber] ?? progress.deliveries.get(customerNumber);
  return window !== undefined && window.firstAt <= at && at <= window.lastAt;
}

/**
 * Episodes that the webhook pushed and the newest listing of the parcel leaves
 * out, although it was fetched when the new side had settled.
 *
 * @param listedAt when the newest status API reply (HTTP 200) that lists the
 *   parcel was received; `null` when there is none
 */
export function findUnlisted(
  episodes: readonly Episode[],
  listedAt: number | null,
  settleNewMs: number,
): Episode[] {
  if (listedAt === null) return [];
  const isListed = (observation: Observation): boolean => observation.lastListedAt === listedAt;
  return episodes.filter(
    (episode) =>
      hasWitness(episode, "webhook") &&
      listedAt >= episode.at + settleNewMs &&
      !episode.observations.some(({ witnesses }) => witnesses.some(isListed)),
  );
}

const SAME_PUSH_MS = 1000;

/**
 * Pushes of the same status with the same timestamp (within a second) under
 * different event ids.
 *
 * @returns groups of two or more, each in order
 */
export function findDuplicatePushes(translated: readonly TranslatedObservation[]): TranslatedObservation[][] {
  const pushes = translated
    .filter(({ observation }) => observation.channel === "webhook")
    .sort((a, b) => compareObservations(a.observation, b.observation));
  const groups: TranslatedObservation[][] = [];
  for (const push of pushes) {
    const group = groups.find(
      ([first]) =>
        first !== undefined &&
        first.status === push.status &&
        push.observation.at - first.observation.at <= SAME_PUSH_MS,
    );
    if (group === undefined) groups.push([push]);
    else group.push(push);
  }
  return groups.filter(({ length }) => length > 1);
}

/** The customer number of a parcel, as the new side gives it, else the legacy one. */
export function customerNumberOf(observations: readonly Observation[]): string | null {
  const named = observations
    .filter(({ details }) => details.customerNumber !== null)
    .sort((a, b) => channelRank(a) - channelRank(b) || compareObservations(a, b));
  return named[0]?.details.customerNumber ?? null;
}

function channelRank({ channel }: Observation): number {
  return channel === "status-api" ? 0 : channel === "webhook" ? 1 : 2;
}
