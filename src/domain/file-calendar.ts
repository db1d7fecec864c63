/** When files are expected. Times of day are those of `zone`'s clock. */
export type FileCalendar = {
  /** IANA name. */
  readonly zone: string;
  /** How long after its time a file may come without being late. */
  readonly graceMs: number;
  /** Days (ISO) on which nothing is expected. */
  readonly except: readonly string[];
  /** Customers whose files are expected though none has come yet. */
  readonly customers: readonly string[];
} & (
  | {
      readonly kind: "given";
      /** ISO: 1 is Monday. */
      readonly weekdays: readonly number[];
      /** Minutes since midnight, ascending. */
      readonly times: readonly number[];
      /** Whether the times go on through a repeated hour: then its files come twice. */
      readonly isSteady: boolean;
    }
  /** From the history of each customer; see `learn-slots.ts`. */
  | { readonly kind: "learnt" }
);

/** A file that was to come, and what became of it. Times are UTC epoch milliseconds. */
export interface FileSlot {
  readonly customer: string | null;
  readonly expectedAt: number;
  /** Until when it is not late. */
  readonly dueAt: number;
  /** `due`: there is still time; `missing`: there is none, and it has not come. */
  readonly state: "received" | "late" | "missing" | "due";
  /** The file's name; `null` while there is none. */
  readonly name: string | null;
  readonly receivedAt: number | null;
}

/** What can be wrong with the files of a feed, the worst first. */
export const FILE_IRREGULARITIES = [
  "missing",
  "gap",
  "unreadable",
  "short",
  "shrunk",
  "late",
  "restarted",
  "corrected",
  "resent",
] as const;
export type FileIrregularityKind = (typeof FILE_IRREGULARITIES)[number];

/** One thing that is wrong with the files of a feed. What does not apply is `null`. */
export interface FileIrregularity {
  readonly kind: FileIrregularityKind;
  readonly customer: string | null;
  /** Of a gap: the file behind it. */
  readonly name: string | null;
  /** When it was received; of a file that is missing: when it was expected (UTC epoch milliseconds). */
  readonly at: number;
  /** Late: when it was expected. */
  readonly expectedAt: number | null;
  /** Re-sent: the name under which the content came first. */
  readonly otherName: string | null;
  /** Corrected: 2, 3 …. */
  readonly version: number | null;
  readonly sizeBytes: number | null;
  /** Short: the usual size; shrunk: that of the version before. */
  readonly usualBytes: number | null;
  /** Gap: the first and last number that is missing; restarted: the number before, and the one after. */
  readonly fromNumber: number | null;
  readonly toNumber: number | null;
}

/** What the ledger of a feed says against its calendar. */
export interface FileAssessment {
  /** What is looked at: from then on (UTC epoch milliseconds). */
  readonly since: number;
  /** Files by remote name. */
  readonly files: number;
  /** Latest receipt (UTC epoch milliseconds). */
  readonly lastReceivedAt: number | null;
  /** In order of time. */
  readonly slots: readonly FileSlot[];
  /** In order of time. */
  readonly irregularities: readonly FileIrregularity[];
  /** Customers of whom too little is known to expect anything; `null` stands for files without one. */
  readonly unlearnt: readonly (string | null)[];
}
