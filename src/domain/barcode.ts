import { InputError } from "./errors.ts";

declare const barcodeBrand: unique symbol;

/** A parcel's barcode: upper case, 8 to 35 letters or digits. Made only by {@link parseBarcode}. */
export type Barcode = string & { readonly [barcodeBrand]: never };

const BARCODE = /^[0-9A-Za-z]{8,35}$/;

/**
 * Reads a barcode as it stands in a file, an API body or a webhook.
 *
 * Blanks around it and lower case are repaired; nothing else is. Prefix,
 * length by product and check digit never reject: the carrier's own examples
 * break its own rules.
 *
 * @throws InputError `BARCODE_INVALID`, naming `place`, for any other text.
 */
export function parseBarcode(text: string, place: string): Barcode {
  const barcode = text.trim();
  // Before the letters are raised: `ß` would become two.
  if (!BARCODE.test(barcode)) {
    throw new InputError("BARCODE_INVALID", {
      place,
      value: `barcode '${text}'`,
      expected: "8 to 35 letters or digits",
      todo: "correct the row, or the layout or contract that says where the barcode stands",
    });
  }
  return barcode.toUpperCase() as Barcode;
}

/** Of the Universal Postal Union's form: two letters, digits, two letters of a country. */
const S10 = /^[A-Z]{2}[0-9]{8,9}[A-Z]{2}$/;

/**
 * Whether a barcode is an international one (UPU S10). Those that the carrier
 * made itself since 10 March 2026 are not found by barcode, only by reference.
 *
 * @see https://developer.postnl.nl/operational-status/changelog
 */
export function isInternational(barcode: Barcode): boolean {
  return S10.test(barcode);
}

/** How many buckets the parcels are spread over. Stored with every row: changing it means a new store. */
export const BUCKETS = 1024;

/**
 * The bucket of a key: FNV-1a (32 bit) of its characters, modulo {@link BUCKETS}.
 * The unit of parallel work and the shard key; it leads every primary key.
 */
export function bucketOf(key: string): number {
  return hashText(key) % BUCKETS;
}

/**
 * FNV-1a of a text's characters: an unsigned 32-bit number.
 *
 * @param seed what the hash begins with
 * @see http://www.isthe.com/chongo/tech/comp/fnv/
 */
export function hashText(text: string, seed = 0x811c9dc5): number {
  let hash = seed;
  for (let i = 0; i < text.length; i += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  return hash >>> 0;
}
