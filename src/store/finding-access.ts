import type { Barcode } from "../domain/barcode.ts";
import type { Finding, FindingEvent, FindingKind, FindingState } from "../domain/finding.ts";

export interface FindingFilter {
  readonly states?: readonly FindingState[] | undefined;
  readonly kinds?: readonly FindingKind[] | undefined;
  readonly barcode?: Barcode | undefined;
}

export interface FindingReader {
  /** Page by page, in order of bucket, barcode, kind, then id. */
  list(filter: FindingFilter): AsyncIterable<readonly Finding[]>;
  /** The life of a parcel's findings, oldest first. */
  history(barcode: Barcode): Promise<readonly FindingEvent[]>;
  /** How many there are of each kind, state and severity. */
  counts(): Promise<readonly FindingCount[]>;
}

export interface FindingCount {
  readonly kind: FindingKind;
  readonly state: FindingState;
  readonly severity: Finding["severity"];
  readonly count: number;
}
