/** What is said of one parcel. */
export const PARCEL_VERDICTS = ["matched", "known", "mismatched", "pending", "not_proven"] as const;
export type ParcelVerdict = (typeof PARCEL_VERDICTS)[number];

/** What is said of a run, and of the gate. */
export const RUN_VERDICTS = ["go", "no_go", "not_proven"] as const;
export type RunVerdict = (typeof RUN_VERDICTS)[number];

/** Where the episodes of one side went; the parts add up to `episodes`. */
export interface EpisodeTally {
  readonly episodes: number;
  readonly agreed: number;
  /** In a tier-2 or tier-3 pair. */
  readonly differing: number;
  /** Accounted for by an unmapped code or an unknown status at the same moment, or by the end of the old feed. */
  readonly explained: number;
  /** Alone: a finding of its own, or part of a missing parcel. */
  readonly lone: number;
}

/** Rows as they were delivered. */
export interface RowTally {
  readonly seen: number;
  readonly accepted: number;
  readonly duplicates: number;
  readonly quarantined: number;
}

export const NO_ROWS: RowTally = Object.freeze({ seen: 0, accepted: 0, duplicates: 0, quarantined: 0 });
export const NO_EPISODES: EpisodeTally = Object.freeze({
  episodes: 0,
  agreed: 0,
  differing: 0,
  explained: 0,
  lone: 0,
});

/** Why a verdict is what it is; the texts are in the report's language files. */
export interface VerdictReason {
  readonly code:
    | "tie_out_not_zero"
    | "feed_silent"
    | "feed_stale"
    | "recall_incomplete"
    | "certificate_incomplete"
    | "certificate_unproven"
    | "nothing_compared"
    | "findings_open"
    | "all_agree"
    | "pending_left"
    | "families_new";
  /** Figures and names for the text's placeholders. */
  readonly values: Readonly<Record<string, string | number>>;
}
