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
      // Of equal ones the fresh key stays: another parcel's may stand behind the kept one.
      if (a < b) i += 1;
      else j += 1;
    }
  }
  return [...clashing].map((bits) => [...new Set([fresh, ...kept].flatMap((keys) => keysOf(bits, keys)))]);
}

/** The keys of one identity: one stretch of those that are in order. */
function keysOf(bits: number, keys: Float64Array): number[] {
  const start = countBelow(bits * PARCEL_SPAN, keys);
  return [...keys.subarray(start, countBelow((bits + 1) * PARCEL_SPAN, keys))];
}

function countBelow(bound: number, keys: Float64Array): number {
  let [from, to] = [0, keys.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((keys[middle] as number) < bound) from = middle + 1;
    else to = middle;
  }
  return from;
}

function noteClash(a: number, b: number, clashing: Set<number>): void {
  if (a !== b && Math.abs(a - b) < PARCEL_SPAN && identityBitsOf(a) === identityBitsOf(b)) {
    clashing.add(identityBitsOf(a));
  }
}

/**
 * Adds keys to a bucket's runs. A run that is no longer than what comes behind
 * it is merged with that: so there are few runs, and each key is rewritten
 * only as often as the number of keys doubles.
 */
export function mergeRuns(
  runs: readonly (readonly [seq: number, keys: Float64Array])[],
  fresh: Float64Array,
): { readonly keepThrough: number; readonly merged: Float64Array } {
  let merged = fresh;
  let left = runs.length;
  for (; left > 0; left -= 1) {
    const [, keys] = runs[left - 1] as (typeof runs)[number];
    if (keys.length > merged.length) break;
    const both = new Float64Array(keys.length + merged.length);
    both.set(keys);
    both.set(merged, keys.length);
    merged = both.sort();
  }
  return { keepThrough: runs[left - 1]?.[0] ?? 0, merged };
}
