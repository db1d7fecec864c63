import { boundsOf } from "../facts/bins.ts";
import type { Mix } from "../statistics/compare-mix.ts";
import { compareMix } from "../statistics/compare-mix.ts";
import { compareVolume } from "../statistics/compare-volume.ts";
import { holm } from "../statistics/holm.ts";
import type { TailCounts } from "./collect-tail.ts";
import { daysOf, mixOf, weekdayOf } from "./collect-tail.ts";

export type TailVerdict = "usual" | "unusual" | "not_enough_history";

/** What counts as unusual. */
export interface TailPolicy {
  /** How often a tail without change may be called unusual, all tests together (Holm). */
  readonly significance: number;
  /** The least stability index of a mix that matters: with enough parcels any difference is significant. */
  readonly stabilityIndex: number;
  /** By how many bins, four to a doubling, the median or the 90 % quantile of a latency must move. */
  readonly latencyBins: number;
  /** How many days of a weekday a volume is held against at least. */
  readonly leastDays: number;
}

const TAIL_POLICY: TailPolicy = Object.freeze({
  significance: 0.01,
  stabilityIndex: 0.1,
  latencyBins: 3,
  leastDays: 4,
});

export interface TailCheck {
  readonly check: "statuses" | "transitions" | "latency" | "volume";
  readonly about: string | null;
  readonly judgement: TailVerdict;
  readonly adjustedP: number | null;
  readonly evidence: Readonly<Record<string, string | number | readonly string[] | null>>;
}

export interface TailJudgement {
  readonly judgement: TailVerdict;
  readonly checks: readonly TailCheck[];
  /** Transitions that were never learnt, most first; `from` is empty for a first status. */
  readonly unseen: readonly { readonly from: string; readonly to: string; readonly count: number }[];
}

/** A check before its p-value is corrected; `pValue` `null`: there is no test. */
interface Tested extends Omit<TailCheck, "judgement" | "adjustedP"> {
  readonly pValue: number | null;
  /** Whether the difference is large enough to matter. */
  readonly isLarge: boolean;
}

/** Fewer days of what was learnt, on the weekdays that are judged, are no history. */
const LEAST_LEARNT_DAYS = 3;

/**
 * Whether the new feed still behaves as it did in the parallel run, now that
 * nothing stands beside it. Held against each other are the same weekdays.
 *
 * @param learnt what was counted before the old feed ended
 * @param current what was counted since; a week of whole days or less
 */
export function judgeTail(
  learnt: TailCounts,
  current: TailCounts,
  policy: TailPolicy = TAIL_POLICY,
): TailJudgement {
  const days = daysOf(current);
  const weekdays = new Set(days.map(weekdayOf));
  const history = Object.keys(learnt.volumes).filter((day) => weekdays.has(weekdayOf(day)));
  const hasHistory = days.length > 0 && history.length >= LEAST_LEARNT_DAYS;
  const compare = (what: string) => [mixOf(learnt, what, weekdays), mixOf(current, what, weekdays)] as const;
  const tested: Tested[] = [
    testMix("statuses", ...compare("statuses"), policy),
    testMix("transitions", ...compare("transitions"), policy),
    ...["webhook", "status-api"].map((channel) =>
      testLatency(channel, ...compare(`latency ${channel}`), policy),
    ),
    ...days.map((day) => testVolume(day, learnt, current, policy)),
  ].map((one) => (hasHistory ? one : { ...one, pValue: null }));
  const withTest = tested.filter(({ pValue }) => pValue !== null);
  const adjusted = holm(withTest.map(({ pValue }) => pValue ?? 1));
  const checks = tested.map(({ pValue, isLarge, ...one }, i): TailCheck => {
    const adjustedP = pValue === null ? null : (adjusted[withTest.indexOf(tested[i] as Tested)] ?? 1);
    const isUnusual = adjustedP !== null && adjustedP <= policy.significance && isLarge;
    return {
      ...one,
      judgement: adjustedP === null ? "not_enough_history" : isUnusual ? "unusual" : "usual",
      adjustedP,
    };
  });
  return {
    judgement: checks.some(({ judgement }) => judgement === "unusual")
      ? "unusual"
      : withTest.length === 0
        ? "not_enough_history"
        : "usual",
    checks,
    unseen: hasHistory ? findUnseen(learnt, current) : [],
  };
}

const MOST_NAMED = 5;

