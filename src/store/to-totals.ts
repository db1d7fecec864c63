import type { Side } from "../domain/channel.ts";
import { CHANNELS, CHANNELS_OF, SIDES } from "../domain/channel.ts";
import type { FindingState } from "../domain/finding.ts";
import type { StoreTotals } from "../domain/store-totals.ts";
import type { EpisodeTally, ParcelVerdict, RowTally } from "../domain/verdict.ts";
import type { ParcelSums } from "./parcel-sums.ts";

/** The sums that a store's totals are made of, each counted where it is kept. */
export interface TotalParts {
  readonly rows: RowTally;
  /** Parcels that no run has judged yet. */
  readonly unjudged: number;
  /** Observations of dirty parcels. */
  readonly dirtyObservations: number;
  readonly parcels: ParcelSums;
  /** Of the judged parcels that are dirty. */
  readonly dirty: DirtySums;
  readonly findings: readonly FindingSum[];
  /** Numbers of the channels that have spoken. */
  readonly spoken: readonly number[];
}

/** Of judged parcels of which more came since: by verdict, those that had nothing left; and what the evaluation saw of all. */
export type DirtySums = Readonly<Record<ParcelVerdict | "observations", number>>;

/** How each is counted, over `parcel p` and its row of `dirty`. */
export const DIRTY_SUMS: Readonly<Record<keyof DirtySums, string>> = {
  matched: emptyOf("matched"),
  known: emptyOf("known"),
  mismatched: emptyOf("mismatched"),
  pending: emptyOf("pending"),
  not_proven: emptyOf("not_proven"),
  observations: "coalesce(sum(p.observations), 0)",
};

function emptyOf(verdict: ParcelVerdict): string {
  return `count(*) FILTER (WHERE p.verdict = '${verdict}' AND p.observations = 0)`;
}

/** Of the findings with one state and reason. */
export interface FindingSum {
  readonly state: FindingState;
  readonly reason: string | null;
  readonly count: number;
  /** Episodes that stand under them. */
  readonly legacy: number;
  readonly new: number;
}

export function toTotals(parts: TotalParts): StoreTotals {
  const { parcels, dirty } = parts;
  const verdicts = {
    matched: parcels.matched + dirty.matched,
    known: parcels.known + dirty.known,
    mismatched: parcels.mismatched + dirty.mismatched,
    pending: parcels.pending + dirty.pending,
    not_proven: parcels.not_proven + dirty.not_proven,
  };
  const findings: Record<FindingState, number> = { open: 0, pending: 0, known: 0, resolved: 0 };
  const episodesUnderFindings = { legacy: 0, new: 0 };
  let heldBackBySilence = 0;
  for (const row of parts.findings) {
    findings[row.state] += row.count;
    if (row.state === "resolved") continue;
    episodesUnderFindings.legacy += row.legacy;
    episodesUnderFindings.new += row.new;
    if (row.reason === "feed_silent") heldBackBySilence += row.count;
  }
  const spoken = new Set(parts.spoken.map((channel) => CHANNELS[channel]));
  return {
    rows: parts.rows,
    observations: parts.dirtyObservations + parcels.observations - dirty.observations,
    parcels: Object.values(verdicts).reduce((sum, count) => sum + count, parts.unjudged),
    verdicts,
    legacy: toTally(parcels, "legacy"),
    new: toTally(parcels, "new"),
    findings,
    episodesUnderFindings,
    heldBackBySilence,
    neverSpoke: SIDES.filter((side) => !CHANNELS_OF[side].some((channel) => spoken.has(channel))).length,
  };
}

function toTally(sums: ParcelSums, side: Side): EpisodeTally {
  return {
    episodes: sums[`${side}_episodes`],
    agreed: sums[`${side}_agreed`],
    differing: sums[`${side}_differing`],
    explained: sums[`${side}_explained`],
    lone: sums[`${side}_lone`],
  };
}
