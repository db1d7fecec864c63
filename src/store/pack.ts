import { hash } from "node:crypto";
import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import type { RawPart } from "./store.ts";

/** The fastest level: payloads repeat themselves so much that the others gain little. */
const FASTEST = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

/** Compresses raw content. */
export function toRawBytes(content: Uint8Array): Uint8Array {
  return zstdCompressSync(content, FASTEST);
}

function fromRawBytes(bytes: Uint8Array): Buffer {
  return zstdDecompressSync(bytes);
}

const LENGTH_BYTES = 4;

/**
 * Puts many payloads into one piece of raw content: each with its length
 * before it (32 bits, little-endian). The same payloads make the same pack.
 */
export function makePack(payloads: readonly Uint8Array[]): RawPart {
  const size = payloads.reduce((sum, { length }) => sum + LENGTH_BYTES + length, 0);
  const content = Buffer.allocUnsafe(size);
  let at = 0;
  for (const payload of payloads) {
    at = content.writeUInt32LE(payload.length, at);
    content.set(payload, at);
    at += payload.length;
  }
  const bytes = toRawBytes(content);
  return { key: hash("sha256", bytes, "hex").slice(0, 16), part: 0, bytes };
}

/**
 * The raw content of an intake.
 *
 * @param parts all that is kept under `key`, in order
 * @param key the intake's own hash, or that of the pack that holds it
 * @returns `undefined` when the pack is not kept, or does not hold it
 */
export function fromParts(parts: readonly Uint8Array[], key: string, intake: string): Uint8Array | undefined {
  // An empty file has no parts.
  if (key === intake) return Buffer.concat(parts.map(fromRawBytes));
  const [pack] = parts;
  return pack === undefined ? undefined : findInPack(fromRawBytes(pack), intake);
}

/** The payload of a pack that has this SHA-256 (hex). */
function findInPack(content: Buffer, payloadHash: string): Uint8Array | undefined {
  for (let at = 0; at < content.length; ) {
    const start = at + LENGTH_BYTES;
    at = start + content.readUInt32LE(at);
    const payload = content.subarray(start, at);
    if (hash("sha256", payload, "hex") === payloadHash) return payload;
  }
  return undefined;
}
