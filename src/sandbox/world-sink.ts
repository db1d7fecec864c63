import type { ParcelVerdict } from "../domain/verdict.ts";
import type { Story } from "./story.ts";

/** The channels that come as lines of JSON. */
export type JsonChannel = "legacy-api" | "webhook" | "status-api";

/** Takes what a world says, in the order in which its parcels are made up. */
export interface WorldSink {
  /** `file`: see {@link fileNumberOf}; `at`: when the scan was made (ms), the order of the rows. */
  readonly addScanRow: (file: number, at: number, row: string) => void;
  /** `receivedAt` in ms, the order of the lines; `line` is one JSON text without line end. */
  readonly addLine: (channel: JsonChannel, receivedAt: number, line: string) => void;
  readonly addParcel: (barcode: string, verdict: ParcelVerdict) => void;
  /** The pieces of one consignment as they were made up. */
  readonly addConsignment?: (stories: readonly Story[]) => void;
}

/** The number of a customer's scan file: `place` counts the arrival times. */
export function fileNumberOf(customerIndex: number, place: number, files: number): number {
  return customerIndex * files + place;
}
