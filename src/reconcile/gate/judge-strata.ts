import { compareText } from "../../domain/observation.ts";
import { exactUpper } from "../statistics/exact-binomial.ts";
import { holm } from "../statistics/holm.ts";
import type { Proportion } from "../statistics/proportion.ts";
import { pOverLooks, trialsNeededOverLooks, upperOverLooks } from "../statistics/repeated-looks.ts";
import { daysUntil, makeForecast } from "./forecast.ts";
import type { EpisodeCounts, GateStratum, StratumState } from "./gate-report.ts";
import { STRATUM_STATES } from "./gate-report.ts";
import { isAbove } from "./judge-days.ts";
import type { GatePolicy, StratumPolicy } from "./policy.ts";
import { DIMENSIONS, policyOf } from "./policy.ts";
import type { StratumCounts } from "./read-counts.ts";
import { sumCounts } from "./read-counts.ts";

/** The days on which strata are judged. */
export interface JudgedDays {
  /** All that count since the start: what is proven is proven by these. */
  readonly all: readonly string[];
  /** The last ones, as many as the policy wants clean: what is refuted is refuted by these. */
  readonly last: readonly string[];
}

interface Judging {
  readonly stratum: StratumCounts;
  readonly policy: StratumPolicy;
  readonly counts: EpisodeCounts;
  readonly seen: Proportion;
  readonly isFew: boolean;
  readonly isOver: boolean;
}

/**
 * Judges each stratum: `over` where more than the maximum rate was bad within
 * the last days, `proven` where the rate is at most the maximum with the
 * policy's confidence, at all looks and in all strata together (Holm).
 *
 * The counts of the proof always go back to the same start. A bad night does
 * not begin them anew: its bad episodes stay in, so the bound stays valid
 * however often and whenever one looks. Who begins anew says so in the policy,
 * and the k-th start has 6 / π²k² of the error.
 *
 * The bounds hold together with the claims: with some strata not proven, a
 * proven one is known to be at most its maximum and no better, and the others
 * share the error.
 *
 * @see W. Strassburger, F. Bretz, "Compatible simultaneous lower confidence bounds for the Holm
 *   procedure and other Bonferroni-based closed tests", Statistics in Medicine 27, 2008,
 *   https://doi.org/10.1002/sim.3338
 */
export function judgeStrata(
  strata: readonly StratumCounts[],
  { all, last }: JudgedDays,
  policy: GatePolicy,
): GateStratum[] {
  const start = policy.starts.length + 1;
  const error = 1 - policy.confidence;
  const judging = strata.flatMap((stratum) => toJudging(stratum, all, last, policy));
  const judged = judging.filter(({ isFew }) => !isFew);
  const adjusted = holm(
    judged.map(({ seen, policy: { maximumRate } }) => pOverLooks(seen, maximumRate, start)),
  );
  const proven = new Set(judged.filter((_, i) => (adjusted[i] ?? 1) <= error));
  const left = judged.length - proven.size;
  const looks = { confidence: 1 - error / Math.max(1, left === 0 ? judged.length : left), start };
  const first = all[0];
  const end = all.at(-1);
  return judging
    .map((one) => {
      const { stratum, counts, seen, isFew, policy: wanted } = one;
      const isProven = proven.has(one);
      const state: StratumState = isFew ? "few" : one.isOver ? "over" : isProven ? "proven" : "not_proven";
      const { maximumRate, leastEpisodes, few } = wanted;
      const own = upperOverLooks(seen, looks);
      const missing = isProven
        ? 0
        : Math.max(
            leastEpisodes - counts.clean,
            trialsNeededOverLooks(maximumRate, looks, seen.hits) - seen.trials,
            0,
          );
      return {
        dimension: stratum.dimension,
        value: stratum.value,
        state,
        blocks: isFew ? few === "not_proven" : state !== "proven",
        episodes: seen.trials,
        bad: seen.hits,
        maximumRate,
        upper: toShort(isProven ? (left === 0 ? Math.min(maximumRate, own) : maximumRate) : own),
        upperOnce: toShort(exactUpper(seen, policy.confidence)),
        episodesNeeded: missing,
        daysNeeded:
          missing === 0
            ? 0
            : first === undefined || end === undefined
              ? null
              : daysUntil(makeForecast(stratum, first, end), missing),
      };
    })
    .sort(compareStrata);
}

function toJudging(
  stratum: StratumCounts,
  all: readonly string[],
  last: readonly string[],
  policy: GatePolicy,
): Judging[] {
  const counts = sumCounts(stratum, all);
  const { clean, bad } = counts;
  if (clean + bad === 0) return [];
  const wanted = policyOf(policy, stratum.dimension, stratum.value);
  // By the clean ones alone, or a bad one more could make a stratum large enough to pass.
  const isFew = clean < wanted.leastEpisodes;
  const isOver = isAbove(sumCounts(stratum, last), wanted.maximumRate);
  return [{ stratum, policy: wanted, counts, seen: { hits: bad, trials: clean + bad }, isFew, isOver }];
}

/** Those that hold the gate back first, the most pressing on top. */
function compareStrata(a: GateStratum, b: GateStratum): number {
  return (
    Number(b.blocks) - Number(a.blocks) ||
    STRATUM_STATES.indexOf(a.state) - STRATUM_STATES.indexOf(b.state) ||
    DIMENSIONS.indexOf(a.dimension) - DIMENSIONS.indexOf(b.dimension) ||
    b.bad - a.bad ||
    b.episodes - a.episodes ||
    compareText(a.value, b.value)
  );
}

/** Rounded up to eight decimals: the same text on every machine, and never too little. */
function toShort(rate: number): number {
  return Math.min(1, Math.ceil(rate * 1e8) / 1e8);
}
