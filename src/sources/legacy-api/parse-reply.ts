import { parseBarcode } from "../../domain/barcode.ts";
import { InputError } from "../../domain/errors.ts";
import type { ZoneReader } from "../../domain/instant.ts";
import type { ParsedRow, PayloadIntake } from "../../intake/incoming.ts";
import { normaliseLegacyCode } from "../../mapping/translate.ts";
import { getOwn, isObject, toKind } from "../compile-path.ts";
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
import { isEmpty, listOf, textOf } from "./wire-values.ts";

/**
 * The wrappers of Shippingstatus v2, with `detail=true` and without; only the first carries events.
 *
 * @see https://api-sandbox.postnl.nl/shipment/v2/status/swagger.json
 */
const WRAPPERS = ["CompleteStatus", "CurrentStatus"];

/** What a reply without a wrapper may hold instead: nothing found, or one of the gateway's ways to say an error. */
const WITHOUT_SHIPMENT = ["Warnings", "fault", "faults", "Error", "Errors", "errors", "Envelope", "message"];

/** The old service's word for "no time", from its SOAP days. */
const NO_TIME = /^01-01-0001\b|^0001-01-01\b/;

/**
 * Reads a reply of Shippingstatus v2: a row for every `Event` of every
 * shipment, numbered through from 1. Statuses (`Status`, `OldStatus`) carry no
 * event code and give no row; so do the bare list of `updatedshipments`, a
 * reply that found nothing, an error, and any HTTP status but 200.
 *
 * The service writes an empty element as `{}` (its documentation as the text
 * `"{}"`), and a list of one as its element. Both are taken as meant. Addresses
 * and names are not read at all. Never throws for what a reply holds.
 *
 * @param content the body's bytes as they came
 * @param readZone the wall clock of `TimeStamp`, which has no offset: Europe/Amsterdam
 */
export function parseLegacyReply(
  content: Uint8Array,
  arrival: ReceivedArrival,
  place: string,
  readZone: ZoneReader,
): PayloadIntake {
  const contentHash = hashOf(content);
  if (arrival.httpStatus !== 200) return toPayloadIntake(content, contentHash, arrival, []);

  const rows: ParsedRow[] = [];
  try {
    for (const shipment of listShipments(parseJson(content, place), place)) {
      if (!isObject(shipment)) {
        const problem = notA("an object or a list of them in Shipment", shipment, place);
        rows.push(toQuarantinedRow(rows.length + 1, problem));
      }
      for (const event of listOf(getOwn(shipment, "Event"))) {
        rows.push(toRow(event, shipment, rows.length + 1, { arrival, contentHash, place, readZone }));
      }
    }
  } catch (problem) {
    rows.push(toQuarantinedRow(rows.length + 1, problem));
  }
  return toPayloadIntake(content, contentHash, arrival, rows);
}

interface Reading {
  readonly arrival: ReceivedArrival;
  readonly contentHash: string;
  readonly place: string;
  readonly readZone: ZoneReader;
}

function toRow(
  event: unknown,
  shipment: unknown,
  line: number,
  { arrival, contentHash, place: replyPlace, readZone }: Reading,
): ParsedRow {
  const place = `${replyPlace} event ${line}`;
  const read = {
    barcode: textOf(shipment, "Barcode"),
    code: textOf(event, "Code"),
    timestamp: textOf(event, "TimeStamp"),
  };
  try {
    if (!isObject(event)) throw notA("an object or a list of them in Event", event, place);
    const barcode = parseBarcode(required(read.barcode, "Barcode", place), place);
    const code = normaliseLegacyCode(required(read.code, "Code", place));
    const text = required(read.timestamp, "TimeStamp", place);
    if (NO_TIME.test(text)) throw missing("TimeStamp", place);
    const time = parseTimestamp(text, readZone, place);
    const customer = getOwn(shipment, "Customer");
    return toObservationRow({
      barcode,
      channel: "legacy-api",
      code,
      at: time.at,
      laterAt: time.laterAt,
      nonexistentTime: time.nonexistentTime,
      precisionMs: time.precisionMs,
      receivedAt: arrival.receivedAt,
      details: {
        reference: textOf(shipment, "Reference"),
        customerNumber: textOf(customer, "CustomerNumber"),
        customerCode: textOf(customer, "CustomerCode"),
        mainBarcode: textOf(shipment, "MainBarcode")?.toUpperCase() ?? null,
        location: textOf(event, "LocationCode"),
        productCode: textOf(shipment, "ProductCode"),
      },
      intake: contentHash,
      line,
      identity: identityOf(barcode, code, time.canonical),
      lastListedAt: null,
    });
  } catch (problem) {
    return toQuarantinedRow(line, problem, read);
  }
}

/** @throws InputError `SHAPE_INVALID` when it is no reply of this service */
function listShipments(body: unknown, place: string): readonly unknown[] {
  if (Array.isArray(body)) return [];
  if (!isObject(body)) throw notA("an object with CompleteStatus, or a list", body, place);
  const wrapper = WRAPPERS.map((name) => getOwn(body, name)).find((value) => !isEmpty(value));
  if (wrapper !== undefined) {
    const isKnown =
      isObject(wrapper) && ["Shipment", "Warnings"].some((name) => Object.hasOwn(wrapper, name));
    if (!isKnown) throw notA("an object with Shipment in CompleteStatus", wrapper, place);
    return listOf(getOwn(wrapper, "Shipment"));
  }
  const isKnown = [...WRAPPERS, ...WITHOUT_SHIPMENT].some((name) => Object.hasOwn(body, name));
  if (!isKnown) throw notA("CompleteStatus, CurrentStatus, Warnings or an error", body, place);
  return [];
}

function required(text: string | null, name: string, place: string): string {
  if (text === null) throw missing(name, place);
  return text;
}

function missing(name: string, place: string): InputError {
  return new InputError("FIELD_MISSING", {
    place,
    value: `no ${name}`,
    expected: `a text in ${name}`,
    todo: "ask the carrier; the row is set aside",
  });
}

function notA(expected: string, value: unknown, place: string): InputError {
  return new InputError("SHAPE_INVALID", {
    place,
    value: toKind(value),
    expected,
    todo: "look at the raw reply; if the service has changed, its reader must follow",
  });
}
