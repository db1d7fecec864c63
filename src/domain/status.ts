/** One of the carrier's new statuses, as a row of `mappings/statuses.csv`. */
export interface StatusRow {
  /** Stable name, lower case with underscores. */
  readonly status: string;
  readonly phase: string;
  /** Position in a parcel's usual life; orders observations of one instant. */
  readonly rank: number;
  /** Whether a parcel's life normally ends here. */
  readonly final: boolean;
  readonly nameNl: string;
  readonly nameEn: string;
  readonly definition: string;
}

/** The status table: every status that exists, by name. Frozen. */
export type StatusTable = ReadonlyMap<string, StatusRow>;
