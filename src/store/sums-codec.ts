import { zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { addSum } from "../domain/add-sum.ts";

/** So many parts of sums are kept before they are made one: a part costs its reader little, and its writer nothing of the others. */
export const MOST_PARTS = 16;

/** Writes counts by key: JSON, compressed. */
export function encodeSums(sums: ReadonlyMap<string, number>): Uint8Array {
  return zstdCompressSync(JSON.stringify([...sums.keys(), ...sums.values()]));
}

/** Reads counts that are kept in parts, and adds them up; what comes to nothing is left out. */
export function decodeSums(parts: readonly Uint8Array[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const bytes of parts) {
    const both = JSON.parse(zstdDecompressSync(bytes).toString()) as (string | number)[];
    const half = both.length / 2;
    for (let i = 0; i < half; i += 1) addSum(sums, both[i] as string, both[half + i] as number);
  }
  return sums;
}
