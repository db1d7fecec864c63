import type { CutoverPhase } from "../domain/cutover.ts";
import type { MessageOutcome, UnknownReason } from "../reconcile/cutover/compare-message.ts";

/** What `rehearse` prints: had the new feed led from a day on. Times are UTC, ISO 8601; days are UTC dates of the event. */
export interface RehearsalReport {
  /** As asked for; in Europe/Amsterdam. */
  readonly date: string;
  readonly from: string;
  /** The clock of the run: what has happened since cannot be told. */
  readonly until: string;
  readonly wave: string | null;
  readonly parcels: { readonly told: number; readonly affected: number };
  readonly consumers: readonly ConsumerReport[];
  /** Messages that could not be compared, by reason. */
  readonly unknown: Readonly<Record<UnknownReason, number>>;
  readonly trigger: {
    readonly windowHours: number;
    readonly leastEvents: number;
    readonly wrongMessages: number;
    readonly openCritical: number;
  };
  /** `null`: never. */
  readonly rollback: {
    readonly at: string;
    readonly trigger: "wrong_messages" | "open_critical";
    readonly hits: number;
    readonly of: number;
  } | null;
  /** What the figures do not say. */
  readonly caveats: readonly RehearsalCaveat[];
}

type OutcomeCounts = Readonly<Record<MessageOutcome, number>>;

export interface ConsumerReport {
  readonly id: string;
  readonly nameNl: string;
  readonly nameEn: string;
  readonly action: "message" | "report";
  readonly lateMinutes: number;
  readonly counts: OutcomeCounts;
  readonly cost: number | null;
  readonly days: readonly { readonly day: string; readonly counts: OutcomeCounts }[];
  readonly examples: readonly {
    readonly outcome: MessageOutcome;
    readonly barcode: string;
    readonly oldStatus: string | null;
    readonly newStatus: string | null;
    readonly at: string;
    readonly lateSeconds: number | null;
  }[];
}

export interface RehearsalCaveat {
  readonly code:
    | "never_spoke"
    | "before_data"
    | "before_parallel_run"
    | "feed_stale"
    | "no_consumers"
    | UnknownReason;
  readonly values: Readonly<Record<string, string | number>>;
}

/** What `cutover` prints, and the report's section shows. */
export interface CutoverReport {
  readonly phase: CutoverPhase | "before";
  readonly phases: readonly PhaseReport[];
  readonly waves: readonly {
    readonly id: string;
    readonly customers: readonly string[] | null;
    readonly channels: readonly string[] | null;
    readonly phase: CutoverPhase | "before";
    readonly phases: readonly PhaseReport[];
  }[];
  /** What begins next, of whom; `null`: nothing more is planned. */
  readonly next: {
    readonly phase: CutoverPhase;
    readonly date: string;
    /** `null`: everybody who is in no wave. */
    readonly wave: string | null;
    readonly days: number;
  } | null;
  /** `null`: the old feed has not ended for anybody. */
  readonly tail: TailReport | null;
}

export interface PhaseReport {
  readonly phase: CutoverPhase;
  /** `null`: not planned. */
  readonly date: string | null;
  readonly announced: string | null;
  readonly changedOn: string | null;
  readonly history: readonly {
    readonly date: string;
    readonly changedOn: string;
    readonly reason: string | null;
  }[];
}

export interface TailReport {
  readonly judgement: "usual" | "unusual" | "not_enough_history";
  /** What was learnt from, and what was judged: UTC dates, both included; `null`: none. */
  readonly learnt: DaySpan | null;
  readonly judged: DaySpan | null;
  readonly checks: readonly TailCheckReport[];
  /** Transitions between statuses that the model never saw, most first. */
  readonly unseen: readonly {
    readonly from: string;
    readonly to: string;
    readonly count: number;
    readonly barcode: string | null;
  }[];
}

interface DaySpan {
  readonly from: string;
  readonly until: string;
  readonly days: number;
}

export interface TailCheckReport {
  readonly check: "statuses" | "transitions" | "latency" | "volume";
  /** The channel of a latency, the day of a volume. */
  readonly about: string | null;
  readonly judgement: "usual" | "unusual" | "not_enough_history";
  /** Corrected for the number of tests (Holm); `null` without a test. */
  readonly adjustedP: number | null;
  /** What was usual and what is, in figures. */
  readonly evidence: Readonly<Record<string, string | number | readonly string[] | null>>;
}
