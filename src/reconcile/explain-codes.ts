import type { Observation } from "../domain/observation.ts";
import { compareObservations, compareText } from "../domain/observation.ts";
import { assignByEither } from "./assign.ts";
import type { Episode } from "./episode.ts";
import type { PairingLimits } from "./pair-episodes.ts";

/** A code without a meaning, everywhere it stands in one parcel, with the lone episodes that it accounts for. */
export interface CodeExplanation {
  readonly code: string;
  readonly observations: readonly Observation[];
  /** Of the other side; in order of time. */
  readonly explained: readonly Episode[];
}

/**
 * One cause, one finding: a code that we cannot translate, at the moment of an
 * episode that stands alone on the other side, is why it stands alone. Each
 * sighting of a code explains the nearest lone episode within the tolerance,
 * each episode is explained once; the assignment is the best there is.
 *
 * @param untranslated observations of one side without a meaning (unmapped or unknown)
 * @param lone episodes of the other side that stand alone
 * @returns one entry per code, in order of code
 */
export function explainByCodes(
  untranslated: readonly Observation[],
  lone: readonly Episode[],
  { toleranceMs, grainMs }: Pick<PairingLimits, "toleranceMs" | "grainMs">,
): CodeExplanation[] {
  if (untranslated.length === 0) return [];
  const toGrain = (at: number): number => Math.floor(at / grainMs) * grainMs;
  const sightings = toSightings(untranslated);
  const pairs = assignByEither(
    sightings.map(({ at, laterAt }) => (laterAt === null ? [at] : [at, laterAt]).map(toGrain)),
    lone.map(({ at }) => toGrain(at)),
    toleranceMs,
  );
  const codes = [...new Set(untranslated.map(({ code }) => code))].sort(compareText);
  return codes.map((code) => ({
    code,
    observations: untranslated.filter((observation) => observation.code === code).sort(compareObservations),
    explained: pairs
      .filter(([sighting]) => sightings[sighting]?.code === code)
      .map(([, episode]) => lone[episode] as Episode),
  }));
}

const SAME_SIGHTING_MS = 1000;

/** Both channels of a side, or two deliveries, may report one sighting: it explains once. */
function toSightings(untranslated: readonly Observation[]): Observation[] {
  const sightings: Observation[] = [];
  for (const observation of [...untranslated].sort(compareObservations)) {
    const isRepeat = sightings.some(
      ({ code, at, precisionMs }) =>
        code === observation.code &&
        Math.abs(at - observation.at) <= Math.max(SAME_SIGHTING_MS, precisionMs, observation.precisionMs),
    );
    if (!isRepeat) sightings.push(observation);
  }
  return sightings;
}
