import type { Barcode } from "../../domain/barcode.ts";
import type { Observation } from "../../domain/observation.ts";
import type { ListedParcel } from "./parse-listing.ts";

/** Why a parcel is not asked for again. */
export interface Silence {
  /** UTC epoch milliseconds. */
  readonly until: number;
  /** The listed status that was asked about; `null`: whatever is listed. */
  readonly status: string | null;
}

const HOUR = 3_600_000;

/** A parcel that was not found or refused: the carrier wants no more requests for it. */
export const SILENCE_MS = 7 * 24 * HOUR;

/** A status without an event, asked about once: as long as the listing may show it, and some more. */
export const STATUS_SILENCE_MS = 50 * HOUR;

/**
 * Which of the listed parcels are worth a request: those whose newest status
 * is not held yet. The carrier wants few single requests.
 *
 * @param held what the old API said of each parcel so far
 * @param now UTC epoch milliseconds
 */
export function planQuestions(
  listed: readonly ListedParcel[],
  held: ReadonlyMap<Barcode, readonly Observation[]>,
  silences: ReadonlyMap<Barcode, Silence>,
  now: number,
): readonly ListedParcel[] {
  return listed.filter((parcel) => {
    const silence = silences.get(parcel.barcode);
    const isSilenced =
      silence !== undefined &&
      now < silence.until &&
      (silence.status === null || silence.status === parcel.status);
    return !(isSilenced || isTold(parcel, held.get(parcel.barcode) ?? []));
  });
}

/**
 * Whether events tell the newest status of a listed parcel. One in the hour
 * that autumn repeats may be that of the other pass, so it is never taken as told.
 */
export function isTold(
  { at, laterAt }: ListedParcel,
  observations: readonly Pick<Observation, "at">[],
): boolean {
  if (at === null || laterAt !== null) return false;
  return observations.some((observation) => toSecond(observation.at) === toSecond(at));
}

/** Events are written with milliseconds where the listing has seconds. */
function toSecond(at: number): number {
  return Math.floor(at / 1000);
}
