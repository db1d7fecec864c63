import type { CertificateState } from "../../src/domain/certificate.ts";
import type { Sums } from "../../src/reconcile/facts/sums.ts";
import type { GateFindings } from "../../src/reconcile/gate/gather-findings.ts";
import type { CertifiedFeeds } from "../../src/reconcile/gate/judge-certificates.ts";
import type { GateInput, GateRun } from "../../src/reconcile/gate/judge-gate.ts";
import type { GatePolicy } from "../../src/reconcile/gate/policy.ts";
import { HOUR } from "./observations.ts";

/** Sunday, 1 March 2026: the first day of the tests' traffic. */
const FIRST_DAY = "2026-03-01";

/** The n-th day of the tests' traffic, from 0. */
export function dayOf(n: number): string {
  return Temporal.PlainDate.from(FIRST_DAY).add({ days: n }).toString();
}

/** The moment at which the n-th day begins. */
export function startOf(n: number): number {
  return Temporal.Instant.from(`${dayOf(n)}T00:00:00Z`).epochMilliseconds;
}

export interface Episodes {
  readonly day: string;
  readonly standing?: "clean" | "open" | "explained" | "pending" | "known";
  readonly count?: number;
  readonly status?: string;
  readonly customer?: string;
  readonly product?: string;
  readonly channel?: "webhook" | "status-api";
  readonly code?: string;
}

/** What evaluations would have counted of some episodes. */
export function sumsOf(all: readonly Episodes[]): Sums {
  const sums: Sums = new Map();
  const add = (key: string, count: number) => sums.set(key, (sums.get(key) ?? 0) + count);
  for (const {
    day,
    standing = "clean",
    count = 1,
    status = "sorted",
    customer = "11223344",
    product = "003085",
    channel = "webhook",
    code = "J01",
  } of all) {
    add(`day|${day}|all||${standing}`, count);
    add(`day|${day}|status|${status}|${standing}`, count);
    add(`day|${day}|customer|${customer}|${standing}`, count);
    add(`day|${day}|product|${product}|${standing}`, count);
    add(`day|${day}|channel|${channel}|${standing}`, count);
    add(`codeday|${day}|${code}`, count);
    if (standing === "clean") add(`codeok|${day}|${code}`, count);
  }
  return sums;
}

const EASY = { maximumRate: 0.01, leastEpisodes: 100, few: "not_proven", exceptions: {} } as const;

/** Five clean days, and one bad episode in a hundred at most, everywhere. */
export function aPolicy(wish: Partial<GatePolicy> = {}): GatePolicy {
  return {
    days: 5,
    confidence: 0.95,
    starts: [],
    strata: { all: EASY, status: EASY, customer: EASY, product: EASY, channel: EASY },
    critical: 0,
    newFamilies: 0,
    codes: { coverage: 0.95, leastPairs: 3, exempt: [] },
    knownShare: 0.05,
    requireRecall: true,
    requireCertificate: true,
    runAtMostHoursOld: 36,
    ...wish,
  };
}

const NO_FINDINGS: GateFindings = { criticalByDay: new Map(), missedBy: [], families: [] };

/** Both channels spoke from the first day on, and are complete on thirty days, but for those of the wish (by `DAY CHANNEL`). */
export function certifiedFeeds(
  wish: Readonly<Record<string, CertificateState | null>> = {},
  channels: readonly string[] = ["legacy-scan", "webhook"],
): CertifiedFeeds {
  const days = Array.from({ length: 30 }, (_, n) => {
    const states = channels.flatMap((channel) => {
      const state = wish[`${dayOf(n)} ${channel}`];
      return state === null ? [] : [[channel, state ?? "complete"] as const];
    });
    return [dayOf(n), new Map(states)] as const;
  });
  return { days: new Map(days), begunAt: new Map(channels.map((channel) => [channel, startOf(0)])) };
}

/** A run in the seventh night: days 0 to 5 are settled. */
function aRun(wish: Partial<GateRun> = {}): GateRun {
  const now = startOf(6) + 20 * HOUR;
  return {
    verdict: "go",
    now,
    provenAt: now,
    watermarks: { legacy: now - HOUR, new: now - HOUR },
    isOutdated: false,
    rulesChanged: false,
    recall: { planted: 240, found: 240 },
    channels: new Map([
      ["legacy-scan", now - HOUR],
      ["webhook", now - HOUR],
    ]),
    certificates: certifiedFeeds(),
    ...wish,
  };
}

/** A thousand clean episodes on each of so many days. */
export function cleanDays(count: number): Episodes[] {
  return Array.from({ length: count }, (_, n) => ({ day: dayOf(n), count: 1000 }));
}

export interface InputWish extends Partial<Omit<GateInput, "run" | "policy" | "findings" | "sums">> {
  readonly episodes?: readonly Episodes[];
  readonly run?: Partial<GateRun>;
  readonly policy?: Partial<GatePolicy>;
  readonly findings?: Partial<GateFindings>;
}

/** Six clean days of a thousand episodes: the gate says go. */
export function aGateInput({ episodes, run, policy, findings, ...rest }: InputWish = {}): GateInput {
  return {
    sums: sumsOf(episodes ?? cleanDays(6)),
    run: aRun(run),
    policy: aPolicy(policy),
    findings: { ...NO_FINDINGS, ...findings },
    settleMs: { new: 2 * HOUR, legacy: 12 * HOUR },
    mappedCodes: ["J01"],
    ...rest,
  };
}
