import { createHmac } from "node:crypto";

/** How codes are made; carrier and we must agree on it. */
export interface TotpRule {
  readonly digits: number;
  readonly periodSeconds: number;
  readonly algorithm: "SHA1" | "SHA256" | "SHA512";
}

/**
 * The one-time code of a period.
 *
 * @param period the number of whole periods since 1970, UTC
 * @see https://www.rfc-editor.org/rfc/rfc6238 and, for the truncation, RFC 4226, section 5.3
 */
export function toTotp(secret: Uint8Array, period: number, { digits, algorithm }: TotpRule): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(period));
  const digest = createHmac(algorithm, secret).update(counter).digest();
  const offset = digest.readUInt8(digest.length - 1) & 0x0f;
  const number = digest.readUInt32BE(offset) & 0x7fff_ffff;
  return String(number % 10 ** digits).padStart(digits, "0");
}

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/**
 * Reads base32 as people copy it: lower case, blanks and missing padding are fine.
 *
 * @returns `null` for anything else, and for nothing
 * @see https://www.rfc-editor.org/rfc/rfc4648#section-6
 */
export function parseBase32(text: string): Uint8Array | null {
  const letters = text.replace(/[\s-]/g, "").replace(/=+$/, "").toUpperCase();
  if (!/^[A-Z2-7]+$/.test(letters)) return null;
  const bits = [...letters].map((letter) => ALPHABET.indexOf(letter).toString(2).padStart(5, "0")).join("");
  const bytes = bits.match(/.{8}/g) ?? [];
  return bytes.length === 0 ? null : Uint8Array.from(bytes, (byte) => Number.parseInt(byte, 2));
}
