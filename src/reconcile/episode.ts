import type { Channel, Side } from "../domain/channel.ts";
import { CHANNELS_OF } from "../domain/channel.ts";
import type { DetailField, Observation } from "../domain/observation.ts";
import { compareObservations, compareText } from "../domain/observation.ts";
import type { StatusTable } from "../domain/status.ts";
import { assignByTime } from "./assign.ts";

/** An observation whose code has been translated to one of the statuses. */
export interface TranslatedObservation {
  readonly observation: Observation;
  readonly status: string;
}

/** One thing that happened, as one side tells it: one observation, or two witnesses of the same one. */
export interface UnitedObservation {
  readonly status: string;
  readonly at: number;
  /** The later instant of a repeated local time, while it may still be chosen; otherwise `null`. */
  readonly laterAt: number | null;
  /** The main channel's witness first. */
  readonly witnesses: readonly Observation[];
}

/** Consecutive observations of one side with the same status. Never empty. */
export interface Episode {
  readonly side: Side;
  readonly status: string;
  readonly rank: number;
  readonly final: boolean;
  /** The time of its first observation. */
  readonly at: number;
  readonly observations: readonly UnitedObservation[];
}

const WITNESS_WINDOW_MS = 1000;

/**
 * Unites the observations of one side's two channels: same status, at most a
 * second apart (or the coarser precision of the two). The nearest is taken,
 * each at most once. Channels are compared with each other only: what one
 * channel says twice stays two observations.
 *
 * @returns ordered by time, then status rank, then status
 */
export function uniteWitnesses(
  side: Side,
  translated: readonly TranslatedObservation[],
  statuses: StatusTable,
): UnitedObservation[] {
  const [mainChannel, secondChannel] = CHANNELS_OF[side];
  const main = ofChannel(translated, mainChannel);
  const second = ofChannel(translated, secondChannel);
  // Usually one channel speaks alone.
  if (second.length === 0)
    return sortUnited(
      main.map((one) => toUnited(one, undefined)),
      statuses,
    );
  const united: UnitedObservation[] = [];
  for (const status of new Set(translated.map((one) => one.status))) {
    const ours = main.filter((one) => one.status === status);
    const theirs = second.filter((one) => one.status === status);
    const unit = Math.max(...[...ours, ...theirs].map(({ observation }) => observation.precisionMs));
    const pairs = new Map(assignByTime(timesOf(ours), timesOf(theirs), Math.max(WITNESS_WINDOW_MS, unit)));
    const taken = new Set(pairs.values());
    for (const [i, witness] of ours.entries()) united.push(toUnited(witness, theirs[pairs.get(i) ?? -1]));
    for (const [j, witness] of theirs.entries()) if (!taken.has(j)) united.push(toUnited(witness, undefined));
  }
  return sortUnited(united, statuses);
}

function ofChannel(translated: readonly TranslatedObservation[], channel: Channel): TranslatedObservation[] {
  return translated
    .filter(({ observation }) => observation.channel === channel)
    .sort((a, b) => compareObservations(a.observation, b.observation));
}

function timesOf(translated: readonly TranslatedObservation[]): number[] {
  return translated.map(({ observation }) => observation.at);
}

function toUnited(main: TranslatedObservation, second: TranslatedObservation | undefined): UnitedObservation {
  const { at, laterAt } = main.observation;
  const witnesses = second === undefined ? [main.observation] : [main.observation, second.observation];
  return { status: main.status, at, laterAt, witnesses };
}

function sortUnited(united: UnitedObservation[], statuses: StatusTable): UnitedObservation[] {
  return united.sort(
    (a, b) =>
      a.at - b.at ||
      rankOf(a.status, statuses) - rankOf(b.status, statuses) ||
      compareText(a.status, b.status) ||
      compareObservations(witnessOf(a), witnessOf(b)),
  );
}

/** The witness that speaks first. */
function witnessOf(united: UnitedObservation): Observation {
  return united.witnesses[0] as Observation;
}

function rankOf(status: string, statuses: StatusTable): number {
  return statuses.get(status)?.rank ?? 0;
}

/**
 * Joins consecutive observations of the same status into episodes.
 *
 * @param united of one side; sorted here, so instants may have been chosen anew
 */
export function buildEpisodes(
  side: Side,
  united: readonly UnitedObservation[],
  statuses: StatusTable,
): Episode[] {
  const episodes: Episode[] = [];
  let run: UnitedObservation[] = [];
  const close = (): void => {
    const first = run[0];
    if (first !== undefined) episodes.push(toEpisode(side, run, statuses));
    run = [];
  };
  for (const observation of sortUnited([...united], statuses)) {
    if (run.length > 0 && run[0]?.status !== observation.status) close();
    run.push(observation);
  }
  close();
  return episodes;
}

function toEpisode(side: Side, observations: readonly UnitedObservation[], statuses: StatusTable): Episode {
  const { status, at } = observations[0] as UnitedObservation;
  const row = statuses.get(status);
  return { side, status, rank: row?.rank ?? 0, final: row?.final ?? false, at, observations };
}

/** Parts an episode in two before its observation at position `from` (1 or more). */
export function splitEpisode(episode: Episode, from: number): [Episode, Episode] {
  const head = episode.observations.slice(0, from);
  const tail = episode.observations.slice(from);
  return [
    { ...episode, observations: head },
    { ...episode, at: (tail[0] as UnitedObservation).at, observations: tail },
  ];
}

/** Whether a channel is among an episode's witnesses. */
export function hasWitness(episode: Episode, channel: Channel): boolean {
  return episode.observations.some(({ witnesses }) =>
    witnesses.some((witness) => witness.channel === channel),
  );
}

/** What an episode says of a detail: the first of its observations that fills it speaks for its side. */
export function detailOf(episode: Episode, field: DetailField): string | null {
  for (const { witnesses } of episode.observations) {
    for (const { details } of witnesses) {
      if (details[field] !== null) return details[field];
    }
  }
  return null;
}
