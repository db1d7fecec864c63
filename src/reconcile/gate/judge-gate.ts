import type { Side } from "../../domain/channel.ts";
import { toIsoUtc } from "../../domain/instant.ts";
import { compareText } from "../../domain/observation.ts";
import type { RunVerdict } from "../../domain/verdict.ts";
import type { Sums } from "../facts/sums.ts";
import { daysUntilTraffic, makeForecast } from "./forecast.ts";
import type { GateDay, GateFamily, GateJudgement, GateReason, GateStratum } from "./gate-report.ts";
import { GATE_REASONS } from "./gate-report.ts";
import type { GateFindings } from "./gather-findings.ts";
import type { CertifiedFeeds, Uncertified } from "./judge-certificates.ts";
import { findUncertified } from "./judge-certificates.ts";
import type { Judged } from "./judge-days.ts";
import { countCleanDays, counts, endOf, judgeDays } from "./judge-days.ts";
import { judgeStrata } from "./judge-strata.ts";
import type { GatePolicy } from "./policy.ts";
import type { StratumCounts } from "./read-counts.ts";
import { readCodes, readStrata, sumCounts } from "./read-counts.ts";

/** The last run, and what it rests on. */
export interface GateRun extends Judged {
  readonly verdict: RunVerdict;
  /** Whether it is older than the policy allows. */
  readonly isOutdated: boolean;
  /** Whether tables, settings or known differences are others by now. */
  readonly rulesChanged: boolean;
  /** Defects planted and found in it; `null`: it is not known. */
  readonly recall: { readonly planted: number; readonly found: number } | null;
  /** Latest arrival of each channel that ever spoke. UTC epoch milliseconds. */
  readonly channels: ReadonlyMap<string, number>;
  readonly certificates: CertifiedFeeds;
}

export interface GateInput {
  readonly sums: Sums;
  readonly findings: GateFindings;
  readonly run: GateRun;
  readonly settleMs: Readonly<Record<Side, number>>;
  /** Those that the mapping table translates to a status. */
  readonly mappedCodes: readonly string[];
  readonly policy: GatePolicy;
}

/** So many days and strata are told of; the verdict looks at all. */
const MOST_DAYS = 62;
const MOST_STRATA = 200;

/**
 * May the new feed take over? Pure: the same values, the same answer, in
 * whatever order they come.
 *
 * `not_proven` where the figures themselves cannot be trusted (the run proves
 * nothing, is too old, or a required proof is missing); else `no_go` where
 * something speaks against it; else `not_proven` where evidence is missing;
 * else `go`. A bad episode more never turns `no_go` or `not_proven` into `go`:
 * what refutes and what proves is counted over days that do not depend on what
 * went wrong. Nor does data that is not there: a day whose certificate is not
 * complete stays among the days that count, and holds the gate back. Where
 * something is missing the figures cannot be trusted; where nobody can vouch
 * for them they may still speak against.
 */
