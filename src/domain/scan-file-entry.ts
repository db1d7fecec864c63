/** The number of a file in its customer's row of files. */
export interface FileSequence {
  readonly number: number;
  /** How wide it was written: after 999 come 000 or 001. */
  readonly digits: number;
  /** Whether it begins anew each day. */
  readonly isDaily: boolean;
}

/**
 * What the ledger of a feed keeps of a scan file that was taken in: one entry
 * for each version of a remote name. Times are UTC epoch milliseconds.
 */
export interface ScanFileEntry {
  /** As the server wrote it: data, never a path. */
  readonly name: string;
  /** 1, 2, 3 …: grows when other content comes under the same name. */
  readonly version: number;
  readonly sizeBytes: number;
  readonly modifiedAt: number;
  /** SHA-256 (hex) of the content. */
  readonly hash: string;
  readonly fetchedAt: number;
  readonly receivedAt: number;
  /** Rows in it, those set aside included. */
  readonly rows: number;
  readonly quarantined: number;
  /** Hash of the version before, whose rows stay; `null` for the first. */
  readonly supersedes: string | null;
  /** Another name under which the same content came before; `null`: none. */
  readonly sameAs: string | null;
  /** Whose file it is; `null` where names do not say. */
  readonly customer: string | null;
  readonly sequence: FileSequence | null;
  /** Fingerprint of the layout that it was read with. */
  readonly layout: string;
}

/** Whether no row of the file could be read. */
export function isUnreadable({ rows, quarantined }: Pick<ScanFileEntry, "rows" | "quarantined">): boolean {
  return rows > 0 && quarantined === rows;
}

/** Whether it brought the same rows again under another name. Files without rows are all alike. */
export function isCopy({ sameAs, rows }: Pick<ScanFileEntry, "sameAs" | "rows">): boolean {
  return sameAs !== null && rows > 0;
}
