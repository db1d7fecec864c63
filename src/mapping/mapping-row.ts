/** How a code's meaning relates to its status: the same; the status says less; the status says more; there is none. */
export const RELATIONS = ["exact", "broader", "narrower", "none"] as const;

/** Whether a code moves the parcel's state, informs somebody, or is internal to the carrier. */
export const CODE_KINDS = ["milestone", "notice", "internal"] as const;

/** A row of `mappings/legacy-codes.csv`: texts as they stand, the code normalised. */
export interface MappingRow {
  readonly line: number;
  readonly code: string;
  /** Empty: an explicit *no status* row. */
  readonly status: string;
  readonly relation: string;
  readonly kind: string;
  /** 0 to 1: how sure author and reviewer are. */
  readonly confidence: string;
  readonly justification: string;
  readonly author: string;
  readonly reviewer: string;
  /** First day of validity in the carrier's zone, `yyyy-MM-dd`; empty: always. */
  readonly validFrom: string;
  /** First day on which it no longer holds; empty: no end. */
  readonly validTo: string;
  readonly note: string;
}
