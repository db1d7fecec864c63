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

const CHUNK_BYTES = 1024 * 1024;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
/** What may stand around a line and does not count for the cap, and one byte more to know that the line is longer. */
const MARGIN = 5;
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * Reads the lines of a JSON Lines file, a batch for each chunk of the disk.
 * LF or CR LF, with or without a last line end; blank lines and byte-order
 * marks are passed over, also where files were joined. Memory stays within a
 * chunk and the longest line.
 *
 * @throws the file system's error when the file cannot be read
 */
export async function* readJsonLines(
  path: string,
  mostLineBytes: number = MOST_LINE_BYTES,
): AsyncGenerator<readonly JsonLine[]> {
  let line = 0;
  /** The beginning of a line whose end has not been read yet, a little over the cap at most. */
  let begun: Buffer[] = [];
  let begunBytes = 0;

  const begin = (part: Buffer) => {
    const kept = part.subarray(0, Math.max(0, mostLineBytes + MARGIN - begunBytes));
    if (kept.length > 0) begun.push(kept);
    begunBytes += kept.length;
  };
  const finish = (part: Buffer): JsonLine | undefined => {
    line += 1;
    let bytes = part;
    if (begunBytes > 0) {
      begin(part);
      bytes = Buffer.concat(begun);
      begun = [];
      begunBytes = 0;
    }
    if (bytes.at(-1) === CARRIAGE_RETURN) bytes = bytes.subarray(0, -1);
    if (bytes.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK)) {
      bytes = bytes.subarray(BYTE_ORDER_MARK.length);
    }
    if (bytes.length > mostLineBytes) return { line, bytes: bytes.subarray(0, mostLineBytes), isCut: true };
    return isBlank(bytes) ? undefined : { line, bytes, isCut: false };
  };

  for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES }) as AsyncIterable<Buffer>) {
    const lines: JsonLine[] = [];
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED, start); end !== -1; end = chunk.indexOf(LINE_FEED, start)) {
      const finished = finish(chunk.subarray(start, end));
      if (finished !== undefined) lines.push(finished);
      start = end + 1;
    }
    begin(chunk.subarray(start));
    if (lines.length > 0) yield lines;
  }
  const last = finish(Buffer.alloc(0));
  if (last !== undefined) yield [last];
}

function isBlank(bytes: Uint8Array): boolean {
  for (const byte of bytes) {
    if (byte !== 0x20 && byte !== 0x09 && byte !== CARRIAGE_RETURN) return false;
  }
  return true;
}
