import { createHash, hash } from "node:crypto";
import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import type { RawPart } from "./intake-access.ts";

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
const FIRST_BYTES = 64 * 1024;

/**
 * Names a pack by what it is made of, so that the same payloads taken in again
 * make the same pack, and others another: what is kept under a key stays as it
 * is.
 *
 * @param content where one piece ends and the next begins counts too
 */
export function packKeyOf(content: Iterable<Uint8Array | string>): string {
  const hash = createHash("sha256");
  for (const piece of content) hash.update(`${piece.length} `).update(piece);
  return hash.digest("hex").slice(0, 16);
}

/**
 * Puts many payloads into one piece of raw content: each with its length
 * before it (32 bits, little-endian).
 */
export class Packer {
  #content: Buffer = Buffer.allocUnsafe(FIRST_BYTES);
  #size = 0;

  /** Forgets what was added. */
  clear(): void {
    this.#size = 0;
  }

  add(payload: Uint8Array): void {
    const end = this.#size + LENGTH_BYTES + payload.length;
    if (end > this.#content.length) {
      const larger = Buffer.allocUnsafe(end * 2);
      this.#content.copy(larger, 0, 0, this.#size);
      this.#content = larger;
    }
    this.#content.writeUInt32LE(payload.length, this.#size);
    this.#content.set(payload, this.#size + LENGTH_BYTES);
    this.#size = end;
  }

  /**
   * The pack of all that was added since the last time.
   *
   * @param key of {@link packKeyOf}
   */
  finish(key: string): RawPart {
    const bytes = toRawBytes(this.#content.subarray(0, this.#size));
    this.clear();
    return { key, part: 0, bytes };
  }
}

/** The SHA-256 (hex) of an empty file, which has no parts. */
const HASH_OF_NOTHING = hash("sha256", "", "hex");

/**
 * The raw content of an intake.
 *
 * @param parts all that is kept under `key`, in order
 * @param key the intake's own hash, or that of the pack that holds it
 * @returns `undefined` when it is not kept, or the pack does not hold it
 */
export function fromParts(parts: readonly Uint8Array[], key: string, intake: string): Uint8Array | undefined {
  if (parts.length === 0 && intake !== HASH_OF_NOTHING) return undefined;
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
