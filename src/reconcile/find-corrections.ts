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
  if (!hasCorrection(observations)) return [];
  const scans = observations.filter(({ channel }) => channel === "legacy-scan").sort(compareObservations);
  const groups = Map.groupBy(scans, ({ code, at }) => `${at} ${code}`);
  return [...groups.values()].flatMap((same) => {
    const [first] = same;
    if (first === undefined || same.length === 1) return [];
    return [{ code: first.code, at: first.at, intakes: new Set(same.map(({ intake }) => intake)).size }];
  });
}

/** Nearly no parcel has one, and every parcel is asked. */
function hasCorrection(observations: readonly Observation[]): boolean {
  return observations.some(
    ({ channel, at, code }, i) =>
      channel === "legacy-scan" &&
      observations.some(
        (other, j) => j < i && other.at === at && other.code === code && other.channel === channel,
      ),
  );
}
