import { zstdCompressSync, zstdDecompressSync } from "node:zlib";

/** Writes counts by key: JSON, compressed. */
export function encodeSums(sums: ReadonlyMap<string, number>): Uint8Array {
  return zstdCompressSync(JSON.stringify([...sums.keys(), ...sums.values()]));
}

export function decodeSums(bytes: Uint8Array): Map<string, number> {
  const both = JSON.parse(zstdDecompressSync(bytes).toString()) as (string | number)[];
  const half = both.length / 2;
  const sums = new Map<string, number>();
  for (let i = 0; i < half; i += 1) sums.set(both[i] as string, both[half + i] as number);
  return sums;
}
