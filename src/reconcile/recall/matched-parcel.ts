import type { Channel } from "../../domain/channel.ts";
import { sideOf } from "../../domain/channel.ts";
import type { Observation } from "../../domain/observation.ts";
import type { StatusTable } from "../../domain/status.ts";
import type { MappingTables } from "../../mapping/translate.ts";
import type { Episode } from "../episode.ts";
import type { EpisodePair } from "../pair-episodes.ts";
import type { ParcelObservations } from "../parcel-observations.ts";
import type { ReconcileSettings } from "../settings.ts";
import type { Moment } from "../settle.ts";

/** A parcel on which nothing differs, and what a defect is planted by. */
export interface MatchedParcel {
  readonly parcel: ParcelObservations;
  /** In order of the legacy times. */
  readonly pairs: readonly EpisodePair[];
  readonly tables: MappingTables;
  readonly settings: ReconcileSettings;
  readonly moment: Moment;
}

/** A copy with one defect in it. */
export interface Planted {
  readonly parcel: ParcelObservations;
  readonly moment: Moment;
  /** What must be found, and nothing else: the status or the code that the finding is about; `null`: the kind is enough. */
  readonly subject: string | null;
}

/** The observations of an episode. */
export function observationsOf({ observations }: Episode): ReadonlySet<Observation> {
  return new Set(observations.flatMap(({ witnesses }) => witnesses));
}

export function without(parcel: ParcelObservations, dropped: ReadonlySet<Observation>): ParcelObservations {
  return { ...parcel, observations: parcel.observations.filter((observation) => !dropped.has(observation)) };
}

/** Changes some observations, and leaves the others. */
export function withChanged(
  parcel: ParcelObservations,
  chosen: ReadonlySet<Observation>,
  change: (observation: Observation) => Observation,
): ParcelObservations {
  const observations = parcel.observations.map((observation) =>
    chosen.has(observation) ? change(observation) : observation,
  );
  return { ...parcel, observations };
}

/** An observation of the new side as another of its channels would have told it. */
export function toldBy(channel: Channel, observation: Observation, listedAt: number | null): Observation {
  return {
    ...observation,
    channel,
    identity: `${observation.identity} by ${channel}`,
    lastListedAt: channel === "status-api" ? listedAt : null,
  };
}

export function ofNewSide({ observations }: ParcelObservations): Observation[] {
  return observations.filter(({ channel }) => sideOf(channel) === "new");
}

/** A wire code for a status that fits, other than those of the episodes around. */
export function findWireCode(
  { tables, pairs }: MatchedParcel,
  channel: Channel,
  index: number,
  fits: (status: string, table: StatusTable) => boolean,
): { readonly code: string; readonly status: string } | undefined {
  const taken = new Set([index - 1, index, index + 1].map((at) => pairs[at]?.newSide.status));
  if (channel !== "webhook" && channel !== "status-api") return undefined;
  for (const [code, status] of tables.wireCodes[channel]) {
    if (!taken.has(status) && fits(status, tables.statuses)) return { code, status };
  }
  return undefined;
}
