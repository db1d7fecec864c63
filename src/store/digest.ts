import { hash } from "node:crypto";
import type { TableRow, TableValue } from "./tables.ts";

/** What rows are, without telling them: the same rows have the same digest, in any order and in any store. */
export interface Digest {
  readonly rows: number;
  /** 32 hexadecimal digits: the sum of the rows' own hashes, so that those of parts add up. */
  readonly hash: string;
}

/** The hashes are added in so many numbers of 32 bits, each by itself. */
const LANES = 4;
const DIGITS = 8;

export const NO_ROWS_DIGEST: Digest = Object.freeze({ rows: 0, hash: "0".repeat(LANES * DIGITS) });

/** Digests rows while they pass. */
export function makeDigester(): {
  readonly add: (rows: readonly TableRow[]) => void;
  readonly digest: () => Digest;
} {
  const sum = new Uint32Array(LANES);
  let count = 0;
  return {
    add(rows) {
      count += rows.length;
      for (const row of rows) {
        const own = hash("sha256", JSON.stringify(row.map(toPlain)), "buffer");
        for (let lane = 0; lane < LANES; lane += 1) sum[lane] = (sum[lane] ?? 0) + own.readUInt32BE(lane * 4);
      }
    },
    digest: () => ({ rows: count, hash: toText(sum) }),
  };
}

export async function digestRows(pages: AsyncIterable<readonly TableRow[]>): Promise<Digest> {
  const digester = makeDigester();
  for await (const rows of pages) digester.add(rows);
  return digester.digest();
}

/** The digest of the rows of both. */
export function addDigests(a: Digest, b: Digest): Digest {
  const sum = Uint32Array.from(toLanes(a), (lane, i) => lane + (toLanes(b)[i] ?? 0));
  return { rows: a.rows + b.rows, hash: toText(sum) };
}

export function isSameDigest(a: Digest, b: Digest): boolean {
  return a.rows === b.rows && a.hash === b.hash;
}

/** Bytes become an object, which no other value is. */
function toPlain(value: TableValue): unknown {
  return value instanceof Uint8Array ? { bytes: hash("sha256", value, "hex") } : value;
}

function toLanes({ hash: digits }: Digest): number[] {
  return Array.from({ length: LANES }, (_, i) =>
    Number.parseInt(digits.slice(i * DIGITS, (i + 1) * DIGITS), 16),
  );
}

function toText(lanes: Uint32Array): string {
  return Array.from(lanes, (lane) => lane.toString(16).padStart(DIGITS, "0")).join("");
}
