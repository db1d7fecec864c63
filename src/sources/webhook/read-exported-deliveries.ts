import { isAscii } from "node:buffer";
import { InputError } from "../../domain/errors.ts";
import { readUsualInstant } from "../../domain/instant.ts";
import type { PayloadIntake } from "../../intake/incoming.ts";
import type { Contract } from "../contract.ts";
import { LONGEST_NAME } from "../exported-line.ts";
import type { ReceivedArrival } from "../payload-intake.ts";
import { hashOf, toObservationRow, toPayloadIntake } from "../payload-intake.ts";
import type { JsonLine } from "../read-json-lines.ts";
import type { Shape, ValuePlaces } from "../recurring-shape.ts";
import { fillShape, isPlain, matchShape, toShape } from "../recurring-shape.ts";
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
  const places: ValuePlaces = new Int32Array(MOST_VALUES * 2);

  const learn = (line: string): void => {
    const shape = learnShape(line, contract);
    if (shape !== undefined) known = [shape, ...known.slice(0, MOST_SHAPES - 1)];
  };

  return {
    open(block) {
      const text = toPlainText(block);
      if (text === null) return () => undefined;
      const tried = new Set<string>();
      return ({ bytes, isCut, line }) => {
        if (isCut) return undefined;
        const start = bytes.byteOffset - block.byteOffset;
        const end = start + bytes.length;
        const index = known.findIndex(({ shape }) => matchShape(shape, text, start, end, places));
        const shape = known[index];
        if (shape === undefined) {
          // One look at each new form: a feed of ever new forms must not be learnt for ever.
          if (tried.size < MOST_SHAPES) {
            const json = text.slice(start, end);
            tried.add(json);
            learn(json);
          }
          return undefined;
        }
        if (index > 0) known = [shape, ...known.filter((one) => one !== shape)];
        return read(shape, text, start, bytes, places, line, contract);
      };
    },
  };
}

/** A block as text, in which each character is a byte; `null` where it has to be read with care. */
function toPlainText(block: Uint8Array): string | null {
  if (!isAscii(block)) return null;
  const text = Buffer.from(block.buffer, block.byteOffset, block.byteLength).toString("latin1");
  return isPlain(text) ? text : null;
}

/** A place in a line of a shape: so many characters behind the beginning of a part. */
interface Place {
  readonly part: number;
  readonly offset: number;
}

/** A shape of which it is known what its values mean. */
interface KnownShape {
  readonly shape: Shape;
  readonly receivedAt: number;
  /** `null`: the lines do not say; their place stands for it. */
  readonly deliveryId: number | null;
  readonly bodyStart: Place;
  readonly bodyEnd: Place;
  /** What the contract finds: the number of a value, or a text that is part of the shape. */
  readonly fields: readonly (readonly [DeliveryField, number | string | null])[];
}

const toProbe = (index: number): string => `value ${index}`;
const PROBE = /^value ([0-9]+)$/;

/**
 * Finds out what the values of a line mean, by having the careful readers read
 * a line of the same shape that holds their numbers.
 */
function learnShape(line: string, contract: Contract): KnownShape | undefined {
  let shape: Shape;
  let body: unknown;
  let members: ReadonlyMap<string, Uint8Array> | undefined;
  let probe: Buffer;
  try {
    JSON.parse(line);
    shape = toShape(line);
    probe = Buffer.from(fillShape(shape, toProbe));
    members = sliceJsonMembers(probe);
    body = JSON.parse(toJson(members?.get("body")));
  } catch {
    return undefined;
  }
  const bodyBytes = members?.get("body");
  const receivedAt = toNumber(members?.get("receivedAt"));
  const deliveryId = members?.has("deliveryId") ? toNumber(members.get("deliveryId")) : null;
  if (shape.parts.length > MOST_VALUES || bodyBytes === undefined) return undefined;
  if (typeof receivedAt !== "number" || deliveryId === undefined) return undefined;
  const bodyAt = bodyBytes.byteOffset - probe.byteOffset;
  const texts = findTexts(contract, body);
  return {
    shape,
    receivedAt,
    deliveryId,
    bodyStart: toPlace(shape, bodyAt),
    bodyEnd: toPlace(shape, bodyAt + bodyBytes.length),
    fields: (Object.entries(texts) as [DeliveryField, string | null][]).map(([field, text]) => {
      const [, number] = PROBE.exec(text ?? "") ?? [];
      return [field, number === undefined ? text : Number(number)];
    }),
  };
}

function toJson(bytes: Uint8Array | undefined): string {
  return Buffer.from(bytes ?? []).toString("utf8");
}

/** The number of the value that a member is; `undefined` when it is something else. */
function toNumber(bytes: Uint8Array | undefined): number | undefined {
  const [, number] = PROBE.exec(toJson(bytes).slice(1, -1)) ?? [];
  return number === undefined ? undefined : Number(number);
}

/** Which part of the probe a position lies in. */
function toPlace({ parts }: Shape, position: number): Place {
  let start = 0;
  for (const [part, text] of parts.entries()) {
    if (position <= start + text.length) return { part, offset: position - start };
    start += text.length + toProbe(part).length;
  }
  throw new RangeError("a position behind the text's end");
}

function read(
  { fields, receivedAt: receivedAtValue, deliveryId, bodyStart, bodyEnd }: KnownShape,
  text: string,
  lineStart: number,
  bytes: Uint8Array,
  places: ValuePlaces,
  line: number,
  contract: Contract,
): PayloadIntake | undefined {
  const valueOf = (index: number): string =>
    text.slice(places[index * 2] as number, places[index * 2 + 1] as number);
  const positionOf = ({ part, offset }: Place): number =>
    (part === 0 ? lineStart : (places[part * 2 - 1] as number)) + offset;

  const receivedAt = readUsualInstant(valueOf(receivedAtValue));
  if (receivedAt === undefined || deliveryId === null) return undefined;
  const name = valueOf(deliveryId);
  if (!isUsualText(name) || name.length > LONGEST_NAME) return undefined;

  const texts: { -readonly [field in keyof DeliveryTexts]?: string | null } = {};
  for (const [field, value] of fields) {
    const found = typeof value === "number" ? valueOf(value) : value;
    if (typeof value === "number" && !isUsualText(found as string)) return undefined;
    texts[field] = found;
  }
  if (!isWhole(texts as DeliveryTexts)) return undefined;

  const content = bytes.subarray(positionOf(bodyStart) - lineStart, positionOf(bodyEnd) - lineStart);
  const contentHash = hashOf(content);
  const arrival: ReceivedArrival = { channel: "webhook", name, receivedAt, httpStatus: null };
  try {
    const observation = toDelivered(texts as DeliveredTexts, contentHash, arrival, `line ${line}`, contract);
    const { customerNumber } = texts as DeliveryTexts;
    return toPayloadIntake(content, contentHash, arrival, [toObservationRow(observation)], { customerNumber });
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
