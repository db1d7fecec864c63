import type { Claim, Store } from "./store.ts";

/** How long a claim holds by default; who is stopped for longer is taken for dead. */
export const LEASE_MS = 60_000;
const RENEWALS_A_LEASE = 3;

/**
 * Renews a claim while work under it goes on, and gives it back after. That
 * it is lost is told by the next transaction that relies on it.
 */
export async function whileHolding<Result>(
  store: Store,
  claim: Claim,
  leaseMs: number,
  work: () => Promise<Result>,
): Promise<Result> {
  // What fails here is only late: the claim runs out.
  const renew = (): Promise<unknown> => store.claims.renew(claim, leaseMs).catch(() => undefined);
  const renewing = setInterval(renew, leaseMs / RENEWALS_A_LEASE);
  try {
    return await work();
  } finally {
    clearInterval(renewing);
    await store.claims.release(claim).catch(() => undefined);
  }
}
