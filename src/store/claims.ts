/**
 * The right to settle and evaluate something, for a while: of many threads,
 * processes and machines one at a time has it. Who has lost it is told at the
 * next {@link StoreTransaction.assertClaim}, and so cannot write.
 */
export interface Claim {
  /** What is claimed: `group 17`. */
  readonly subject: string;
  /** Grows each time the subject is claimed. */
  readonly token: number;
}

/** A claim, as others see it. */
export interface HeldClaim {
  readonly subject: string;
  /** Such as `process 4711`. */
  readonly owner: string;
}

/** Not for use within a transaction: there they could wait for its end. */
export interface Claims {
  /** Those that are held at this moment, in the order of their subjects: for people only. */
  held(): Promise<readonly HeldClaim[]>;
  /**
   * Claims a subject that is free, or whose claim has run out. Time is the store's.
   *
   * @returns `undefined` while another holds it
   */
  take(subject: string, owner: string, leaseMs: number): Promise<Claim | undefined>;
  /** Holds a claim for another while; `false` when it is lost. */
  renew(claim: Claim, leaseMs: number): Promise<boolean>;
  /** Gives a claim back; one that is lost already stays where it is. */
  release(claim: Claim): Promise<void>;
}

/** Another has taken a claim over, because it had run out. Nothing was written. */
export class ClaimLost extends Error {
  override readonly name = "ClaimLost";
}