export function judgeGate(input: GateInput): GateJudgement {
  const { sums, findings, run, settleMs, mappedCodes, policy } = input;
  const strata = readStrata(sums, findings);
  const traffic = strata.find(({ dimension }) => dimension === "all") ?? NO_TRAFFIC;
  const days = judgeDays(traffic, findings.criticalByDay, settleMs, run, policy);
  const counting = days.filter(counts);
  const last = counting.slice(-policy.days);
  const start = policy.starts.at(-1)?.from ?? "";
  // With fewer days than are wanted nothing since the start is old enough to be left out.
  const windowFrom = last.length < policy.days ? start : (last[0]?.day ?? start);
  const all = counting.map(({ day }) => day);
  const judged = judgeStrata(strata, { all, last: last.map(({ day }) => day) }, policy, MOST_STRATA);
  const codes = judgeCodes(sums, new Set(all), mappedCodes, policy);
  const families = findNewFamilies(findings, windowFrom);
  const critical = [...findings.criticalByDay]
    .filter(([day]) => day >= windowFrom)
    .reduce((sum, [, count]) => sum + count, 0);
  const cleanDays = countCleanDays(days);
  const { clean, known } = sumCounts(traffic, all);
  const exercised = codes.inUse === 0 ? 1 : codes.exercised / codes.inUse;
  const silent = findSilent(run, counting.at(-1), policy);
  const { lacking, unproven, unknown } = findUncertified(last, policy.requireCertificate, run.certificates);
  const count = (state: GateDay["state"]): number => last.filter((day) => day.state === state).length;
  const blocked = (states: readonly GateStratum["state"][]): number =>
    judged.strata.filter(({ blocks, state }) => blocks && states.includes(state)).length;

  const reasons: GateReason[] = [];
  const add = (decides: RunVerdict, code: GateReason["code"], values: GateReason["values"] = {}): void => {
    reasons.push({ code, decides, values });
  };
  if (run.verdict === "not_proven") add("not_proven", "run_not_proven");
  if (run.isOutdated) add("not_proven", "run_outdated", { hours: policy.runAtMostHoursOld });
  if (run.rulesChanged) add("not_proven", "rules_changed");
  if (policy.requireRecall && !isRecallShown(run)) {
    add("not_proven", "recall_not_shown", {
      planted: run.recall?.planted ?? 0,
      found: run.recall?.found ?? 0,
    });
  }
  if (silent.length > 0) add("not_proven", "channel_silent", { channels: silent.join(", ") });
  if (lacking !== null) add("not_proven", "certificate_lacking", toUncertifiedValues(lacking));
  const isBasisSound = reasons.length === 0;

  if (count("unclean") > 0) add("no_go", "day_not_clean", { days: count("unclean"), of: last.length });
  if (critical > policy.critical) add("no_go", "critical_open", { count: critical });
  if (families.length > policy.newFamilies) add("no_go", "new_families", { count: families.length });
  if (blocked(["over"]) > 0) add("no_go", "rate_over", { strata: blocked(["over"]) });
  if (known > policy.knownShare * (clean + known)) add("no_go", "known_share", { known, of: clean + known });
  const isRefuted = reasons.some(({ decides }) => decides === "no_go");

  if (counting.length < policy.days)
    add("not_proven", "too_few_days", { days: counting.length, of: policy.days });
  if (unproven !== null) add("not_proven", "certificate_unproven", toUncertifiedValues(unproven));
  if (unknown !== null) add("not_proven", "certificate_unknown", toUncertifiedValues(unknown));
  if (count("pending") > 0) add("not_proven", "day_pending", { days: count("pending") });
  if (blocked(["not_proven", "few"]) > 0) {
    add("not_proven", "strata_not_proven", { strata: blocked(["not_proven", "few"]) });
  }
  if (exercised < policy.codes.coverage) {
    add("not_proven", "codes_not_covered", { exercised: codes.exercised, inUse: codes.inUse });
  }
  const verdict: RunVerdict = !isBasisSound
    ? "not_proven"
    : isRefuted
      ? "no_go"
      : reasons.length > 0
        ? "not_proven"
        : "go";
  if (verdict === "go") add("go", "all_proven", { days: cleanDays, episodes: clean });
  return {
    verdict,
    reasons: reasons.sort(
      (a, b) =>
        Number(b.decides === verdict) - Number(a.decides === verdict) ||
        GATE_REASONS.indexOf(a.code) - GATE_REASONS.indexOf(b.code),
    ),
    demands: {
      days: policy.days,
      confidence: policy.confidence,
      maximumRate: policy.strata.all.maximumRate,
      codeCoverage: policy.codes.coverage,
      leastPairs: policy.codes.leastPairs,
    },
    since: days[0]?.day ?? null,
    start: policy.starts.length + 1,
    cleanDays,
    daysNeeded: verdict === "go" ? 0 : findDaysNeeded(traffic, all, policy.days - cleanDays, judged.strata),
    days: days.slice(-MOST_DAYS),
    strata: judged.strata.slice(0, MOST_STRATA),
    strataTotal: judged.total,
    codes,
    known,
    newFamilies: families,
  };
}

const NO_TRAFFIC: StratumCounts = { dimension: "all", value: "", days: new Map() };

function judgeCodes(
  sums: Sums,
  days: ReadonlySet<string>,
  mappedCodes: readonly string[],
  { codes }: GatePolicy,
): GateJudgement["codes"] {
  const inUse = readCodes(sums, days).filter(({ code }) => !codes.exempt.includes(code));
  const seen = new Set(inUse.map(({ code }) => code));
  const isExercised = ({ met }: { met: number }): boolean => met >= codes.leastPairs;
  return {
    inUse: inUse.length,
    exercised: inUse.filter(isExercised).length,
    never: inUse.filter(({ met }) => met === 0),
    tooLittle: inUse.filter((code) => code.met > 0 && !isExercised(code)),
    notSeen: mappedCodes
      .filter((code) => !(seen.has(code) || codes.exempt.includes(code)))
      .toSorted(compareText),
  };
}

function findNewFamilies({ families }: GateFindings, windowFrom: string): readonly GateFamily[] {
  return families
    .filter(({ firstSeenAt }) => toIsoUtc(firstSeenAt).slice(0, 10) >= windowFrom)
    .map(({ signature, severity, sizes, firstSeenAt }) => ({
      signature,
      severity,
      open: sizes.open,
      firstSeenAt: toIsoUtc(firstSeenAt),
    }));
}

function isRecallShown({ recall }: GateRun): boolean {
  return recall !== null && recall.planted > 0 && recall.found === recall.planted;
}

function toUncertifiedValues({ days, channels, first, last }: Uncertified): GateReason["values"] {
  return { days, channels: channels.join(", "), first, last };
}

/** Channels that have said nothing since the last day that counts. */
function findSilent(
  { channels }: GateRun,
  lastDay: GateDay | undefined,
  { requireCertificate }: GatePolicy,
): readonly string[] {
  if (requireCertificate === false || lastDay === undefined) return [];
  const end = endOf(lastDay.day);
  const wanted = requireCertificate === true ? [...channels.keys()] : requireCertificate;
  return wanted.filter((channel) => (channels.get(channel) ?? -Infinity) < end).sort();
}

/** The longest of all that has to be waited for. */
function findDaysNeeded(
  traffic: StratumCounts,
  counting: readonly string[],
  cleanDays: number,
  strata: readonly GateStratum[],
): number | null {
  const [first] = counting;
  const end = counting.at(-1);
  if (first === undefined || end === undefined) return null;
  const waits = [
    daysUntilTraffic(makeForecast(traffic, first, end), cleanDays),
    ...strata.filter(({ blocks }) => blocks).map(({ daysNeeded }) => daysNeeded),
  ];
  return waits.reduce(
    (longest, days) => (longest === null || days === null ? null : Math.max(longest, days)),
    0,
  );
}
