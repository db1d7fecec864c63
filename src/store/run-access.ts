import type { Barcode } from "../domain/barcode.ts";
import type { Side } from "../domain/channel.ts";
import type { FeedProgress } from "../domain/feed-progress.ts";
import type { Finding, FindingEvent } from "../domain/finding.ts";
import type { StoreTotals } from "../domain/store-totals.ts";
import type { EpisodeTally, ParcelVerdict, RunVerdict } from "../domain/verdict.ts";
import type { Selection } from "./parcel-access.ts";

/** What an evaluation leaves on a parcel. */
export interface ParcelOutcome {
  readonly barcode: Barcode;
  readonly verdict: ParcelVerdict;
  readonly tally: Readonly<Record<Side, EpisodeTally>>;
  readonly observations: number;
  readonly openFindings: number;
  readonly dueAt: number | null;
  readonly awaitsDeliveries: boolean;
  /** Scans that came again with a column changed. */
  readonly corrections: number;
  /** What the statistics of the whole store count of it; its shape is `reconcile`'s. */
  readonly facts: string;
  readonly changed: readonly Finding[];
  readonly events: readonly FindingEvent[];
}

export interface EvaluationWriter {
  /** Keeps the outcome of one bucket's parcels and marks them clean. */
  saveOutcomes(bucket: number, outcomes: readonly ParcelOutcome[]): Promise<void>;
  /** Keeps the sums of a group's facts, in the place of what was there. */
  saveSums(group: number, sums: ReadonlyMap<string, number>): Promise<void>;
  /** Adds to them, without reading what is there. */
  addSums(group: number, changes: ReadonlyMap<string, number>): Promise<void>;
  /** Begins a run. One that was left open is given up. */
  openRun(run: RunPlan): Promise<void>;
  /** Notes that a run is through with a group of buckets. */
  closeGroup(runId: string, group: number, evaluated: number): Promise<void>;
  /** Ends a run. */
  saveRun(run: RunRecord): Promise<void>;
}

/** What all who work on one run go by. */
export interface RunPlan {
  readonly runId: string;
  /** The job run that it is part of, such as `nightly 2026-03-20`; `null`: somebody asked for it. */
  readonly job: string | null;
  readonly now: number;
  /** Of the tables and settings that it judges by. */
  readonly fingerprint: string;
  /** Known differences that had more hits than they may have, and hide nothing; see `known-differences.ts`. */
  readonly exhaustedRules: readonly string[];
  /** Of the delivery windows that it knows. */
  readonly deliveriesFingerprint: string;
  /** What is evaluated. */
  readonly selection: Selection;
  readonly rulesChanged: boolean;
  /** How far the feeds had spoken when it began. */
  readonly progress: FeedProgress;
}

/** A run that has begun and not ended. */
export interface OpenRun extends RunPlan {
  /** The groups that it is through with. */
  readonly closedGroups: ReadonlySet<number>;
  /** Parcels evaluated in those. */
  readonly evaluated: number;
}

/** One reconcile, as it ended. */
export interface RunRecord {
  readonly runId: string;
  readonly now: number;
  readonly fingerprint: string;
  readonly deliveriesFingerprint: string;
  readonly evaluated: number;
  readonly verdict: RunVerdict;
}

/** A run that has ended, with what it went by. */
export interface EndedRun extends RunPlan {
  /** Parcels evaluated. */
  readonly evaluated: number;
  readonly verdict: RunVerdict;
}

export interface RunReader {
  /** The last one that ended. */
  last(): Promise<RunRecord | undefined>;
  /** The last ones that ended, the latest first. */
  list(most: number): Promise<readonly EndedRun[]>;
  /** The one that has begun and not ended. */
  open(): Promise<OpenRun | undefined>;
  /** Whether data came in that no run has judged yet. */
  hasNews(): Promise<boolean>;
  /** The sums of a group's facts. */
  sums(group: number): Promise<ReadonlyMap<string, number>>;
  /** All sums as they were at one moment, whatever others commit meanwhile. */
  totals(): Promise<StoreTotals>;
}

/** The run of a job for one business date. */
export interface JobRun {
  readonly job: string;
  /** ISO 8601, such as `2026-03-20`. */
  readonly businessDate: string;
  /** `given_up`: it had not ended when that of a later date began. */
  readonly state: "running" | "ended" | "given_up";
  /** Who began it, or took it over last; for people only. */
  readonly owner: string;
  /** Of the claim under which that was. */
  readonly token: number;
  /** When it was first begun. */
  readonly startedAt: number;
  readonly endedAt: number | null;
  /** What it came to, in a word; `null` until it has ended. */
  readonly outcome: string | null;
}

export interface JobReader {
  /** The run of a job's latest business date. */
  latest(job: string): Promise<JobRun | undefined>;
}

/** Only under the job's claim; see {@link StoreTransaction.assertClaim}. */
export interface JobWriter {
  /**
   * Begins a job's run, or takes over one that was begun and has not ended.
   * Runs of earlier dates that have not ended are given up.
   *
   * @returns the run; `undefined` when it has ended, or that of a later date
   *   has begun: nothing is changed then
   */
  begin(
    start: Pick<JobRun, "job" | "businessDate" | "owner" | "token" | "startedAt">,
  ): Promise<JobRun | undefined>;
  /**
   * Ends a job's run.
   *
   * @throws ClaimLost when it is not running, or was taken over since
   */
  end(
    end: Pick<JobRun, "job" | "businessDate" | "token"> & {
      readonly endedAt: number;
      readonly outcome: string;
    },
  ): Promise<void>;
}
