import type { Observation } from "../domain/observation.ts";
import { compareObservations } from "../domain/observation.ts";

/** A scan that came again with another column changed: a corrected file. Nothing of it is withdrawn. */
export interface Correction {
  readonly code: string;
  /** UTC epoch milliseconds. */
  readonly at: number;
  /** How many intakes tell it. */
  readonly intakes: number;
}

/** The corrections among a parcel's observations: scan rows of the same code and time, in order of time. */
export function findCorrections(observations: readonly Observation[]): Correction[] {
  const scans = observations.filter(({ channel }) => channel === "legacy-scan").sort(compareObservations);
  const groups = Map.groupBy(scans, ({ code, at }) => `${at} ${code}`);
  return [...groups.values()].flatMap((same) => {
    const [first] = same;
    if (first === undefined || same.length === 1) return [];
    return [{ code: first.code, at: first.at, intakes: new Set(same.map(({ intake }) => intake)).size }];
  });
}
