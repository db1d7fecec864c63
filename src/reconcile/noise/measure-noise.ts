import { compareText } from "../../domain/observation.ts";
import type { Standing } from "../facts/parcel-facts.ts";
import { compareWithNoise, type NoiseComparison, type NoisePolicy } from "../statistics/noise-floor.ts";
import type { Proportion } from "../statistics/proportion.ts";

/** Of the two old channels: who told of an episode that both could have told of. */
export interface Witnesses {
  readonly both: number;
  readonly scan: number;
  readonly api: number;
}

/** Old against old, and new against old, on the same episodes. */
export interface NoiseOfStatus extends NoiseComparison {
  /** `null`: all of them. */
  readonly status: string | null;
  readonly witnesses: Witnesses;
  /** Contested episodes: one old channel told of them and the other did not. By how they stand under the new feed. */
  readonly contested: Readonly<Record<Compared, number>>;
}

export interface Noise {
  /** The last day that counts: later ones may still have scan files to come. `null`: no day is settled. */
  readonly until: string | null;
  readonly all: NoiseOfStatus;
  readonly statuses: readonly NoiseOfStatus[];
  /** clean ÷ (clean + open + known), over all episodes of all days, and without the contested ones. */
  readonly matchRate: { readonly all: Proportion; readonly uncontested: Proportion };
}

/**
 * What the two old channels disagree on between themselves, against what the
 * new feed disagrees with them on: the same episodes, of parcels of which both
 * old channels had spoken later, on settled days.
 *
 * @param sums see `facts/sums.ts`
 * @param settledUntil the last settled UTC date, `null`: none
 */
export function measureNoise(
  sums: ReadonlyMap<string, number>,
  settledUntil: string | null,
  policy: NoisePolicy,
): Noise {
  const all = makeTally();
  const ofStatus = new Map<string, Tally>();
  const rate = { clean: 0, judged: 0, contestedClean: 0, contested: 0 };
  for (const [key, count] of sums) {
    const [family, day = "", third = "", fourth = "", fifth = ""] = key.split("|");
    if (family === "day" && third === "all") {
      const standing = fifth as Standing;
      if (isJudged(standing)) rate.judged += count;
      if (standing === "clean") rate.clean += count;
    }
    if (family !== "noise") continue;
    const standing = fifth as Standing;
    if (isContested(fourth) && isJudged(standing)) {
      rate.contested += count;
      if (standing === "clean") rate.contestedClean += count;
    }
    if (settledUntil === null || day > settledUntil) continue;
    const tally = ofStatus.get(third) ?? makeTally();
    ofStatus.set(third, tally);
    for (const one of [all, tally]) addTo(one, fourth, standing, count);
  }
  return {
    until: settledUntil,
    all: judge(null, all, policy),
    statuses: [...ofStatus]
      .sort(([a], [b]) => compareText(a, b))
      .map(([status, tally]) => judge(status, tally, policy)),
    matchRate: {
      all: { hits: rate.clean, trials: rate.judged },
      uncontested: {
        hits: rate.clean - rate.contestedClean,
        trials: rate.judged - rate.contested,
      },
    },
  };
}

/** Pending episodes may still agree, explained ones are no difference of the feeds, and after the old feed's end there is nothing to hold against. */
function isJudged(standing: Standing): boolean {
  return standing !== "pending" && standing !== "explained" && standing !== "uncompared";
}

function isContested(witnesses: string): boolean {
  return witnesses === "scan" || witnesses === "api";
}

/** What an old channel told of is compared, whenever it was. */
type Compared = Exclude<Standing, "uncompared">;

/** Counts of one status, or of all, while they are added up. */
interface Tally {
  readonly witnesses: Record<keyof Witnesses, number>;
  readonly contested: Record<Compared, number>;
  judged: number;
  differing: number;
}

function makeTally(): Tally {
  return {
    witnesses: { both: 0, scan: 0, api: 0 },
    contested: { clean: 0, open: 0, pending: 0, known: 0, explained: 0 },
    judged: 0,
    differing: 0,
  };
}

function addTo(tally: Tally, witnesses: string, standing: Standing, count: number): void {
  // What neither of the old ones told, the new feed did: it counts against the new feed alone.
  if (witnesses !== "none") tally.witnesses[witnesses as keyof Witnesses] += count;
  if (isContested(witnesses) && standing !== "uncompared") tally.contested[standing] += count;
  if (!isJudged(standing)) return;
  tally.judged += count;
  if (standing !== "clean") tally.differing += count;
}

function judge(
  status: string | null,
  { witnesses, contested, judged, differing }: Tally,
  policy: NoisePolicy,
): NoiseOfStatus {
  const { both, scan, api } = witnesses;
  return {
    status,
    witnesses,
    contested,
    ...compareWithNoise(
      { hits: scan + api, trials: both + scan + api },
      { hits: differing, trials: judged },
      policy,
    ),
  };
}
