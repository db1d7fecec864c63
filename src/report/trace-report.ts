import type { Channel, Side } from "../domain/channel.ts";
import type { FindingState } from "../domain/finding.ts";
import type { Details } from "../domain/observation.ts";
import type { ParcelVerdict } from "../domain/verdict.ts";
import type { FindingReport } from "./report-data.ts";

/** Where an episode, or a pair of them, ended up. */
export type TraceOutcome = "agreed" | "conflicting" | "moved" | "crossed" | "explained" | "lone";

/** An episode of one side, as `trace` shows it. */
export interface TraceEpisode {
  readonly status: string;
  readonly at: string;
  readonly codes: readonly string[];
  readonly channels: readonly Channel[];
}

/** One line of the two sides side by side. */
export interface TraceRow {
  readonly outcome: TraceOutcome;
  readonly legacy: TraceEpisode | null;
  readonly new: TraceEpisode | null;
}

/** What `trace` prints: one parcel down to the raw line. Times are UTC, ISO 8601. */
export interface TraceReport {
  readonly barcode: string;
  readonly verdict: ParcelVerdict;
  readonly rows: readonly TraceRow[];
  readonly observations: readonly {
    readonly side: Side;
    readonly channel: Channel;
    readonly code: string;
    /** A status, or `notice`, `unmapped`, `unknown`. */
    readonly meaning: string;
    readonly at: string;
    readonly laterAt: string | null;
    readonly nonexistentTime: boolean;
    readonly receivedAt: string;
    /** Of the file, delivery or request that first said it. */
    readonly name: string;
    readonly line: number;
    readonly intake: string;
    readonly details: Details;
    /** The raw line or payload, where it was asked for. */
    readonly raw: string | null;
  }[];
  readonly findings: readonly FindingReport[];
  readonly history: readonly {
    readonly id: string;
    readonly at: string;
    readonly from: FindingState | null;
    readonly to: FindingState;
    readonly reason: string;
    readonly runId: string;
  }[];
}
