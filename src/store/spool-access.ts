/** Some deliveries that were received together, as `spool-codec.ts` writes them. */
export interface SpoolBatch {
  /** Spreads the batches, and says who may unpack them together. */
  readonly bucket: number;
  readonly deliveries: Uint8Array;
}

/** Names a batch that lies in the spool. */
export interface SpoolKey {
  readonly bucket: number;
  /** Grows with time. */
  readonly seq: number;
}

export interface SpoolReader {
  /** The buckets whose spool holds batches. */
  buckets(): Promise<readonly number[]>;
  /** The batches of a bucket and how large they are, oldest first. */
  sizes(bucket: number): Promise<readonly (SpoolKey & { readonly bytes: number })[]>;
  /** Batches of one bucket, oldest first; those that are gone are left out. */
  batches(bucket: number, seqs: readonly number[]): Promise<readonly (SpoolBatch & SpoolKey)[]>;
}

export interface SpoolWriter {
  /** Appends a batch. */
  append(batch: SpoolBatch): Promise<void>;
  /** Removes batches that have been unpacked. */
  remove(keys: readonly SpoolKey[]): Promise<void>;
}
