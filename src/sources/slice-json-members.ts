const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/**
 * Finds the members of a JSON object in its bytes and gives the value of each
 * exactly as it stands, so that it can be hashed. Of a name that comes twice
 * the last one counts, as for `JSON.parse`.
 *
 * It looks at structure only: texts, brackets, commas. A value it gives may
 * still be no JSON; `undefined` means that the whole is no object for certain.
 */
export function sliceJsonMembers(bytes: Uint8Array): ReadonlyMap<string, Uint8Array> | undefined {
  const members = new Map<string, Uint8Array>();
  let at = skipBlanks(bytes, 0);
  if (bytes[at] !== OPEN_OBJECT) return undefined;
  at = skipBlanks(bytes, at + 1);
  if (bytes[at] === CLOSE_OBJECT) return isEnd(bytes, at + 1) ? members : undefined;
  while (at < bytes.length) {
    const nameEnd = bytes[at] === QUOTE ? endOfText(bytes, at) : at;
    const name = toName(bytes.subarray(at, nameEnd));
    at = skipBlanks(bytes, nameEnd);
    if (name === undefined || bytes[at] !== COLON) return undefined;
    const start = skipBlanks(bytes, at + 1);
    const end = endOfValue(bytes, start);
    if (end === start) return undefined;
    members.set(name, bytes.subarray(start, end));
    at = skipBlanks(bytes, end);
    if (bytes[at] === CLOSE_OBJECT) return isEnd(bytes, at + 1) ? members : undefined;
    if (bytes[at] !== COMMA) return undefined;
    at = skipBlanks(bytes, at + 1);
  }
  return undefined;
}

/** The place behind a value; its own beginning where there is none or it does not end. */
function endOfValue(bytes: Uint8Array, start: number): number {
  const first = bytes[start];
  if (first === QUOTE) return endOfText(bytes, start);
  if (first === OPEN_OBJECT || first === OPEN_LIST) return endOfNested(bytes, start);
  let at = start;
  while (at < bytes.length && !isBlank(bytes[at]) && !isStructure(bytes[at])) at += 1;
  return at;
}

function endOfNested(bytes: Uint8Array, start: number): number {
  let depth = 0;
  let inText = false;
  for (let at = start; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (inText) {
      if (byte === BACKSLASH) at += 1;
      else if (byte === QUOTE) inText = false;
    } else if (byte === QUOTE) {
      inText = true;
    } else if (byte === OPEN_OBJECT || byte === OPEN_LIST) {
      depth += 1;
    } else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return start;
}

function endOfText(bytes: Uint8Array, start: number): number {
  for (let at = start + 1; at < bytes.length; at += 1) {
    if (bytes[at] === BACKSLASH) at += 1;
    else if (bytes[at] === QUOTE) return at + 1;
  }
  return start;
}

function toName(bytes: Uint8Array): string | undefined {
  try {
    const name: unknown = JSON.parse(Buffer.from(bytes).toString("utf8"));
    return typeof name === "string" ? name : undefined;
  } catch {
    return undefined;
  }
}

function skipBlanks(bytes: Uint8Array, start: number): number {
  let at = start;
  while (isBlank(bytes[at])) at += 1;
  return at;
}

function isEnd(bytes: Uint8Array, at: number): boolean {
  return skipBlanks(bytes, at) === bytes.length;
}

function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d;
}

function isStructure(byte: number | undefined): boolean {
  return (
    byte === COMMA ||
    byte === COLON ||
    byte === QUOTE ||
    byte === OPEN_LIST ||
    byte === CLOSE_LIST ||
    byte === OPEN_OBJECT ||
    byte === CLOSE_OBJECT
  );
}
