import type { Channel } from "./channel.ts";

/** What a migration goes through; before the first of them only the old feed is there. */
export const CUTOVER_PHASES = ["parallelRun", "newLeads", "oldEnds"] as const;
export type CutoverPhase = (typeof CUTOVER_PHASES)[number];

/** A date as it was once announced, and what took its place. */
export interface FormerDate {
  /** ISO 8601 day in Europe/Amsterdam. */
  readonly date: string;
  /** The day on which it was given up. */
  readonly changedOn: string;
  readonly reason: string | null;
}

/** When a phase begins: at the first moment of a day in Europe/Amsterdam. */
export interface PhaseDate {
  readonly date: string;
  /** UTC epoch milliseconds. */
  readonly at: number;
  /** What the carrier announced, in words. */
  readonly announced: string | null;
  /** The day on which the date was last changed. */
  readonly changedOn: string | null;
  /** Earlier dates, oldest first: dates slip. */
  readonly history: readonly FormerDate[];
}

/** Customers or channels that move at dates of their own. `null`: all of them. */
export interface Wave {
  readonly id: string;
  readonly customers: readonly string[] | null;
  /** Channels of the new side lead, those of the old side end, at the wave's dates. */
  readonly channels: readonly Channel[] | null;
  readonly dates: Readonly<Record<CutoverPhase, PhaseDate | null>>;
}

/** When to go back to the old feed: a share among the events of a window is exceeded. */
export interface RollbackTrigger {
  readonly windowMs: number;
  /** With fewer events in the window nothing is triggered. */
  readonly leastEvents: number;
  /** Of messages, the share that would have been wrong, missing or too many. */
  readonly wrongMessages: number;
  /** Of events, the share under an open critical finding. */
  readonly openCritical: number;
}

/** The calendar of the migration; see `config/cutover.yml`. */
export interface CutoverCalendar {
  readonly phases: Readonly<Record<CutoverPhase, PhaseDate | null>>;
  readonly waves: readonly Wave[];
  readonly rollback: RollbackTrigger;
}

/** Who tells customers, or reports, by the statuses of the feed. */
export interface Consumer {
  readonly id: string;
  readonly nameNl: string;
  readonly nameEn: string;
  /** What it does when a status arrives. */
  readonly action: "message" | "report";
  readonly statuses: readonly string[];
  /** Of a message that is wrong, missing or too many; in the currency of the file, `null`: not known. */
  readonly costPerWrongMessage: number | null;
  /** How much later than by the old feed a message may come. */
  readonly lateMs: number;
}
