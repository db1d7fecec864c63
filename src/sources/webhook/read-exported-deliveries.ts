import { InputError } from "../../domain/errors.ts";
import { readUsualInstant } from "../../domain/instant.ts";
import type { PayloadIntake, SeenPayload } from "../../intake/incoming.ts";
import type { Contract } from "../contract.ts";
import { LONGEST_NAME } from "../exported-line.ts";
import { toSeenShape } from "../look-at-payload.ts";
import { parseJson } from "../parse-json.ts";
import type { ReceivedArrival } from "../payload-intake.ts";
import { hashOf, toObservationRow, toPayloadIntake } from "../payload-intake.ts";
import type { JsonLine } from "../read-json-lines.ts";
import { fillShape, toLineExpression, toShape } from "../recurring-shape.ts";
import { sliceJsonMembers } from "../slice-json-members.ts";
import type { DeliveredTexts, DeliveryField, DeliveryTexts } from "./parse-delivery.ts";
import { findTexts, toDelivered } from "./parse-delivery.ts";

/** Reads a line of exported deliveries; `undefined` where the careful way has to be taken. */
export type QuickReader = (line: JsonLine) => PayloadIntake | undefined;

/** Reads exported deliveries by the shape that they share. */
export interface DeliveryReader {
  /** Makes the reader of the lines of one block. */
  readonly open: (block: Uint8Array) => QuickReader;
}

/** So many shapes are remembered; a feed has few. */
const MOST_SHAPES = 8;
/** So many lines of unknown shape are looked at in a block: a feed of ever new forms must not be learnt for ever. */
const MOST_LESSONS = 4;
const MOST_VALUES = 64;
/** Longer texts are looked at with care. */
const MOST_TEXT = 500;

/**
 * Makes a reader of exported deliveries that learns their shapes as it goes.
 * Whatever it gives is what `parseExportedLine` and `parseDelivery` give;
 * where they would set a row aside or decide anything, it gives nothing.
 */
export function makeDeliveryReader(contract: Contract): DeliveryReader {
  let known: KnownShape[] = [];
  return {
    open(block) {
      // Each character is a byte, so that places in it are places in the block.
      const text = Buffer.from(block.buffer, block.byteOffset, block.byteLength).toString("latin1");
      let lessons = 0;
      return ({ bytes, isCut, line }) => {
        if (isCut) return undefined;
        const start = bytes.byteOffset - block.byteOffset;
        for (const [index, shape] of known.entries()) {
          shape.expression.lastIndex = start;
          const found = shape.expression.exec(text);
          if (found === null) continue;
          if (index > 0) known = [shape, ...known.filter((one) => one !== shape)];
          return read(shape, found, bytes, line, contract);
        }
        if (lessons < MOST_LESSONS) {
          lessons += 1;
          const shape = learnShape(text.slice(start, start + bytes.length), contract);
          if (shape !== undefined) known = [shape, ...known.slice(0, MOST_SHAPES - 1)];
        }
        return undefined;
      };
    },
  };
}

/** A shape of which it is known what its values mean. */
interface KnownShape {
  /** Captures the values that mean something. */
  readonly expression: RegExp;
  /** The captures that say when and under which name the delivery came. */
  readonly receivedAt: number;
  readonly deliveryId: number;
  /** What stands before the body, and how many bytes behind it: it is the last member. */
  readonly body: { readonly opening: string; readonly bytesBehind: number };
  /** What the contract finds: the pieces of a text, or `null` for none. */
  readonly fields: readonly (readonly [DeliveryField, readonly Piece[] | null])[];
  readonly seen: SeenPayload;
}

/** The number of a capture, or a text that is part of the shape. */
type Piece = number | string;

const toProbe = (index: number): string => `value ${index}`;
const PROBE = /^value ([0-9]+)$/;
const PROBES = /value ([0-9]+)/;

/**
 * Finds out what the values of a line mean, by having the careful readers read
 * a line of the same shape that holds their numbers.
 *
 * @returns `undefined` for lines that have to be read with care each time
 */
