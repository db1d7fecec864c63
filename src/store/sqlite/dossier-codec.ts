import type { Barcode } from "../../domain/barcode.ts";
import { CHANNELS } from "../../domain/channel.ts";
import type { KeptObservation } from "../../domain/merge-observation.ts";
import type { Observation } from "../../domain/observation.ts";

/**
 * A parcel's observations as one text: JSON arrays joined by commas, so that
 * adding one is adding text, and reading all is one `JSON.parse`. SQL's own
 * JSON functions read it too, as `json_each('[' || observations || ']')`.
 */
type Entry = readonly [
  identity: string,
  channel: number,
  code: string,
  at: number,
  receivedAt: number,
  intake: string,
  line: number,
  location: string | null,
  reference: string | null,
  customerNumber: string | null,
  customerCode: string | null,
  /** 0: the parcel itself. */
  mainBarcode: string | null | 0,
  productCode: string | null,
  // What is seldom there stands last: nulls at the end are left out.
  /** `null`: 1000. */
  precisionMs?: number | null,
  lastListedAt?: number | null,
  laterAt?: number | null,
  nonexistentTime?: 1 | null,
  filledLater?: KeptObservation["filledLater"],
];

/** One observation as text. It holds its identity, which stands nowhere else. */
export function encodeObservation(observation: KeptObservation): string {
  const { details, barcode } = observation;
  const entry: Entry = [
    observation.identity,
    CHANNELS.indexOf(observation.channel),
    observation.code,
    observation.at,
    observation.receivedAt,
    observation.intake,
    observation.line,
    details.location,
    details.reference,
    details.customerNumber,
    details.customerCode,
    details.mainBarcode === barcode ? 0 : details.mainBarcode,
    details.productCode,
    observation.precisionMs === SECOND ? null : observation.precisionMs,
    observation.lastListedAt,
    observation.laterAt,
    observation.nonexistentTime ? 1 : null,
    observation.filledLater,
  ];
  const filled = entry.findLastIndex((value) => value !== null) + 1;
  return JSON.stringify(entry.slice(0, filled));
}

const SECOND = 1000;

/** All observations of a parcel; their order is that of their arrival. */
export function decodeObservations(barcode: Barcode, text: string): KeptObservation[] {
  return (JSON.parse(`[${text}]`) as Entry[]).map((entry) => toObservation(barcode, entry));
}

function toObservation(barcode: Barcode, entry: Entry): KeptObservation {
  return {
    barcode,
    identity: entry[0],
    channel: CHANNELS[entry[1]] as Observation["channel"],
    code: entry[2],
    at: entry[3],
    receivedAt: entry[4],
    intake: entry[5],
    line: entry[6],
    details: {
      location: entry[7] ?? null,
      reference: entry[8] ?? null,
      customerNumber: entry[9] ?? null,
      customerCode: entry[10] ?? null,
      mainBarcode: entry[11] === 0 ? barcode : (entry[11] ?? null),
      productCode: entry[12] ?? null,
    },
    precisionMs: entry[13] ?? SECOND,
    lastListedAt: entry[14] ?? null,
    laterAt: entry[15] ?? null,
    nonexistentTime: entry[16] === 1,
    filledLater: entry[17] ?? null,
  };
}
