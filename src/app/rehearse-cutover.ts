import { join } from "node:path";
import type { Wave } from "../domain/cutover.ts";
import { UsageError } from "../domain/errors.ts";
import { parseDay, toIsoUtc } from "../domain/instant.ts";
import { readConsumers } from "../mapping/load-consumers.ts";
import { advanceFindings } from "../reconcile/advance-findings.ts";
import { customerNumberOf } from "../reconcile/check-channels.ts";
import { lastLegacyEndOf } from "../reconcile/cutover/phase.ts";
import type { Rehearsal } from "../reconcile/cutover/rehearse.ts";
import { makeRehearsal } from "../reconcile/cutover/rehearse.ts";
import { evaluateParcel } from "../reconcile/evaluate-parcel.ts";
import { productOf, toParcelFacts } from "../reconcile/facts/parcel-facts.ts";
import { findStaleFeeds } from "../reconcile/judge-run.ts";
import type { Moment } from "../reconcile/settle.ts";
import type { RehearsalCaveat, RehearsalReport } from "../report/cutover-data.ts";
import type { ParcelDossier } from "../store/parcel-access.ts";
import { toRules } from "./evaluate-groups.ts";
import { readExhausted } from "./exhausted-rules.ts";
import type { App } from "./open-app.ts";
import { mappingFolderOf } from "./open-app.ts";

export interface RehearseOptions {
  /** ISO 8601 day in Europe/Amsterdam. */
  readonly date: string;
  /** The id of a wave of the calendar. */
  readonly wave?: string | undefined;
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Had the new feed led from a day on: which customer messages would have gone
 * wrong, and when the rollback trigger would have fired. All parcels are
 * judged as of now, and nothing is written.
 *
 * @throws UsageError for a day that is none, or lies ahead, and for an unknown wave
 */
export async function rehearseCutover(app: App, options: RehearseOptions): Promise<RehearsalReport> {
  const { store, settings, tables, cutover } = app;
  const now = app.clock();
  const from = readDate(options.date, now);
  const wave = findWave(app, options.wave);
  const consumers = readConsumers(join(mappingFolderOf(app.config), "consumers.yml"), tables.statuses);
  const moment: Moment = { now, progress: await store.feeds.progress() };
  const judge = await makeJudge(app, moment);
  const { add, finish } = makeRehearsal({ from, wave, consumers, rollback: cutover.rollback, settings });
  const buckets = await store.parcels.buckets();
  for (const [done, bucket] of buckets.entries()) {
    options.onProgress?.(done, buckets.length);
    for (const dossier of await store.parcels.dossiers(bucket, { kind: "all" })) {
      if (dossier.observations.some(({ at }) => at >= from)) add(judge(dossier));
    }
  }
  const rehearsal = finish();
  return {
    date: options.date,
    from: toIsoUtc(from),
    until: toIsoUtc(now),
    wave: wave?.id ?? null,
    ...toShown(rehearsal),
    trigger: {
      windowHours: cutover.rollback.windowMs / HOUR,
      leastEvents: cutover.rollback.leastEvents,
      wrongMessages: cutover.rollback.wrongMessages,
      openCritical: cutover.rollback.openCritical,
    },
    caveats: await findCaveats(app, rehearsal, from, moment),
  };
}

const HOUR = 3600 * 1000;

function readDate(date: string, now: number): number {
  const from = parseDay(date);
  if (from !== undefined && from <= now) return from;
  throw new UsageError({
    place: "--date",
    value: date,
    expected:
      from === undefined
        ? "a day such as 2026-06-01"
        : "a day of the past: only what has happened can be rehearsed",
    todo: "name an earlier day",
  });
}

function findWave({ cutover }: App, id: string | undefined): Wave | null {
  if (id === undefined) return null;
  const wave = cutover.waves.find((one) => one.id === id);
  if (wave !== undefined) return wave;
  throw new UsageError({
    place: "--wave",
    value: id,
    expected: `one of the calendar: ${cutover.waves.map((one) => one.id).join(", ") || "it has none"}`,
    todo: "correct it, or the calendar of the migration",
  });
}

/** Judges a parcel as a run would at this moment. */
async function makeJudge(app: App, moment: Moment) {
  const { findRule } = toRules(app, { now: moment.now, exhaustedRules: await readExhausted(app) });
  return (dossier: ParcelDossier) => {
    const { barcode, observations } = dossier;
    const evaluation = evaluateParcel(dossier, app.tables, app.settings, moment);
    const owner = { customer: customerNumberOf(observations), product: productOf(observations) };
    const { after: findings } = advanceFindings(dossier.findings, evaluation.findings, {
      runId: "rehearsal",
      now: moment.now,
      reason: "observations_arrived",
      explain: (finding) => findRule(finding, owner)?.id ?? null,
    });
    return { barcode, findings, facts: toParcelFacts(evaluation, findings, observations) };
  };
}

function toShown({ parcels, consumers, unknown, rollback }: Rehearsal) {
  return {
    parcels,
    consumers: consumers.map(({ consumer, examples, ...rest }) => ({
      id: consumer.id,
      nameNl: consumer.nameNl,
      nameEn: consumer.nameEn,
      action: consumer.action,
      lateMinutes: consumer.lateMs / 60_000,
      ...rest,
      examples: examples.map((example) => ({ ...example, at: toIsoUtc(example.at * 1000) })),
    })),
    unknown,
    rollback: rollback === null ? null : { ...rollback, at: toIsoUtc(rollback.at) },
  };
}

async function findCaveats(
  { store, cutover, settings }: App,
  { unknown, consumers }: Rehearsal,
  from: number,
  moment: Moment,
): Promise<readonly RehearsalCaveat[]> {
  const caveats: RehearsalCaveat[] = [];
  const books = await store.feeds.books();
  for (const side of ["legacy", "new"] as const) {
    const isOf = ({ channel }: (typeof books)[number]) =>
      channel.startsWith("legacy") === (side === "legacy");
    const firsts = books.filter(isOf).flatMap(({ firstReceivedAt }) => firstReceivedAt ?? []);
    if (firsts.length === 0) caveats.push({ code: "never_spoke", values: { side } });
    else if (Math.min(...firsts) > from)
      caveats.push({ code: "before_data", values: { side, since: toIsoUtc(Math.min(...firsts)) } });
  }
  const begin = cutover.phases.parallelRun;
  if (begin !== null && from < begin.at)
    caveats.push({ code: "before_parallel_run", values: { date: begin.date } });
  for (const { side, since } of findStaleFeeds(
    moment,
    settings.maxWaitMs,
    lastLegacyEndOf(settings.legacyEnds),
  ))
    caveats.push({ code: "feed_stale", values: { side, since: toIsoUtc(since) } });
  for (const reason of ["pending", "untranslated", "old_ended"] as const) {
    if (unknown[reason] > 0) caveats.push({ code: reason, values: { messages: unknown[reason] } });
  }
  if (consumers.length === 0) caveats.push({ code: "no_consumers", values: {} });
  return caveats;
}
