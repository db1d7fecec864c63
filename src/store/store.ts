import type { Claim, Claims } from "./claims.ts";
import type { FeedStateReader, FeedStateWriter } from "./feed-state-access.ts";
import type { FindingReader } from "./finding-access.ts";
import type { FeedReader, IntakeWriter } from "./intake-access.ts";
import type { DossierWriter, ParcelReader } from "./parcel-access.ts";
import type { EvaluationWriter, JobReader, JobWriter, RunReader } from "./run-access.ts";
import type { SpoolReader, SpoolWriter } from "./spool-access.ts";
import type { TableReader, TableWriter } from "./table-access.ts";

/**
 * What every store can do. `test/contract/behaves-like-store.ts` is the suite
 * that each one passes.
 *
 * What comes in is first appended to the *inbox*, then settled into the
 * parcels' *dossiers*, then evaluated. What nobody may wait to have read lies
 * in the *spool* before that, as it came. The bucket of the parcel (or of the
 * hash, or of the event) leads every key. All instants are UTC epoch
 * milliseconds.
 */
export interface Store {
  /**
   * Runs `work` in one transaction: all of it is kept, durably, or nothing.
   * Transactions do not nest.
   */
  transaction<T>(work: (tx: StoreTransaction) => Promise<T>): Promise<T>;

  readonly feeds: FeedReader;
  readonly feedStates: FeedStateReader;
  readonly spool: SpoolReader;
  readonly parcels: ParcelReader;
  readonly findings: FindingReader;
  readonly runs: RunReader;
  readonly tables: TableReader;
  readonly jobs: JobReader;
  readonly claims: Claims;

  /**
   * Writes the write-ahead log back into the store once that is worth while;
   * others can commit meanwhile. `null`: a server does so by itself.
   *
   * @throws StoreBroken when the disk fails
   */
  readonly checkpoint: (() => Promise<void>) | null;

  close(): Promise<void>;
}

/** How every store is opened. */
export interface OpenOptions {
  /** Whether a store that does not exist is made; by default it is. */
  readonly mayMake?: boolean;
  /** Whether it may be a copy that has not ended; by default it may not. */
  readonly mayBePartial?: boolean;
}

/** The writing side; only inside {@link Store.transaction}. */
export interface StoreTransaction {
  readonly intakes: IntakeWriter;
  readonly dossiers: DossierWriter;
  readonly evaluations: EvaluationWriter;
  readonly tables: TableWriter;
  readonly feedStates: FeedStateWriter;
  readonly spool: SpoolWriter;
  /** Reads what this transaction has written, too. */
  readonly parcels: ParcelReader;
  readonly runs: RunReader;
  readonly jobs: JobWriter;
  /**
   * Makes sure that a claim still holds, and that nobody takes it before this
   * transaction ends.
   *
   * @throws ClaimLost when another has taken it since
   */
  assertClaim(claim: Claim): Promise<void>;
}
