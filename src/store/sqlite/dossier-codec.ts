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
  laterAt: number | null,
  nonexistentTime: 0 | 1,
  precisionMs: number,
  receivedAt: number,
  intake: string,
  line: number,
  lastListedAt: number | null,
  location: string | null,
  reference: string | null,
  customerNumber: string | null,
  customerCode: string | null,
  /** 0: the parcel itself. */
  mainBarcode: string | null | 0,
  productCode: string | null,
  filledLater?: NonNullable<KeptObservation["filledLater"]>,
];

/** One observation as text. It holds its identity, which stands nowhere else. */
export function encodeObservation(observation: KeptObservation): string {
  const { details, filledLater, barcode } = observation;
  const entry: Entry = [
    observation.identity,
    CHANNELS.indexOf(observation.channel),
    observation.code,
    observation.at,
    observation.laterAt,
    observation.nonexistentTime ? 1 : 0,
    observation.precisionMs,
    observation.receivedAt,
    observation.intake,
    observation.line,
    observation.lastListedAt,
    details.location,
    details.reference,
    details.customerNumber,
    details.customerCode,
    details.mainBarcode === barcode ? 0 : details.mainBarcode,
    details.productCode,
  ];
  return JSON.stringify(filledLater === null ? entry : [...entry, filledLater]);
}

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
    laterAt: entry[4],
    nonexistentTime: entry[5] === 1,
    precisionMs: entry[6],
    receivedAt: entry[7],
    intake: entry[8],
    line: entry[9],
    lastListedAt: entry[10],
    details: {
      location: entry[11],
      reference: entry[12],
      customerNumber: entry[13],
      customerCode: entry[14],
      mainBarcode: entry[15] === 0 ? barcode : entry[15],
      productCode: entry[16],
    },
    filledLater: entry[17] ?? null,
  };
}
