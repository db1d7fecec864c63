import type { Side } from "../../domain/channel.ts";
import { SIDES } from "../../domain/channel.ts";
import { compareText } from "../../domain/observation.ts";
import type { DayState, EpisodeCounts, GateDay } from "./gate-report.ts";
import type { GatePolicy } from "./policy.ts";
import { policyOf } from "./policy.ts";
import type { StratumCounts } from "./read-counts.ts";

/** Until when the store was judged. UTC epoch milliseconds. */
export interface Judged {
  /** The moment of the last run. */
  readonly now: number;
  /** The moment of the last run that proved what it judged; `null`: none did. */
  readonly provenAt: number | null;
  readonly watermarks: Readonly<Record<Side, number | null>>;
}

/** Days that count: they are over, both sides had their time, and a run has judged them. */
const COUNTING: ReadonlySet<DayState> = new Set(["clean", "unclean", "pending"]);

export function counts({ state }: GateDay): boolean {
  return COUNTING.has(state);
}

/**
 * Every day with traffic since the start, oldest first. A day is
 *
 * - `not_settled` until its end is as far back as the slower side may take;
 * - `silent` until both sides have spoken after that;
 * - `not_judged` until a run with a proven verdict has looked at it then;
 * - `unclean` with more bad episodes or critical findings than the policy allows;
 * - `pending` while an episode waits: it may still turn bad;
 * - `clean` otherwise.
 *
 * @param all the stratum of all traffic
 */
export function judgeDays(
  all: StratumCounts,
  criticalByDay: ReadonlyMap<string, number>,
  settleMs: Readonly<Record<Side, number>>,
  judged: Judged,
  policy: GatePolicy,
): GateDay[] {
  const from = policy.starts.at(-1)?.from ?? "";
  const { maximumRate } = policyOf(policy, "all", "");
  return [...all.days]
    .filter(([day, { clean, bad, pending }]) => day >= from && clean + bad + pending > 0)
    .sort(([a], [b]) => compareText(a, b))
    .map(([day, episodes]) => {
      const critical = criticalByDay.get(day) ?? 0;
      const isOver = critical > policy.critical || isAbove(episodes, maximumRate);
      const state = findObstacle(day, settleMs, judged) ?? (isOver ? "unclean" : undefined);
      return { day, ...episodes, critical, state: state ?? (episodes.pending > 0 ? "pending" : "clean") };
    });
}

/** Whether more were seen than are allowed. */
export function isAbove({ clean, bad }: EpisodeCounts, maximumRate: number): boolean {
  return bad > maximumRate * (clean + bad);
}

function findObstacle(
  day: string,
  settleMs: Readonly<Record<Side, number>>,
  { now, provenAt, watermarks }: Judged,
): DayState | undefined {
  const end = endOf(day);
  const settledAt = end + Math.max(settleMs.legacy, settleMs.new);
  if (now < settledAt) return "not_settled";
  if (SIDES.some((side) => (watermarks[side] ?? -Infinity) < end + settleMs[side])) return "silent";
  return provenAt === null || provenAt < settledAt ? "not_judged" : undefined;
}

/** The moment at which a UTC day ends. */
export function endOf(day: string): number {
  return Temporal.PlainDate.from(day).add({ days: 1 }).toZonedDateTime("UTC").epochMilliseconds;
}

/** How many of the last days that count are clean, without a gap. */
export function countCleanDays(days: readonly GateDay[]): number {
  const counting = days.filter(counts);
  const lastOther = counting.findLastIndex(({ state }) => state !== "clean");
  return counting.length - 1 - lastOther;
}
