import type { Observation } from "../domain/observation.ts";
import { compareText } from "../domain/observation.ts";
import type { Episode } from "./episode.ts";

/** A legacy code without a status that a parcel has, and the statuses that the new side alone tells where it stands. */
export interface Notice {
  readonly code: string;
  readonly beside: readonly string[];
}

/** @returns one for each code, in order of code */
export function readNotices(
  notices: readonly Observation[],
  loneNew: readonly Episode[],
  toleranceMs: number,
): readonly Notice[] {
  if (notices.length === 0) return [];
  return [...Map.groupBy(notices, ({ code }) => code)]
    .map(([code, sightings]) => ({ code, beside: statusesBeside(sightings, loneNew, toleranceMs) }))
    .sort((a, b) => compareText(a.code, b.code));
}

function statusesBeside(
  sightings: readonly Observation[],
  loneNew: readonly Episode[],
  toleranceMs: number,
): readonly string[] {
  const beside = loneNew.filter(({ at }) => sightings.some((one) => Math.abs(one.at - at) <= toleranceMs));
  return [...new Set(beside.map(({ status }) => status))].sort(compareText);
}
