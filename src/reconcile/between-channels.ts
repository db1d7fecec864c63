import type { Channel } from "../domain/channel.ts";
import { CHANNELS_OF } from "../domain/channel.ts";
import type { Episode, UnitedObservation } from "./episode.ts";
import { hasWitness } from "./episode.ts";
import { zoneHoursOf } from "./judgement/signature.ts";

/** How a channel tells of an episode that it does not tell as the other channel of its side does. */
export interface ToldOtherwise {
  /** The same status so many whole hours later, as a channel in another zone tells it. */
  readonly shiftedHours?: number;
  /** Another status at that moment. */
  readonly toldInstead?: string;
}

/**
 * What one channel of a side says in place of an episode.
 *
 * @param episodes all of the side
 * @param channel one that does not tell of the episode
 */
export function findToldOtherwise(
  episodes: readonly Episode[],
  { status, at }: Episode,
  channel: Channel,
  toleranceMs: number,
): ToldOtherwise {
  const told = episodes.flatMap(({ observations }) => observations.filter((one) => isTold(one, channel)));
  const shifted = told.find((one) => one.status === status && hoursBetween(at, one.at) !== null);
  const instead = told.find((one) => one.status !== status && Math.abs(one.at - at) <= toleranceMs);
  return {
    ...(shifted === undefined ? {} : { shiftedHours: hoursBetween(at, shifted.at) ?? 0 }),
    ...(instead === undefined ? {} : { toldInstead: instead.status }),
  };
}

/** What the other channel of a side says in place of an episode that one tells alone; nothing, where both do. */
export function findContradiction(
  episodes: readonly Episode[],
  episode: Episode,
  toleranceMs: number,
): ToldOtherwise {
  const silent = CHANNELS_OF[episode.side].filter((channel) => !hasWitness(episode, channel));
  const [channel] = silent;
  return silent.length === 1 && channel !== undefined
    ? findToldOtherwise(episodes, episode, channel, toleranceMs)
    : {};
}

function isTold({ witnesses }: UnitedObservation, channel: Channel): boolean {
  return witnesses.some((witness) => witness.channel === channel);
}

function hoursBetween(at: number, otherAt: number): number | null {
  return zoneHoursOf((otherAt - at) / 1000);
}
