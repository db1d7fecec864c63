import { compareText } from "../../domain/observation.ts";
import { exactUpper } from "../statistics/exact-binomial.ts";
import { holm } from "../statistics/holm.ts";
import type { Proportion } from "../statistics/proportion.ts";
import type { LooksPolicy } from "../statistics/repeated-looks.ts";
import { pOverLooks, trialsNeededOverLooks, upperOverLooks } from "../statistics/repeated-looks.ts";
import { daysUntil, makeForecast } from "./forecast.ts";
import type { GateStratum } from "./gate-report.ts";
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

/** The strata, those that hold the gate back first, then the most pressing. */
export interface JudgedStrata {
  readonly total: number;
  /** All that hold the gate back, and of the others the first. */
  readonly strata: readonly GateStratum[];
}

interface Judging extends Pick<GateStratum, "state" | "blocks"> {
  readonly stratum: StratumCounts;
  readonly policy: StratumPolicy;
  readonly clean: number;
  readonly seen: Proportion;
  readonly isProven: boolean;
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
 * share the error. Strata that come into being later share it only from then
 * on; that the gate never opens on a stratum that is worse than its maximum
 * holds in any case, because the gate waits for each of them.
 *
 * @param most of those that do not hold the gate back
 * @see W. Strassburger, F. Bretz, "Compatible simultaneous lower confidence bounds for the Holm
 *   procedure and other Bonferroni-based closed tests", Statistics in Medicine 27, 2008,
 *   https://doi.org/10.1002/sim.3338
 */
export function judgeStrata(
  strata: readonly StratumCounts[],
  { all, last }: JudgedDays,
  policy: GatePolicy,
  most: number,
): JudgedStrata {
  const start = policy.starts.length + 1;
  const error = 1 - policy.confidence;
  const seen = strata.flatMap((stratum) => {
    const { clean, bad } = sumCounts(stratum, all);
    const wanted = policyOf(policy, stratum.dimension, stratum.value);
    return clean + bad === 0 ? [] : [{ stratum, wanted, clean, seen: { hits: bad, trials: clean + bad } }];
  });
  // By the clean ones alone, or a bad one more could make a stratum large enough to pass.
  const isFew = ({ clean, wanted }: (typeof seen)[number]): boolean => clean < wanted.leastEpisodes;
  const adjusted = holm(
    seen.map((one) => (isFew(one) ? 1 : pOverLooks(one.seen, one.wanted.maximumRate, start))),
  );
  const judging = seen.map((one, i): Judging => {
    const { stratum, wanted } = one;
    const isProven = (adjusted[i] ?? 1) <= error;
    const isOver = isAbove(sumCounts(stratum, last), wanted.maximumRate);
    const state = isFew(one) ? "few" : isOver ? "over" : isProven ? "proven" : "not_proven";
    const blocks = state === "few" ? wanted.few === "not_proven" : state !== "proven";
    return { ...one, policy: wanted, state, blocks, isProven };
  });
  const left = judging.filter(({ isProven }) => !isProven).length;
  const looks = { confidence: 1 - error / Math.max(1, left || judging.length), start };
  return {
    total: judging.length,
    strata: judging
      .sort(compareStrata)
      .filter(({ blocks }, i) => blocks || i < most)
      .map((one) => toStratum(one, all, looks, left === 0, policy.confidence)),
  };
}

function toStratum(
  { stratum, policy, clean, seen, state, blocks, isProven }: Judging,
  days: readonly string[],
  looks: LooksPolicy,
  areAllProven: boolean,
  confidence: number,
): GateStratum {
  const { dimension, value } = stratum;
  const { maximumRate, leastEpisodes } = policy;
  const own = upperOverLooks(seen, looks);
  const needed = isProven ? 0 : trialsNeededOverLooks(maximumRate, looks, seen.hits) - seen.trials;
  const episodesNeeded = Math.max(needed, leastEpisodes - clean, 0);
  const [first] = days;
  const end = days.at(-1);
  const forecast = first === undefined || end === undefined ? undefined : makeForecast(stratum, first, end);
  return {
    dimension,
    value,
    state,
    blocks,
    episodes: seen.trials,
    bad: seen.hits,
    maximumRate,
    upper: toShort(!isProven ? own : areAllProven ? Math.min(maximumRate, own) : maximumRate),
    upperOnce: toShort(exactUpper(seen, confidence)),
    episodesNeeded,
    daysNeeded: forecast === undefined ? null : daysUntil(forecast, episodesNeeded),
  };
}

function compareStrata(a: Judging, b: Judging): number {
  return (
    Number(b.blocks) - Number(a.blocks) ||
    STRATUM_STATES.indexOf(a.state) - STRATUM_STATES.indexOf(b.state) ||
    DIMENSIONS.indexOf(a.stratum.dimension) - DIMENSIONS.indexOf(b.stratum.dimension) ||
    b.seen.hits - a.seen.hits ||
    b.seen.trials - a.seen.trials ||
    compareText(a.stratum.value, b.stratum.value)
  );
}

/** Rounded up to eight decimals: the same text on every machine, and never too little. */
function toShort(rate: number): number {
  return Math.min(1, Math.ceil(rate * 1e8) / 1e8);
}
