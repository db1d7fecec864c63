import type { Barcode } from "../domain/barcode.ts";
import { BUCKETS, hashText } from "../domain/barcode.ts";

/**
 * The key of an event: 32 bits of its identity and 20 of its parcel, in one
 * double. Two keys of a bucket with the same identity bits and other parcel
 * bits may be one event id that two parcels claim; who looks decides by the
 * identities themselves. Eight bytes an event, so that all events of a bucket
 * can be looked through at once.
 */
export function toEventKey(identity: string, barcode: Barcode): number {
  return hashText(identity, SEED) * PARCEL_SPAN + (hashText(barcode) % PARCEL_SPAN);
}

/** Another hash than the one that gives the bucket. */
const SEED = 0x9747b28c;
const PARCEL_SPAN = 2 ** 20;

function identityBitsOf(key: number): number {
  return Math.floor(key / PARCEL_SPAN);
}

/** The bucket of the parcel that a key speaks of. */
export function parcelBucketOf(key: number): number {
  return (key % PARCEL_SPAN) % BUCKETS;
}

/**
 * Finds keys that agree in their identity bits and differ in their parcel
 * bits.
 *
 * @param fresh ascending
 * @param kept each ascending
 * @returns for each identity, all its keys; those of `kept` included
 */
export function findClashes(fresh: Float64Array, kept: readonly Float64Array[]): number[][] {
  const clashing = new Set<number>();
  for (let i = 1; i < fresh.length; i += 1) noteClash(fresh[i - 1] as number, fresh[i] as number, clashing);
  for (const keys of kept) {
    for (let i = 0, j = 0; i < fresh.length && j < keys.length; ) {
      const [a, b] = [fresh[i] as number, keys[j] as number];
      noteClash(a, b, clashing);
      if (a < b) i += 1;
      else j += 1;
    }
  }
  return [...clashing].map((bits) => [
    ...new Set([fresh, ...kept].flatMap((keys) => [...keys].filter((key) => identityBitsOf(key) === bits))),
  ]);
}

function noteClash(a: number, b: number, clashing: Set<number>): void {
  if (a !== b && Math.abs(a - b) < PARCEL_SPAN && identityBitsOf(a) === identityBitsOf(b)) {
    clashing.add(identityBitsOf(a));
  }
}
