import { BUCKETS } from "../domain/barcode.ts";

/**
 * How many groups the buckets are claimed in: more than any number of threads
 * that work on one store, so that none of them waits long for the last.
 */
export const GROUPS = 32;
const GROUP_SIZE = BUCKETS / GROUPS;

export function groupOf(bucket: number): number {
  return Math.floor(bucket / GROUP_SIZE);
}

/** Names a group where a bucket has to. */
export function firstBucketOf(group: number): number {
  return group * GROUP_SIZE;
}

export function bucketsOf(group: number): number[] {
  return Array.from({ length: GROUP_SIZE }, (_, i) => group * GROUP_SIZE + i);
}
