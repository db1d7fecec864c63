import { createHash, hash } from "node:crypto";
import { UsageError } from "../../domain/errors.ts";
import { toIsoUtc, toIsoUtcOrNull } from "../../domain/instant.ts";
import { compareText } from "../../domain/observation.ts";
import type { Sums } from "../../reconcile/facts/sums.ts";
import type { GateBasis, GateReport } from "../../reconcile/gate/gate-report.ts";
import { gatherFindings } from "../../reconcile/gate/gather-findings.ts";
import type { DayStates } from "../../reconcile/gate/judge-certificates.ts";
import { judgeGate as judge } from "../../reconcile/gate/judge-gate.ts";
import type { GatePolicy } from "../../reconcile/gate/policy.ts";
import { toStableJson } from "../../report/render-json.ts";
import type { ChannelBooks } from "../../store/intake-access.ts";
import type { EndedRun } from "../../store/run-access.ts";
import type { DayBook } from "../certificates/keep-certificates.ts";
import { readDayBook } from "../certificates/keep-certificates.ts";
import { toRules } from "../evaluate-groups.ts";
import type { App } from "../open-app.ts";
import { readSums } from "../read-sums.ts";
import type { ReconcileResult } from "../reconcile-result.ts";
import type { RunProof } from "./run-proof.ts";
import { findRunProof, toRunProof } from "./run-proof.ts";

/** Runs that are looked back at for the last one that proved something. */
const MOST_RUNS = 100;

const HOUR_MS = 3_600_000;

/**
 * Judges the gate after a run, also before the run has ended.
 *
 * @param sums of the store, where they have been read before
 * @returns `null` without a policy: then the run's verdict counts
 */
export async function judgeGate(
  app: App,
  result: Pick<ReconcileResult, "report" | "recall" | "certificates">,
  sums?: Sums,
): Promise<GateReport | null> {
  const { gatePolicy, store } = app;
  if (gatePolicy === null) return null;
  const { runId, verdict } = result.report;
  const open = await store.runs.open();
  const ended = await store.runs.list(MOST_RUNS);
  const run = open?.runId === runId ? { ...open, verdict } : ended.find((one) => one.runId === runId);
  if (run === undefined) throw new Error(`no run ${runId}`);
  const book = await readDayBook(store, result.certificates.days);
  return judgeRun(app, gatePolicy, run, ended, toRunProof(result), book, sums);
}

/**
 * The gate as the last run left it. Nothing is evaluated anew: who signs must
 * have before him what the others sign.
 *
 * @returns `null` without a policy
 * @throws UsageError when there was no run yet
 */
export async function readGate(app: App): Promise<GateReport | null> {
  const { gatePolicy, store } = app;
  if (gatePolicy === null) return null;
  const ended = await store.runs.list(MOST_RUNS);
  const proof = await findRunProof(store);
  return judgeRun(app, gatePolicy, getLast(ended), ended, proof, await readDayBook(store));
}

/** The verdict that counts where there is no gate. @throws UsageError when there was no run yet */
export async function readRunVerdict({ store }: App): Promise<Pick<EndedRun, "runId" | "verdict">> {
  const { runId, verdict } = getLast(await store.runs.list(1));
  return { runId, verdict };
}

function getLast([run]: readonly EndedRun[]): EndedRun {
  if (run !== undefined) return run;
  throw new UsageError({
    place: "gate",
    value: "a store that was never evaluated",
    expected: "at least one run",
    todo: "trackbridge reconcile",
  });
}

async function judgeRun(
  app: App,
  policy: GatePolicy,
  run: EndedRun,
  ended: readonly EndedRun[],
  proof: RunProof | undefined,
  certificates: DayBook,
  known?: Sums,
): Promise<GateReport> {
  const { store, settings, tables } = app;
  const sums = known ?? (await readSums(store));
  const { add, gathered } = gatherFindings(run.now);
  for await (const page of store.findings.list({ states: ["open", "pending", "known"] })) page.forEach(add);
  const books = await store.feeds.books();
  const { watermarks } = run.progress;
  const proven = [run, ...ended].filter(({ verdict, now }) => verdict !== "not_proven" && now <= run.now);
  const judgement = judge({
    sums,
    findings: gathered(),
    run: {
      verdict: run.verdict,
      now: run.now,
      provenAt: proven.length === 0 ? null : Math.max(...proven.map(({ now }) => now)),
      watermarks,
      isOutdated: app.clock() - run.now > policy.runAtMostHoursOld * HOUR_MS,
      rulesChanged: toRules(app, run).fingerprint !== run.fingerprint,
      recall: proof?.runId === run.runId ? proof.recall : null,
      channels: new Map(
        books.flatMap(({ channel, watermark }) => (watermark === null ? [] : [[channel, watermark]])),
      ),
      certificates: {
        days: toDayStates(certificates),
        begunAt: new Map(
          books.flatMap((one) => (isInUse(one, proof) ? [[one.channel, one.firstReceivedAt]] : [])),
        ),
      },
    },
    settleMs: settings.settleMs,
    mappedCodes: [...tables.legacyCodes].flatMap(([code, rows]) =>
      rows.some(({ status }) => status !== null) ? [code] : [],
    ),
    policy,
  });
  const basis: GateBasis = {
    runId: run.runId,
    runVerdict: run.verdict,
    judgedAt: toIsoUtc(run.now),
    watermarks: { legacy: toIsoUtcOrNull(watermarks.legacy), new: toIsoUtcOrNull(watermarks.new) },
    sums: digest(sums),
    certificates: hash("sha256", toStableJson(toPlain(certificates), 0), "hex"),
    rules: run.fingerprint,
    policy: hash("sha256", toStableJson(policy, 0), "hex"),
  };
  const content = { ...judgement, basis };
  return { ...content, hash: hash("sha256", toStableJson(content, 0), "hex") };
}

/** Whether it ever spoke, or was certified by the run all the same. */
function isInUse({ channel, watermark }: ChannelBooks, proof: RunProof | undefined): boolean {
  return watermark !== null || (proof?.certificates.some((one) => one.channel === channel) ?? false);
}

function toDayStates(book: DayBook): DayStates {
  return new Map(
    Array.from(book, ([day, channels]) => [
      day,
      new Map(Array.from(channels.values(), ({ channel, state }) => [channel, state])),
    ]),
  );
}

function toPlain(book: DayBook): object {
  return Array.from(book.values(), (channels) =>
    [...channels.values()].sort((a, b) => compareText(a.channel, b.channel)),
  ).sort(([a], [b]) => compareText(a?.day ?? "", b?.day ?? ""));
}

function digest(sums: Sums): string {
  const digester = createHash("sha256");
  for (const [key, count] of [...sums].sort(([a], [b]) => compareText(a, b))) {
    digester.update(`${JSON.stringify(key)} ${count}\n`);
  }
  return digester.digest("hex");
}
