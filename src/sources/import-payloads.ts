import { UsageError } from "../domain/errors.ts";
import { makeZoneReader } from "../domain/instant.ts";
import type { PayloadIntake, RawDelivery } from "../intake/incoming.ts";
import type { Contract } from "./contract.ts";
import type { PayloadChannel } from "./exported-line.ts";
import { parseExportedLine, toBrokenLineIntake, toOverlongLineIntake } from "./exported-line.ts";
import { parseLegacyReply } from "./legacy-api/parse-reply.ts";
import type { ReceivedArrival } from "./payload-intake.ts";
import type { JsonBlock, JsonLine } from "./read-json-lines.ts";
import { linesOf, readJsonBlocks } from "./read-json-lines.ts";
import { parseStatusReply } from "./status-api/parse-reply.ts";
import { parseDelivery } from "./webhook/parse-delivery.ts";
import { makeDeliveryReader } from "./webhook/read-exported-deliveries.ts";

/** What a payload's reader must know beside the payload. */
export interface PayloadContext {
  /** The shape of the new services' payloads. */
  readonly contract: Contract;
  /** The IANA zone of the old API's times, which have no offset. */
  readonly legacyZone: string;
}

/** Reads one payload of a channel; never throws for what it holds. */
export type PayloadParser = (content: Uint8Array, arrival: ReceivedArrival, place: string) => PayloadIntake;

/** Makes the reader of a channel's payloads, the same for the wire and for files from disk. */
export function makePayloadParser(
  channel: PayloadChannel,
  { contract, legacyZone }: PayloadContext,
): PayloadParser {
  switch (channel) {
    case "legacy-api": {
      const readZone = makeZoneReader(legacyZone);
      return (content, arrival, place) => parseLegacyReply(content, arrival, place, readZone);
    }
    case "webhook":
      return (content, arrival, place) => parseDelivery(content, arrival, place, contract);
    case "status-api":
      return (content, arrival, place) => parseStatusReply(content, arrival, place, contract);
  }
}

/** Makes the reader of deliveries that a receiver has taken. */
export function makeDeliveryParser(context: PayloadContext): (delivery: RawDelivery) => PayloadIntake {
  const parse = makePayloadParser("webhook", context);
  return ({ body, receivedAt, deliveryId }) =>
    parse(
      body,
      { channel: "webhook", name: deliveryId, receivedAt, httpStatus: null },
      `delivery ${deliveryId}`,
    );
}

/**
 * Reads a JSON Lines file of exported deliveries or replies, in blocks of
 * whole lines for {@link makeBlockParser}.
 *
 * @throws UsageError when the file cannot be read
 */
export async function* readPayloadBlocks(path: string): AsyncGenerator<JsonBlock> {
  try {
    yield* readJsonBlocks(path);
  } catch (cause) {
    if (!isFileError(cause)) throw cause;
    throw new UsageError(
      { place: path, value: cause.code, expected: "a file that can be read", todo: "correct the path" },
      { cause },
    );
  }
}

/**
 * Makes the reader of exported deliveries or replies: as if they had come over
 * the wire, an intake for each line, in order. A line that cannot be read is
 * an intake with one row set aside. Keep the reader: it learns.
 */
export function makeBlockParser(channel: PayloadChannel, context: PayloadContext): BlockParser {
  const parse = makePayloadParser(channel, context);
  const deliveries = channel === "webhook" ? makeDeliveryReader(context.contract) : null;
  return function* (block, file) {
    const readQuickly = deliveries?.open(block.bytes);
    for (const line of linesOf(block)) {
      yield readQuickly?.(line) ?? parseLine(line, file, channel, parse);
    }
  };
}

/**
 * @param file the file's name, for messages
 */
export type BlockParser = (block: JsonBlock, file: string) => Generator<PayloadIntake>;

function parseLine(
  { line, bytes, isCut }: JsonLine,
  file: string,
  channel: PayloadChannel,
  parse: PayloadParser,
): PayloadIntake {
  const place = `${file} line ${line}`;
  return isCut ? toOverlongLineIntake(bytes, channel, place) : toIntake(bytes, channel, place, parse);
}

function toIntake(
  bytes: Uint8Array,
  channel: PayloadChannel,
  place: string,
  parse: PayloadParser,
): PayloadIntake {
  try {
    const { arrival, body } = parseExportedLine(bytes, channel, place);
    return parse(body, arrival, place);
  } catch (problem) {
    return toBrokenLineIntake(bytes, channel, place, problem);
  }
}

/** Distinguishes the disk's errors from those of whoever takes the batches. */
function isFileError(cause: unknown): cause is Error & { readonly code: string } {
  return cause instanceof Error && "syscall" in cause && "code" in cause && typeof cause.code === "string";
}
