import type { CopyColumns } from "./statements.ts";
import { toKeptText } from "./text.ts";

/** A value of a column; numbers are whole. */
export type CopyValue = number | string | boolean | Uint8Array | null;

/** @see https://www.postgresql.org/docs/current/sql-copy.html#id-1.9.3.55.9.4 */
const HEADER = Buffer.from("PGCOPY\n\u00ff\r\n\0\0\0\0\0\0\0\0\0", "latin1");
const TRAILER = Buffer.from([0xff, 0xff]);
const CHUNK_BYTES = 256 * 1024;

/** Rows in PostgreSQL's binary copy format, in chunks. */
export function* encodeCopy(
  columns: CopyColumns,
  rows: Iterable<readonly CopyValue[]>,
): Generator<Buffer, void, undefined> {
  const types = Object.values(columns);
  let buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  let at = HEADER.copy(buffer);
  const makeRoom = (bytes: number): void => {
    if (at + bytes <= buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(buffer.length * 2, at + bytes));
    buffer.copy(larger, 0, 0, at);
    buffer = larger;
  };
  for (const row of rows) {
    makeRoom(2 + row.length * (4 + 8));
    at = buffer.writeInt16BE(row.length, at);
    for (const [i, value] of row.entries()) {
      if (value === null) at = buffer.writeInt32BE(-1, at);
      else if (typeof value === "string") {
        const text = toKeptText(value);
        makeRoom(4 + text.length * 3 + (row.length - i) * (4 + 8));
        const length = buffer.write(text, at + 4, "utf8");
        at = buffer.writeInt32BE(length, at) + length;
      } else if (typeof value === "object") {
        makeRoom(4 + value.length + (row.length - i) * (4 + 8));
        at = buffer.writeInt32BE(value.length, at);
        buffer.set(value, at);
        at += value.length;
      } else at = writeNumber(buffer, at, types[i], Number(value));
    }
    if (at < CHUNK_BYTES) continue;
    yield buffer.subarray(0, at);
    buffer = Buffer.allocUnsafe(CHUNK_BYTES);
    at = 0;
  }
  yield Buffer.concat([buffer.subarray(0, at), TRAILER]);
}

function writeNumber(
  buffer: Buffer,
  at: number,
  type: CopyColumns[string] | undefined,
  value: number,
): number {
  switch (type) {
    case "bool":
      return buffer.writeInt8(value, buffer.writeInt32BE(1, at));
    case "int2":
      return buffer.writeInt16BE(value, buffer.writeInt32BE(2, at));
    case "int4":
      return buffer.writeInt32BE(value, buffer.writeInt32BE(4, at));
    case "int8":
      return buffer.writeBigInt64BE(BigInt(value), buffer.writeInt32BE(8, at));
    default:
      throw new Error(`a number for a column of type ${type}`);
  }
}
