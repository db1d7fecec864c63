import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import { GROUPS } from "../store/bucket-groups.ts";
import type { Claim } from "../store/claims.ts";
import { ClaimLost } from "../store/claims.ts";
import type { Store } from "../store/store.ts";
import { RUN_SUBJECT, toGroupSubject } from "../store/work-on-groups.ts";

/** Everything that is claimed to settle and evaluate: who holds all of it keeps a store's dossiers and findings as they are. */
export const ALL_SUBJECTS: readonly string[] = [
  RUN_SUBJECT,
  ...Array.from({ length: GROUPS }, (_, group) => toGroupSubject(group)),
];

/** Shorter than that of those who work: who has to wait for a copy that was killed should not wait long. */
const LEASE_MS = 10_000;
const WAIT_MS = 200;

export interface HoldOptions {
  /** Names the holder in the claims; for people only. */
  readonly owner: string;
  /** Called when another holds a subject, while it is waited for. */
  readonly onWait: () => void;
}

/** Claims that are held. */
export interface Held {
  readonly claims: readonly Claim[];
  /** @throws ClaimLost when one of them has been lost: somebody else may have worked meanwhile */
  readonly assertHeld: () => Promise<void>;
}

/** Holds claims on all subjects while `work` goes on. Waits for those that others hold. */
export async function withClaims<Result>(
  store: Store,
  subjects: readonly string[],
  { owner, onWait }: HoldOptions,
  work: (held: Held) => Promise<Result>,
): Promise<Result> {
  const claims: Claim[] = [];
  const renewAll = async (): Promise<void> => {
    for (const claim of claims) {
      if (!(await store.claims.renew(claim, LEASE_MS)))
        throw new ClaimLost(`${claim.subject} was taken over`);
    }
  };
  // What fails here is found out by `assertHeld`, or by the transaction that relies on the claim.
  const renewing = setInterval(() => void renewAll().catch(() => {}), LEASE_MS / 4).unref();
  try {
    for (const subject of subjects) {
      for (;;) {
        const claim = await store.claims.take(subject, owner, LEASE_MS);
        if (claim !== undefined) {
          claims.push(claim);
          break;
        }
        onWait();
        await sleep(WAIT_MS);
      }
    }
    return await work({ claims, assertHeld: renewAll });
  } finally {
    clearInterval(renewing);
    for (const claim of claims) await store.claims.release(claim).catch(() => {});
  }
}

/** The pages of a stretch; between them timers get their turn, so that claims are renewed although SQLite never waits. */
export async function* inTurns<Page>(pages: AsyncIterable<Page>): AsyncGenerator<Page> {
  for await (const page of pages) {
    yield page;
    await nextTurn();
  }
}
