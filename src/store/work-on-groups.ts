import { setTimeout as sleep } from "node:timers/promises";
import { groupOf } from "./bucket-groups.ts";
import type { Claim } from "./claims.ts";
import { ClaimLost } from "./claims.ts";
import type { Store } from "./store.ts";

/** What is claimed by whoever works on a group. */
export function toGroupSubject(group: number): string {
  return `buckets ${group}`;
}

/** What is claimed by whoever reconciles. */
export const RUN_SUBJECT = "run";

/** How long a claim holds by default; who is stopped for longer is taken for dead. */
export const LEASE_MS = 60_000;
const WAIT_MS = 50;

/** Whoever settles or evaluates groups of buckets. */
export interface GroupWorker {
  /** Names it in the claims; for people only. */
  readonly owner: string;
  readonly leaseMs: number;
  /** No further group is begun once it is aborted. */
  readonly signal?: AbortSignal | undefined;
  /** Told when a group was taken over by another: what was about to be written of it is not. */
  readonly onClaimLost?: ((lost: ClaimLost) => void) | undefined;
}

/**
 * Works on groups of buckets until none is left, together with all others who
 * do so: whoever claims a group works on it.
 *
 * @param pending the groups that are left, by now
 * @param work on one group; asserts the claim in every transaction. A group
 *   whose claim is lost is left to whoever took it over
 */
export async function workOnGroups(
  store: Store,
  { owner, leaseMs, signal, onClaimLost }: GroupWorker,
  pending: () => Promise<readonly number[]>,
  work: (claim: Claim, group: number) => Promise<void>,
): Promise<void> {
  const isStopped = (): boolean => signal?.aborted ?? false;
  while (!isStopped()) {
    const groups = await pending();
    if (groups.length === 0) return;
    let worked = false;
    for (const group of groups) {
      if (isStopped()) return;
      const claim = await store.claims.take(toGroupSubject(group), owner, leaseMs);
      if (claim === undefined) continue;
      worked = true;
      try {
        await whileHeld(store, claim, leaseMs, () => work(claim, group));
      } catch (error) {
        if (!(error instanceof ClaimLost)) throw error;
        onClaimLost?.(error);
      }
    }
    if (!worked) await sleep(WAIT_MS);
  }
}

/**
 * Works on all buckets in which something waits, as {@link workOnGroups}. Each
 * group is done once, so that a steady stream does not hold it up for ever:
 * what comes in meanwhile may wait.
 *
 * @param list the buckets in which something waits, by now
 * @param work on those of one group
 */
export async function workOnWaiting(
  store: Store,
  worker: GroupWorker,
  list: () => Promise<readonly number[]>,
  work: (claim: Claim, buckets: readonly number[]) => Promise<void>,
): Promise<void> {
  let waiting: readonly number[] = [];
  let left: ReadonlySet<number> | undefined;
  const done = new Set<number>();
  await workOnGroups(
    store,
    worker,
    async () => {
      waiting = await list();
      const groups = new Set(waiting.map(groupOf));
      left = (left?.intersection(groups) ?? groups).difference(done);
      return [...left];
    },
    async (claim, group) => {
      await work(
        claim,
        waiting.filter((bucket) => groupOf(bucket) === group),
      );
      done.add(group);
    },
  );
}

/** Does work under a claim: renews it meanwhile, and gives it back in the end. */
export async function whileHeld<Result>(
  store: Store,
  claim: Claim,
  leaseMs: number,
  work: () => Promise<Result>,
): Promise<Result> {
  // That a claim could not be renewed is told by the next transaction that asserts it.
  const renewing = setInterval(() => {
    store.claims.renew(claim, leaseMs).catch(() => undefined);
  }, leaseMs / 3);
  try {
    return await work();
  } finally {
    clearInterval(renewing);
    // Where that fails, it runs out.
    await store.claims.release(claim).catch(() => undefined);
  }
}
