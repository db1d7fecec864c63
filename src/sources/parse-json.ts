import { isUtf8 } from "node:buffer";
import { InputError } from "../domain/errors.ts";

/** The largest payload that is read; larger ones are kept raw and quarantined. */
export const MOST_BODY_BYTES = 16 * 1024 * 1024;

/** The deepest nesting that is read. */
export const MOST_DEPTH = 64;

const QUOTE = 0x22;
const ZERO = 0x30;
const NINE = 0x39;
const BACKSLASH = 0x5c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

const WINDOWS_1252 = new TextDecoder("windows-1252");

/** From so many digits on a number may be longer than a double holds exactly: event ids are known to be. */
const LONG_NUMBER_DIGITS = 16;
const DIGITS = /^-?[0-9]+$/;

/**
 * Reads a JSON payload: UTF-8 with or without byte-order mark (bytes that are
 * not UTF-8 are read as Windows-1252, as in scan files). An integer too long for
 * a double becomes the text of its digits. Whatever is returned is foreign: read
 * own properties only.
 *
 * The messages never quote the payload, because it may hold names and addresses.
 *
 * @throws InputError `BODY_NOT_JSON`, `BODY_TOO_LARGE` (over {@link MOST_BODY_BYTES})
 *   or `BODY_TOO_DEEP` (over {@link MOST_DEPTH})
 */
export function parseJson(bytes: Uint8Array, place: string): unknown {
  if (bytes.length > MOST_BODY_BYTES) {
    throw new InputError("BODY_TOO_LARGE", {
      place,
      value: `${bytes.length} bytes`,
      expected: `at most ${MOST_BODY_BYTES} bytes`,
      todo: "ask the carrier for smaller pages; the payload is kept raw",
    });
  }
  const { isTooDeep, hasLongNumber } = survey(bytes);
  if (isTooDeep) {
    throw new InputError("BODY_TOO_DEEP", {
      place,
      value: `${bytes.length} bytes of JSON`,
      expected: `at most ${MOST_DEPTH} levels of nesting`,
      todo: "look at the raw payload; it is not a message of the carrier's",
    });
  }
  const text = toText(bytes);
  try {
    return hasLongNumber ? JSON.parse(text, keepLongNumber) : JSON.parse(text);
  } catch {
    // The parser's own message quotes the payload, so it is not passed on.
    throw new InputError("BODY_NOT_JSON", {
      place,
      value: `${bytes.length} bytes`,
      expected: "one JSON value",
      todo: "look at the raw payload; a cut-off one comes again with the carrier's next attempt",
    });
  }
}

function toText(bytes: Uint8Array): string {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = isUtf8(view) ? view.toString("utf8") : WINDOWS_1252.decode(view);
  return text.startsWith("\ufeff") ? text.slice(1) : text;
}

function keepLongNumber(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  const source = context?.source ?? "";
  return typeof value === "number" && !Number.isSafeInteger(value) && DIGITS.test(source) ? source : value;
}

/** Looks a payload over before it is parsed: the parser's result would be too deep to walk, its long numbers rounded. */
function survey(bytes: Uint8Array): { readonly isTooDeep: boolean; readonly hasLongNumber: boolean } {
  let depth = 0;
  let digits = 0;
  let hasLongNumber = false;
  let inText = false;
  for (let i = 0; i < bytes.length; i += 1) {
    const byte = bytes[i] ?? 0;
    if (inText) {
      if (byte === BACKSLASH) i += 1;
      else if (byte === QUOTE) inText = false;
      continue;
    }
    digits = byte >= ZERO && byte <= NINE ? digits + 1 : 0;
    if (digits === LONG_NUMBER_DIGITS) hasLongNumber = true;
    if (byte === QUOTE) {
      inText = true;
    } else if (byte === OPEN_OBJECT || byte === OPEN_LIST) {
      depth += 1;
      if (depth > MOST_DEPTH) return { isTooDeep: true, hasLongNumber };
    } else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) {
      depth -= 1;
    }
  }
  return { isTooDeep: false, hasLongNumber };
}
