import type { Barcode } from "../domain/barcode.ts";
import type { Observation } from "../domain/observation.ts";

/** All that is known of one parcel. */
export interface ParcelObservations {
  readonly barcode: Barcode;
  readonly observations: readonly Observation[];
  /** When the newest status API reply (HTTP 200) that lists the parcel was received; `null`: never. */
  readonly listedAt: number | null;
}
