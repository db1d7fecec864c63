import type { FindingState } from "./finding.ts";
import type { EpisodeTally, ParcelVerdict, RowTally } from "./verdict.ts";

/** The sums of a store after a run, each counted where it is kept. */
export interface StoreTotals {
  readonly rows: RowTally;
  /** Observations in the store: as each parcel's evaluation read them, or counted where none came since. Not the tally of imports. */
  readonly observations: number;
  /** Parcels with at least one observation. */
  readonly parcels: number;
  readonly verdicts: Readonly<Record<ParcelVerdict, number>>;
  readonly legacy: EpisodeTally;
  readonly new: EpisodeTally;
  readonly findings: Readonly<Record<FindingState, number>>;
  /** Episodes that stand under a finding that is not resolved, per side. */
  readonly episodesUnderFindings: { readonly legacy: number; readonly new: number };
  /** Pending findings that wait for a silent feed. */
  readonly heldBackBySilence: number;
  /** Sides that have never spoken. */
  readonly neverSpoke: number;
}
