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
  /** Judged parcels by verdict. */
  readonly parcels: readonly ParcelSum[];
  readonly findings: readonly FindingSum[];
  /** Numbers of the channels that have spoken. */
  readonly spoken: readonly number[];
}

/** Of the judged parcels with one verdict; `l…` are the legacy side's episodes, `n…` the new side's. */
export type ParcelSum = Readonly<Record<"parcels" | "observations" | TallyColumn, number>> & {
  readonly verdict: ParcelVerdict;
};
type TallyColumn = `${"l" | "n"}${"e" | "a" | "d" | "x" | "l"}`;

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
  const verdicts: Record<ParcelVerdict, number> = {
    matched: 0,
    known: 0,
    mismatched: 0,
    pending: 0,
    not_proven: 0,
  };
  const legacy = { episodes: 0, agreed: 0, differing: 0, explained: 0, lone: 0 };
  const newSide = { ...legacy };
  let parcels = parts.unjudged;
  let observations = parts.dirtyObservations;
  for (const row of parts.parcels) {
    parcels += row.parcels;
    observations += row.observations;
    verdicts[row.verdict] += row.parcels;
    addTally(legacy, row, "l");
    addTally(newSide, row, "n");
  }
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
    observations,
    parcels,
    verdicts,
    legacy,
    new: newSide,
    findings,
    episodesUnderFindings,
    heldBackBySilence,
    neverSpoke: SIDES.filter((side) => !CHANNELS_OF[side].some((channel) => spoken.has(channel))).length,
  };
}

function addTally(
  tally: { -readonly [part in keyof EpisodeTally]: number },
  row: ParcelSum,
  prefix: "l" | "n",
): void {
  tally.episodes += row[`${prefix}e`];
  tally.agreed += row[`${prefix}a`];
  tally.differing += row[`${prefix}d`];
  tally.explained += row[`${prefix}x`];
  tally.lone += row[`${prefix}l`];
}