function learnShape(line: string, contract: Contract): KnownShape | undefined {
  const shape = isJson(line) ? toShape(line) : undefined;
  if (shape === undefined || shape.parts.length > MOST_VALUES) return undefined;
  const probe = Buffer.from(fillShape(shape, toProbe));
  const members = sliceJsonMembers(probe);
  const receivedAt = toNumber(members?.get("receivedAt"));
  const deliveryId = toNumber(members?.get("deliveryId"));
  const body = members?.get("body");
  if (receivedAt === undefined || deliveryId === undefined || body === undefined) return undefined;
  const bytesBehind = probe.byteOffset + probe.length - (body.byteOffset + body.length);
  const opening = BODY_OPENING.exec(probe.toString("latin1"))?.[0];
  // The body must be the last member: then nothing that varies stands behind it.
  if (
    opening === undefined ||
    probe.indexOf(opening) + opening.length !== body.byteOffset - probe.byteOffset
  ) {
    return undefined;
  }
  if (/"/.test(probe.toString("latin1", probe.length - bytesBehind))) return undefined;
  const delivery = parseProbe(body);
  if (delivery === undefined) return undefined;
  const found = Object.entries(findTexts(contract, delivery)).map(
    ([field, text]) => [field as DeliveryField, text?.split(PROBES) ?? null] as const,
  );
  // What `split` captures, the numbers of the values, stands at the odd places.
  const numbers = found.flatMap(([, pieces]) => pieces?.filter((_, i) => i % 2 === 1) ?? []);
  const wanted = [...new Set([receivedAt, deliveryId, ...numbers.map(Number)])].sort((a, b) => a - b);
  // A copy: a piece of the line would keep the whole block in memory.
  const learntFrom = Buffer.from(line, "latin1");
  const captureOf = (value: number): number => wanted.indexOf(value) + 1;
  return {
    expression: toLineExpression(shape, new Set(wanted)),
    receivedAt: captureOf(receivedAt),
    deliveryId: captureOf(deliveryId),
    body: { opening, bytesBehind },
    fields: found.map(([field, pieces]) => [
      field,
      pieces
        ?.map((piece, i) => (i % 2 === 1 ? captureOf(Number(piece)) : piece))
        .filter((piece) => piece !== "") ?? null,
    ]),
    seen: toSeenShape(() => parseProbe(sliceJsonMembers(learntFrom)?.get("body") ?? body), contract),
  };
}

const BODY_OPENING = /"body" *: */;

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** A body as the careful reader reads it, long numbers included; `undefined` where that refuses it. */
function parseProbe(body: Uint8Array): unknown {
  try {
    return parseJson(body, "a probe");
  } catch (problem) {
    if (problem instanceof InputError) return undefined;
    throw problem;
  }
}

/** The number of the value that a member is; `undefined` when it is something else. */
function toNumber(bytes: Uint8Array | undefined): number | undefined {
  const [, number] =
    PROBE.exec(
      Buffer.from(bytes ?? [])
        .toString("latin1")
        .slice(1, -1),
    ) ?? [];
  return number === undefined ? undefined : Number(number);
}

function read(
  { fields, receivedAt: receivedAtCapture, deliveryId, body, seen }: KnownShape,
  found: RegExpExecArray,
  bytes: Uint8Array,
  line: number,
  contract: Contract,
): PayloadIntake | undefined {
  const receivedAt = readUsualInstant(found[receivedAtCapture] as string);
  const name = found[deliveryId] as string;
  if (receivedAt === undefined || !isUsualText(name) || name.length > LONGEST_NAME) return undefined;

  const texts: { -readonly [field in DeliveryField]?: string | null } = {};
  for (const [field, pieces] of fields) {
    if (pieces === null) {
      texts[field] = null;
      continue;
    }
    let text = "";
    for (const piece of pieces) {
      const value = typeof piece === "number" ? (found[piece] as string) : piece;
      if (typeof piece === "number" && !isUsualText(value)) return undefined;
      text += value;
    }
    texts[field] = text;
  }
  if (!isWhole(texts as DeliveryTexts)) return undefined;

  const whole = found[0];
  const content = bytes.subarray(
    whole.indexOf(body.opening) + body.opening.length,
    whole.length - body.bytesBehind,
  );
  const contentHash = hashOf(content);
  const arrival: ReceivedArrival = { channel: "webhook", name, receivedAt, httpStatus: null };
  try {
    const observation = toDelivered(texts as DeliveredTexts, contentHash, arrival, `line ${line}`, contract);
    const { customerNumber } = texts as DeliveryTexts;
    return toPayloadIntake(content, contentHash, arrival, [toObservationRow(observation)], {
      customerNumber,
      seen,
    });
  } catch (problem) {
    if (problem instanceof InputError) return undefined;
    throw problem;
  }
}

/** Neither empty nor with blanks around it nor overlong: the careful readers take it as it stands. */
function isUsualText(text: string): boolean {
  return text !== "" && text.length <= MOST_TEXT && !text.startsWith(" ") && !text.endsWith(" ");
}

function isWhole({ barcode, code, timestamp }: DeliveryTexts): boolean {
  return barcode !== null && code !== null && timestamp !== null;
}
