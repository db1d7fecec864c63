import { CHANNELS, CHANNELS_OF, SIDES } from "../domain/channel.ts";
import type { FindingState } from "../domain/finding.ts";
import type { StoreTotals } from "../domain/store-totals.ts";
import type { EpisodeTally, ParcelVerdict, RowTally } from "../domain/verdict.ts";

/** The sums that a store's totals are made of, each counted where it is kept. */
export interface TotalParts {
  readonly rows: RowTally;
  /** Parcels that no run has judged yet. */
  readonly unjudged: number;
  /** Observations of dirty parcels. */
  readonly dirtyObservations: number;
  readonly parcels: ParcelSums;
  readonly findings: readonly FindingSum[];
  /** Numbers of the channels that have spoken. */
  readonly spoken: readonly number[];
}

/** Of all judged parcels; `l…` are the legacy side's episodes, `n…` the new side's. */
export type ParcelSums = Readonly<Record<ParcelVerdict | "observations" | TallyColumn, number>>;
type TallyColumn = `${"l" | "n"}${"e" | "a" | "d" | "x" | "l"}`;

/**
 * How each is counted, over `parcel p` and the row of `dirty d` that it has or
 * has not. In one pass over the parcels, since grouping them would sort them.
 */
export const PARCEL_SUMS: Readonly<Record<keyof ParcelSums, string>> = {
  matched: "count(*) FILTER (WHERE verdict = 'matched')",
  known: "count(*) FILTER (WHERE verdict = 'known')",
  mismatched: "count(*) FILTER (WHERE verdict = 'mismatched')",
  pending: "count(*) FILTER (WHERE verdict = 'pending')",
  not_proven: "count(*) FILTER (WHERE verdict = 'not_proven')",
  observations: "coalesce(sum(CASE WHEN d.barcode IS NULL THEN observations ELSE 0 END), 0)",
  le: "coalesce(sum(legacy_episodes), 0)",
  la: "coalesce(sum(legacy_agreed), 0)",
  ld: "coalesce(sum(legacy_differing), 0)",
  lx: "coalesce(sum(legacy_explained), 0)",
  ll: "coalesce(sum(legacy_lone), 0)",
  ne: "coalesce(sum(new_episodes), 0)",
  na: "coalesce(sum(new_agreed), 0)",
  nd: "coalesce(sum(new_differing), 0)",
  nx: "coalesce(sum(new_explained), 0)",
  nl: "coalesce(sum(new_lone), 0)",
};

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
  const { matched, known, mismatched, pending, not_proven } = parts.parcels;
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
    observations: parts.dirtyObservations + parts.parcels.observations,
    parcels: parts.unjudged + matched + known + mismatched + pending + not_proven,
    verdicts: { matched, known, mismatched, pending, not_proven },
    legacy: toTally(parts.parcels, "l"),
    new: toTally(parts.parcels, "n"),
    findings,
    episodesUnderFindings,
    heldBackBySilence,
    neverSpoke: SIDES.filter((side) => !CHANNELS_OF[side].some((channel) => spoken.has(channel))).length,
  };
}

function toTally(sums: ParcelSums, prefix: "l" | "n"): EpisodeTally {
  return {
    episodes: sums[`${prefix}e`],
    agreed: sums[`${prefix}a`],
    differing: sums[`${prefix}d`],
    explained: sums[`${prefix}x`],
    lone: sums[`${prefix}l`],
  };
}
