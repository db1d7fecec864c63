import { createReadStream } from "node:fs";

/** The longest line that is kept whole. */
const MOST_LINE_BYTES = 16 * 1024 * 1024;

/** A line of a JSON Lines file as it stands: no byte-order mark, no line end. */
export interface JsonLine {
  /** From 1, blank lines counted. */
  readonly line: number;
  readonly bytes: Uint8Array;
  /** The line is longer than the cap; `bytes` is its beginning only. */
  readonly isCut: boolean;
}

/** Whole lines of a JSON Lines file, as they stand. */
export interface JsonBlock {
  /** The number of the first line; a file's first line is 1. */
  readonly firstLine: number;
  readonly bytes: Uint8Array;
  /** One line that is longer than the cap; `bytes` is its beginning only. */
  readonly isCut: boolean;
}

const BLOCK_BYTES = 1024 * 1024;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
/** What may stand around a line and does not count for the cap, and one byte more to know that the line is longer. */
const MARGIN = 5;
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * Reads a JSON Lines file in blocks of whole lines. Memory stays within a
 * block and the longest line.
 *
 * @throws the file system's error when the file cannot be read
 */
export async function* readJsonBlocks(
  path: string,
  mostLineBytes: number = MOST_LINE_BYTES,
): AsyncGenerator<JsonBlock> {
  const most = mostLineBytes + MARGIN;
  let line = 1;
  /** The beginning of a line whose end has not been read yet, a little over the cap at most. */
  let begun: Buffer[] = [];
  let begunBytes = 0;
  const begin = (part: Buffer): void => {
    const kept = part.subarray(0, Math.max(0, most - begunBytes));
    if (kept.length > 0) begun.push(kept);
    begunBytes += kept.length;
  };
  const finish = (rest: readonly Buffer[]): JsonBlock => {
    const block = { firstLine: line, bytes: Buffer.concat([...begun, ...rest]), isCut: begunBytes >= most };
    begun = [];
    begunBytes = 0;
    return block;
  };
  for await (const chunk of createReadStream(path, { highWaterMark: BLOCK_BYTES }) as AsyncIterable<Buffer>) {
    let start = 0;
    if (begunBytes > 0) {
      const end = chunk.indexOf(LINE_FEED);
      begin(end === -1 ? chunk : chunk.subarray(0, end));
      if (end === -1) continue;
      start = end + 1;
      if (begunBytes >= most) {
        yield finish([]);
        line += 1;
      } else begun.push(chunk.subarray(end, start));
    }
    const last = chunk.lastIndexOf(LINE_FEED) + 1;
    if (last > start || begun.length > 0) {
      const block = finish([chunk.subarray(start, Math.max(start, last))]);
      // Before it is handed over: whoever takes a block may pass it on to another thread.
      line += countLines(block.bytes);
      yield block;
    }
    begin(chunk.subarray(Math.max(start, last)));
  }
  if (begunBytes > 0) yield finish([]);
}

function countLines(bytes: Uint8Array): number {
  let lines = 0;
  for (let at = bytes.indexOf(LINE_FEED); at !== -1; at = bytes.indexOf(LINE_FEED, at + 1)) lines += 1;
  return lines;
}

/**
 * The lines of a block. LF or CR LF, with or without a last line end; blank
 * lines and byte-order marks are passed over, also where files were joined.
 */
export function* linesOf(
  { firstLine, bytes: all, isCut }: JsonBlock,
  mostLineBytes: number = MOST_LINE_BYTES,
): Generator<JsonLine> {
  for (let start = 0, line = firstLine; start < all.length; line += 1) {
    const feed = isCut ? -1 : all.indexOf(LINE_FEED, start);
    const end = feed === -1 ? all.length : feed;
    let bytes = all.subarray(start, end);
    start = end + 1;
    if (bytes.at(-1) === CARRIAGE_RETURN) bytes = bytes.subarray(0, -1);
    if (BYTE_ORDER_MARK.equals(bytes.subarray(0, BYTE_ORDER_MARK.length))) {
      bytes = bytes.subarray(BYTE_ORDER_MARK.length);
    }
    if (bytes.length > mostLineBytes) yield { line, bytes: bytes.subarray(0, mostLineBytes), isCut: true };
    else if (!isBlank(bytes)) yield { line, bytes, isCut: false };
  }
}

function isBlank(bytes: Uint8Array): boolean {
  for (const byte of bytes) {
    if (byte !== 0x20 && byte !== 0x09 && byte !== CARRIAGE_RETURN) return false;
  }
  return true;
}
