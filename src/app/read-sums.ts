import type { Sums } from "../reconcile/facts/sums.ts";
import { addSums } from "../reconcile/facts/sums.ts";
import { GROUPS } from "../store/bucket-groups.ts";
import type { Store } from "../store/store.ts";

/** What the evaluations counted, over the whole store. */
export async function readSums(store: Store): Promise<Sums> {
  const sums: Sums = new Map();
  for (let group = 0; group < GROUPS; group += 1) addSums(sums, await store.runs.sums(group));
  return sums;
}