/** Two tests of a mix: its whole shape, and whether a category that was there is gone. Twice the lesser p holds for both. */
function testMix(check: "statuses" | "transitions", learnt: Mix, current: Mix, policy: TailPolicy): Tested {
  const comparison = compareMix(learnt, current);
  const { vanished, appeared } = comparison;
  if (comparison.kind !== "compared")
    return { check, about: null, pValue: null, isLarge: false, evidence: {} };
  const { stabilityIndex, pValue } = comparison;
  const goneP = vanishedP(learnt, current);
  const isGone = vanished.length > 0 && 2 * goneP <= policy.significance;
  return {
    check,
    about: null,
    pValue: Math.min(1, 2 * Math.min(pValue, goneP)),
    isLarge: stabilityIndex >= policy.stabilityIndex || isGone,
    evidence: {
      stabilityIndex: round(stabilityIndex, 4),
      learnt: sumOf(learnt),
      current: sumOf(current),
      vanished: vanished.slice(0, MOST_NAMED),
      appeared: appeared.slice(0, MOST_NAMED),
      moved: findMoved(learnt, current),
    },
  };
}

/**
 * How likely it is that some category falls on the learnt side only, were both
 * mixes one: for a category seen k times about (share of the learnt side)^k
 * (hypergeometric, from above), times the number of categories.
 */
function vanishedP(learnt: Mix, current: Mix): number {
  const share = sumOf(learnt) / (sumOf(learnt) + sumOf(current));
  const most = Math.max(0, ...[...learnt].map(([name, count]) => (current.has(name) ? 0 : count)));
  return Math.min(1, share ** most * learnt.size);
}

/** The categories whose share changed most, by what they add to the chi-square. */
function findMoved(learnt: Mix, current: Mix): string[] {
  const ratio = sumOf(current) / sumOf(learnt);
  const surprise = (name: string): number => {
    const expected = (learnt.get(name) ?? 0) * ratio;
    return ((current.get(name) ?? 0) - expected) ** 2 / Math.max(expected, 1);
  };
  return [...new Set([...learnt.keys(), ...current.keys()])]
    .sort()
    .sort((a, b) => surprise(b) - surprise(a))
    .slice(0, 3);
}

/** Whether a channel is as fast as it was: the shape of all latencies, and how far the median or the slow tail moved. */
function testLatency(about: string, learnt: Mix, current: Mix, policy: TailPolicy): Tested {
  const comparison = compareMix(learnt, current);
  const before = [quantileBin(learnt, 0.5), quantileBin(learnt, 0.9)] as const;
  const now = [quantileBin(current, 0.5), quantileBin(current, 0.9)] as const;
  const [median, tail] = before;
  const [newMedian, newTail] = now;
  if (median === null || tail === null || newMedian === null || newTail === null)
    return { check: "latency", about, pValue: null, isLarge: false, evidence: {} };
  const moved = Math.max(Math.abs(newMedian - median), Math.abs(newTail - tail));
  return {
    check: "latency",
    about,
    // All in one bin, then and now, or too few: nothing to test.
    pValue: comparison.kind === "compared" ? comparison.pValue : null,
    isLarge: moved >= policy.latencyBins,
    evidence: {
      medianSeconds: upTo(newMedian),
      learntMedianSeconds: upTo(median),
      tailSeconds: upTo(newTail),
      learntTailSeconds: upTo(tail),
    },
  };
}

function quantileBin(mix: Mix, share: number): number | null {
  const total = sumOf(mix);
  let seen = 0;
  for (const [bin, count] of [...mix]
    .map(([name, n]) => [Number(name), n] as const)
    .sort((a, b) => a[0] - b[0])) {
    seen += count;
    if (seen >= total * share) return bin;
  }
  return null;
}

function upTo(bin: number): number {
  return round(boundsOf(bin).to, 0);
}

function testVolume(day: string, learnt: TailCounts, current: TailCounts, policy: TailPolicy): Tested {
  const history = Object.entries(learnt.volumes)
    .filter(([other]) => weekdayOf(other) === weekdayOf(day))
    .map(([, count]) => count);
  const count = current.volumes[day] ?? 0;
  const volume = compareVolume(history, count, {
    leastDays: policy.leastDays,
    significance: policy.significance,
  });
  const facts = { count, days: volume.days };
  if (volume.kind === "not_enough_history")
    return { check: "volume", about: day, pValue: null, isLarge: false, evidence: facts };
  const { expected, lower, upper, pValue } = volume;
  return {
    check: "volume",
    about: day,
    pValue,
    isLarge: true,
    evidence: { ...facts, expected: round(expected, 0), lower, upper },
  };
}

function findUnseen(learnt: TailCounts, current: TailCounts): TailJudgement["unseen"] {
  const all = new Set([1, 2, 3, 4, 5, 6, 7]);
  const known = mixOf(learnt, "transitions", all);
  return [...mixOf(current, "transitions", all)]
    .filter(([name]) => !known.has(name))
    .sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
    .map(([name, count]) => {
      const [from = "", to = ""] = name.split(">");
      return { from, to, count };
    });
}

function sumOf(mix: Mix): number {
  let sum = 0;
  for (const count of mix.values()) sum += count;
  return sum;
}

function round(value: number, decimals: number): number {
  return Number(value.toFixed(decimals));
}
