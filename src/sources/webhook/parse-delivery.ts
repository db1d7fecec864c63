import { parseBarcode } from "../../domain/barcode.ts";
import type { ParsedRow, PayloadIntake } from "../../intake/incoming.ts";
import { normaliseWireCode } from "../../mapping/translate.ts";
import type { Contract } from "../contract.ts";
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
  const eventId = fields.eventId.find(body);
  const customerNumber = fields.customerNumber.find(body);
  const identity = eventId === null ? `b:${contentHash}` : toEventIdentity(eventId);

  let row: ParsedRow;
  try {
    const barcode = parseBarcode(fields.barcode.get(body, place), place);
    const code = normaliseWireCode(fields.code.get(body, place));
    const { at, laterAt, nonexistentTime, precisionMs } = parseTimestamp(
      fields.timestamp.get(body, place),
      contract.readZone,
      place,
    );
    row = toObservationRow({
      barcode,
      channel: "webhook",
      code,
      at,
      laterAt,
      nonexistentTime,
      precisionMs,
      receivedAt: arrival.receivedAt,
      details: {
        reference: fields.reference.find(body),
        customerNumber,
        customerCode: fields.customerCode.find(body),
        mainBarcode: fields.mainBarcode.find(body)?.toUpperCase() ?? null,
        location: fields.location.find(body),
        productCode: fields.productCode.find(body),
      },
      intake: contentHash,
      line: 1,
      identity,
      lastListedAt: null,
    });
  } catch (problem) {
    row = toQuarantinedRow(1, problem, {
      eventId,
      barcode: fields.barcode.find(body),
      code: fields.code.find(body),
      timestamp: fields.timestamp.find(body),
    });
  }
  return toPayloadIntake(content, contentHash, arrival, [row], { eventId, customerNumber });
}

const LONGEST_IDENTITY = 100;

/** An event's id is its observation's identity; an overlong one by its hash, with its beginning for people. */
function toEventIdentity(eventId: string): string {
  if (eventId.length <= LONGEST_IDENTITY) return `e:${eventId}`;
  return `e:${eventId.slice(0, LONGEST_IDENTITY)}… ${identityOf(eventId)}`;
}
