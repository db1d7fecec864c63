import { parseBarcode } from "../../domain/barcode.ts";
import type { Observation } from "../../domain/observation.ts";
import type { ParsedRow, PayloadIntake } from "../../intake/incoming.ts";
import { normaliseWireCode } from "../../mapping/translate.ts";
import type { Contract } from "../contract.ts";
import { toSeen } from "../look-at-payload.ts";
import { parseJson } from "../parse-json.ts";
import { parseTimestamp } from "../parse-timestamp.ts";
import type { ReceivedArrival } from "../payload-intake.ts";
import {
  hashOf,
  identityOf,
  toObservationRow,
  toPayloadIntake,
  toQuarantinedRow,
} from "../payload-intake.ts";

/** The fields that a contract finds in a delivery. */
export type DeliveryField = keyof Contract["webhook"]["fields"];

/** What a delivery says, as it stands there, trimmed; `null` where it says nothing. */
export type DeliveryTexts = Readonly<Record<DeliveryField, string | null>>;

/**
 * Reads one delivery of Tracking Webhook v1: one status change, so one row.
 * What is missing, `null` or unknown does no harm; without a barcode, a status
 * code and a timestamp the row is set aside. The event id is the identity of
 * the observation; without one the body itself is.
 *
 * Never throws for what a delivery holds.
 *
 * @param content the body's bytes as they came
 */
export function parseDelivery(
  content: Uint8Array,
  arrival: ReceivedArrival,
  place: string,
  contract: Contract,
): PayloadIntake {
  const contentHash = hashOf(content);
  let body: unknown;
  try {
    body = parseJson(content, place);
  } catch (problem) {
    return toPayloadIntake(content, contentHash, arrival, [toQuarantinedRow(1, problem)]);
  }
  const { fields } = contract.webhook;
  const texts = findTexts(contract, body);
  let row: ParsedRow;
  try {
    const needed = {
      barcode: fields.barcode.get(body, place),
      code: fields.code.get(body, place),
      timestamp: fields.timestamp.get(body, place),
    };
    row = toObservationRow(toDelivered({ ...texts, ...needed }, contentHash, arrival, place, contract));
  } catch (problem) {
    const { eventId, barcode, code, timestamp } = texts;
    row = toQuarantinedRow(1, problem, { eventId, barcode, code, timestamp });
  }
  return toPayloadIntake(content, contentHash, arrival, [row], {
    customerNumber: texts.customerNumber,
    seen: toSeen(body, "webhook", contract),
  });
}

/** What a contract finds in a delivery's body. */
export function findTexts({ webhook: { fields } }: Contract, body: unknown): DeliveryTexts {
  return Object.fromEntries(
    Object.entries(fields).map(([name, field]) => [name, field.find(body)]),
  ) as unknown as DeliveryTexts;
}

/** {@link DeliveryTexts} of a delivery that says all that is needed. */
export type DeliveredTexts = DeliveryTexts & Readonly<Record<"barcode" | "code" | "timestamp", string>>;

/**
 * Makes the observation of a delivery.
 *
 * @throws InputError when the barcode or the time is none
 */
export function toDelivered(
  texts: DeliveredTexts,
  contentHash: string,
  { receivedAt }: ReceivedArrival,
  place: string,
  contract: Contract,
): Observation {
  const barcode = parseBarcode(texts.barcode, place);
  const { at, laterAt, nonexistentTime, precisionMs } = parseTimestamp(
    texts.timestamp,
    contract.readZone,
    place,
  );
  return {
    barcode,
    channel: "webhook",
    code: normaliseWireCode(texts.code),
    at,
    laterAt,
    nonexistentTime,
    precisionMs,
    receivedAt,
    details: {
      reference: texts.reference,
      customerNumber: texts.customerNumber,
      customerCode: texts.customerCode,
      mainBarcode: texts.mainBarcode === null ? null : texts.mainBarcode.toUpperCase(),
      location: texts.location,
      productCode: texts.productCode,
    },
    intake: contentHash,
    line: 1,
    identity: texts.eventId === null ? `b:${contentHash}` : toEventIdentity(texts.eventId),
    lastListedAt: null,
  };
}

const LONGEST_IDENTITY = 100;

/** An event's id is its observation's identity; an overlong one by its hash, with its beginning for people. */
function toEventIdentity(eventId: string): string {
  if (eventId.length <= LONGEST_IDENTITY) return `e:${eventId}`;
  return `e:${eventId.slice(0, LONGEST_IDENTITY)}… ${identityOf(eventId)}`;
}
