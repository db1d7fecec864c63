import type { Channel } from "../domain/channel.ts";
import { InputError, toVisible } from "../domain/errors.ts";
import { parseInstant } from "../domain/instant.ts";
import type { PayloadIntake } from "../intake/incoming.ts";
import { toRequestName } from "./api-reply.ts";
import { isObject, toText } from "./compile-path.ts";
import { parseJson } from "./parse-json.ts";
import type { ReceivedArrival } from "./payload-intake.ts";
import { hashOf, toPayloadIntake, toQuarantinedRow } from "./payload-intake.ts";
import { sliceJsonMembers } from "./slice-json-members.ts";

/** The channels whose intakes are payloads, not files. */
export type PayloadChannel = Exclude<Channel, "legacy-scan">;

/** A payload that was exported to disk with the circumstances of its arrival. */
export interface ExportedLine {
  readonly arrival: ReceivedArrival;
  /** The bytes of `body` as they stand in the line: they are what was received. */
  readonly body: Uint8Array;
}

/** Of an arrival; longer ones are shortened. */
export const LONGEST_NAME = 200;
const HTTP_STATUS = /^[1-5][0-9]{2}$/;
const NO_BODY = new Uint8Array(0);

/**
 * Reads the wrapper around an exported payload: `{receivedAt, deliveryId, body}`
 * for the webhook, `{receivedAt, httpStatus, request, body}` for the APIs.
 * Only an API reply with another status than 200 may lack its body.
 *
 * @throws InputError `LINE_INVALID`
 */
export function parseExportedLine(bytes: Uint8Array, channel: PayloadChannel, place: string): ExportedLine {
  const members = sliceJsonMembers(bytes);
  if (members === undefined) throw invalid("no JSON object", "an object on one line", place);

  const receivedAt = parseReceivedAt(members.get("receivedAt"), place);
  const body = members.get("body");
  if (channel === "webhook") {
    if (body === undefined) throw invalid("no body", "the delivery in 'body'", place);
    const deliveryId = toText(parseMember(members.get("deliveryId"), place));
    const name = deliveryId === null ? place : toVisible(deliveryId, LONGEST_NAME);
    return { arrival: { channel, name, receivedAt, httpStatus: null }, body };
  }

  const status = toText(parseMember(members.get("httpStatus"), place));
  if (status === null || !HTTP_STATUS.test(status)) {
    throw invalid("no httpStatus", "the reply's status, such as 200, in 'httpStatus'", place);
  }
  const httpStatus = Number(status);
  if (body === undefined && httpStatus === 200) throw invalid("no body", "the reply in 'body'", place);
  const request = parseMember(members.get("request"), place);
  const name = isObject(request) ? toRequestName(request) : "";
  return {
    arrival: { channel, name: name === "" ? place : name, receivedAt, httpStatus },
    body: body ?? NO_BODY,
  };
}

/** A line that says too little to be taken in: kept as it stands, one row set aside. */
export function toBrokenLineIntake(
  bytes: Uint8Array,
  channel: PayloadChannel,
  place: string,
  problem: unknown,
): PayloadIntake {
  const arrival = { channel, name: place, receivedAt: null, httpStatus: null };
  return toPayloadIntake(bytes, hashOf(bytes), arrival, [toQuarantinedRow(1, problem)]);
}

/** A line over the cap: only its beginning is kept. */
export function toOverlongLineIntake(
  beginning: Uint8Array,
  channel: PayloadChannel,
  place: string,
): PayloadIntake {
  const problem = invalid(
    `a line of more than ${beginning.length} bytes`,
    `at most ${beginning.length} bytes`,
    place,
  );
  return toBrokenLineIntake(beginning, channel, place, problem);
}

function parseReceivedAt(bytes: Uint8Array | undefined, place: string): number {
  const text = toText(parseMember(bytes, place));
  try {
    if (text !== null) return parseInstant(text, place);
  } catch {
    // Said below, with the name of the field.
  }
  throw invalid(
    text === null ? "no receivedAt" : `receivedAt '${text}'`,
    "the moment of arrival in 'receivedAt', such as 2026-03-07T22:30:00Z",
    place,
  );
}

function parseMember(bytes: Uint8Array | undefined, place: string): unknown {
  if (bytes === undefined) return undefined;
  try {
    return parseJson(bytes, place);
  } catch {
    throw invalid("no JSON", "JSON in receivedAt, deliveryId, httpStatus and request", place);
  }
}

function invalid(value: string, expected: string, place: string): InputError {
  return new InputError("LINE_INVALID", {
    place,
    value,
    expected,
    todo: "correct the export and import the file again; the lines already taken in count as duplicates",
  });
}
