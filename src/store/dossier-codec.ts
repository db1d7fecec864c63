import type { Barcode } from "../domain/barcode.ts";
import type { Channel } from "../domain/channel.ts";
import type { KeptObservation } from "../domain/merge-observation.ts";
import type { Observation } from "../domain/observation.ts";

/**
 * What a channel said of a parcel as one text: JSON arrays joined by commas,
 * so that adding an observation is adding text, and reading all is one
 * `JSON.parse`. SQL's own JSON functions read it too, as
 * `json_array_length('[' || observations || ']')`.
 */
type Entry = readonly [
  identity: string,
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
  deliveryName: string | null,
  pack: string | null,
  // What is seldom there stands last: nulls at the end are left out.
  /** `null`: 1000. */
  precisionMs?: number | null,
  lastListedAt?: number | null,
  laterAt?: number | null,
  nonexistentTime?: 1 | null,
  filledLater?: KeptObservation["filledLater"],
];

const SECOND = 1000;

/** One observation as text. It holds its identity, which stands nowhere else; parcel and channel are the dossier's. */
export function encodeObservation(observation: KeptObservation): string {
  return encodeFresh(observation, observation.delivery, observation.filledLater);
}

/** One observation that has been said once as text: {@link encodeObservation} without a copy of it. */
export function encodeFresh(
  observation: Observation,
  delivery: KeptObservation["delivery"] = null,
  filledLater: KeptObservation["filledLater"] = null,
): string {
  const { details, barcode, precisionMs, lastListedAt, laterAt, nonexistentTime } = observation;
  const mainBarcode = details.mainBarcode === barcode ? "0" : toJson(details.mainBarcode);
  let text =
    `[${toJson(observation.identity)},${toJson(observation.code)},${observation.at},${observation.receivedAt},` +
    `"${observation.intake}",${observation.line},${toJson(details.location)},${toJson(details.reference)},` +
    `${toJson(details.customerNumber)},${toJson(details.customerCode)},${mainBarcode},${toJson(details.productCode)}`;
  if (delivery !== null) text += `,${toJson(delivery.name)},${toJson(delivery.pack)}`;
  const isUsual =
    precisionMs === SECOND &&
    lastListedAt === null &&
    laterAt === null &&
    !nonexistentTime &&
    filledLater === null;
  if (isUsual) return `${text}]`;
  if (delivery === null) text += ",null,null";
  const seldom = [
    precisionMs === SECOND ? null : precisionMs,
    lastListedAt,
    laterAt,
    nonexistentTime ? 1 : null,
    filledLater,
  ];
  const filled = seldom.findLastIndex((value) => value !== null) + 1;
  return `${text}${seldom
    .slice(0, filled)
    .map((value) => `,${JSON.stringify(value)}`)
    .join("")}]`;
}

/** How an entry begins: nothing else in a dossier looks like it, because a quotation mark within a text is escaped. */
export function toEntryStart(identity: string): string {
  return `[${toJson(identity)},`;
}

/** All that a channel said of a parcel; in the order of arrival. */
export function decodeObservations(barcode: Barcode, channel: Channel, text: string): KeptObservation[] {
  return (JSON.parse(`[${text}]`) as Entry[]).map((entry) => toObservation(barcode, channel, entry));
}

/** How many observations a dossier's text holds. */
export function countObservations(text: string): number {
  return (JSON.parse(`[${text}]`) as unknown[]).length;
}

function toObservation(barcode: Barcode, channel: Channel, entry: Entry): KeptObservation {
  return {
    barcode,
    channel,
    identity: entry[0],
    code: entry[1],
    at: entry[2],
    receivedAt: entry[3],
    intake: entry[4],
    line: entry[5],
    details: {
      location: entry[6] ?? null,
      reference: entry[7] ?? null,
      customerNumber: entry[8] ?? null,
      customerCode: entry[9] ?? null,
      mainBarcode: entry[10] === 0 ? barcode : (entry[10] ?? null),
      productCode: entry[11] ?? null,
    },
    delivery: typeof entry[12] === "string" ? { name: entry[12], pack: entry[13] ?? "" } : null,
    precisionMs: entry[14] ?? SECOND,
    lastListedAt: entry[15] ?? null,
    laterAt: entry[16] ?? null,
    nonexistentTime: entry[17] === 1,
    filledLater: entry[18] ?? null,
  };
}

/** Texts of which nothing has to be escaped: nearly all. */
const PLAIN = /^[\w .:/+-]*$/;

function toJson(text: string | null): string {
  if (text === null) return "null";
  return PLAIN.test(text) ? `"${text}"` : JSON.stringify(text);
}
