import type { Channel } from "../domain/channel.ts";

/** The shapes of what the `db` commands print; see `report-data.ts`. */

/** Rows without telling them: how many, and the sum of their hashes, which does not depend on their order. */
export interface RowsDigest {
  readonly rows: number;
  readonly hash: string;
}

/** What `db migrate` prints. */
export interface MigrateReport {
  /** URL, without the password. */
  readonly database: string;
  readonly storeId: string;
  readonly schemaVersion: number;
  /** Whether it is spread over the nodes of a distributed database. */
  readonly isDistributed: boolean;
}

/** What must be equal in a store that is sound. */
export const STORE_CHECKS = ["file", "rows", "observations", "quarantine"] as const;
export type StoreCheck = (typeof STORE_CHECKS)[number];

/**
 * - `file`: what the database finds wrong with its file; expected is nothing
 * - `rows`: a channel's rows seen, and the sum of those accepted, duplicate and set aside
 * - `observations`: rows accepted by a channel's books, and its observations in the dossiers
 * - `quarantine`: rows set aside by a channel's books, and those that are kept
 */
export interface CheckReport {
  readonly check: StoreCheck;
  readonly channel: Channel | null;
  readonly expected: number;
  readonly found: number;
}

/** What `db verify` prints. */
export interface VerifyReport extends MigrateReport {
  /** Each table, and in it each group of buckets that holds rows. */
  readonly tables: readonly (RowsDigest & {
    readonly table: string;
    readonly groups: readonly (RowsDigest & { readonly group: number })[];
  })[];
  readonly checks: readonly CheckReport[];
  /** What the database finds wrong with its file, in its own words. */
  readonly damage: readonly string[];
  /** Observations that wait in the inbox, and deliveries in the spool; the books count them when they are settled. */
  readonly waiting: number;
  /** Whether all checks hold. */
  readonly isSound: boolean;
}

/** What `db copy` prints. */
export interface CopyReport {
  readonly from: { readonly database: string; readonly storeId: string };
  readonly to: { readonly database: string; readonly storeId: string };
  readonly tables: readonly {
    readonly table: string;
    readonly from: RowsDigest;
    readonly to: RowsDigest;
    readonly isSame: boolean;
  }[];
  /** Parts are the groups of buckets of each table. */
  readonly parts: {
    readonly all: number;
    /** By this call. */
    readonly copied: number;
    /** By calls before it. */
    readonly before: number;
    readonly differing: number;
    /** How often rows in the source had changed since they were copied. */
    readonly changedInSource: number;
    /** Whether a call before this one had ended the copy; then nothing is written any more. */
    readonly hadEnded: boolean;
  };
  /** Whether nothing differs: the copy has ended. */
  readonly isSame: boolean;
}
