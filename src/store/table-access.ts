import type { Digest } from "./digest.ts";
import type { Stretch, TableRow } from "./tables.ts";

/**
 * The tables as they lie, stretch by stretch: for checking a whole store, and
 * for moving it into another. What a row means is nobody's business here.
 */
export interface TableReader {
  /** Page by page, in the order of the table's key. Each page is read by itself, while others may write. */
  rows(stretch: Stretch): AsyncIterable<readonly TableRow[]>;
  /** Whether no table holds a row. */
  isEmpty(): Promise<boolean>;
  info(): Promise<StoreInfo>;
  /** What a copy into this store has brought here; nothing when there is none, or it has ended. */
  marks(): Promise<readonly CopyMark[]>;
  /** What is wrong with the way the store is kept; `null`: it cannot tell. */
  findDamage(): Promise<readonly string[] | null>;
  /** The database's settings on which it depends that what was committed outlives a power cut. */
  durability(): Promise<readonly DurabilitySetting[]>;
}

/** Only inside {@link Store.transaction}. */
export interface TableWriter {
  /** Puts rows in the place of all that lies in a stretch. */
  replaceRows(stretch: Stretch, pages: AsyncIterable<readonly TableRow[]>): Promise<void>;
  /** Notes that a stretch has been copied. */
  saveMark(mark: CopyMark): Promise<void>;
  /** A stretch has to be copied again. */
  dropMark(stretch: Stretch): Promise<void>;
  /** From now on the store is refused to everybody but a copy from the same source. */
  beginCopy(sourceId: string): Promise<void>;
  /** The store is whole. */
  endCopy(): Promise<void>;
}

export interface StoreInfo {
  readonly schemaVersion: number;
  /** Whether it is spread over the nodes of a distributed database. */
  readonly isDistributed: boolean;
  /** Made with the store; a copy has another. */
  readonly storeId: string;
  /** The store that this one is a copy of. */
  readonly copiedFrom: string | null;
  /** Whether the copy has not ended. */
  readonly isPartial: boolean;
}

/** A setting of the database, as it is on our connections. */
export interface DurabilitySetting {
  readonly name: string;
  readonly value: string;
  /** Whether, with this value, what was committed stays. */
  readonly isSafe: boolean;
}

/** A stretch that has been copied, and what was in it. */
export interface CopyMark extends Stretch, Digest {}
