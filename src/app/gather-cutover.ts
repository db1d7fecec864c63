import { bucketOf } from "../domain/barcode.ts";
import { CHANNELS } from "../domain/channel.ts";
import type { CutoverPhase, PhaseDate, Wave } from "../domain/cutover.ts";
import { CUTOVER_PHASES } from "../domain/cutover.ts";
import { DAY_MS } from "../domain/instant.ts";
import { beginOf, standingOf } from "../reconcile/cutover/phase.ts";
import { makeFactCodec } from "../reconcile/facts/encode-facts.ts";
import type { Sums } from "../reconcile/facts/sums.ts";
import { collectTail } from "../reconcile/tail/collect-tail.ts";
import { judgeTail } from "../reconcile/tail/judge-tail.ts";
import type { CutoverReport, PhaseReport, TailReport } from "../report/cutover-data.ts";
import type { App } from "./open-app.ts";
import { readSums } from "./read-sums.ts";
import { addDays, dayOf, laterOf, readTailModel } from "./tail-model.ts";

type CutoverApp = Pick<App, "store" | "settings" | "cutover" | "clock" | "tables">;

/** Whether the calendar has a date. */
export function hasDates({ cutover }: Pick<App, "cutover">): boolean {
  return cutover.waves.length > 0 || Object.values(cutover.phases).some((date) => date !== null);
}

/**
 * Where the migration is, what is next, and how the new feed does without the old one.
 *
 * @param sums of the store, where they have been read before
 */
export async function gatherCutover(app: CutoverApp, sums?: Sums): Promise<CutoverReport> {
  const { cutover, clock } = app;
  const now = clock();
  const phaseOf = (wave: Wave | null) =>
    CUTOVER_PHASES.findLast((phase) => {
      const begins = beginOf(cutover, wave, phase);
      return begins !== null && now >= begins;
    }) ?? ("before" as const);
  return {
    phase: standingOf({ ...cutover, waves: [] }, now, null, CHANNELS[0]).phase,
    phases: toPhases(cutover.phases),
    waves: cutover.waves.map((wave) => ({
      id: wave.id,
      customers: wave.customers,
      channels: wave.channels,
      phase: phaseOf(wave),
      phases: toPhases(wave.dates),
    })),
    next: findNext(app, now),
    tail: await gatherTail(app, now, sums),
  };
}

function toPhases(dates: Readonly<Record<CutoverPhase, PhaseDate | null>>): PhaseReport[] {
  return CUTOVER_PHASES.map((phase) => ({
    phase,
    date: dates[phase]?.date ?? null,
    announced: dates[phase]?.announced ?? null,
    changedOn: dates[phase]?.changedOn ?? null,
    history: dates[phase]?.history ?? [],
  }));
}

function findNext({ cutover }: CutoverApp, now: number): CutoverReport["next"] {
  const scopes = [{ id: null, dates: cutover.phases }, ...cutover.waves];
  const ahead = scopes.flatMap(({ id, dates }) =>
    CUTOVER_PHASES.flatMap((phase) => {
      const date = dates[phase];
      return date === null || date.at <= now ? [] : [{ phase, wave: id, date: date.date, at: date.at }];
    }),
  );
  const [next] = ahead.sort((a, b) => a.at - b.at);
  if (next === undefined) return null;
  const { at, ...rest } = next;
  return { ...rest, days: Math.ceil((at - now) / DAY_MS) };
}

const JUDGED_DAYS = 7;

/** @returns `null`: the old feed has not ended for anybody */
async function gatherTail(app: CutoverApp, now: number, known?: Sums): Promise<TailReport | null> {
  const sums = known ?? (await readSums(app.store));
  const found = await readTailModel(app, sums);
  if (found === null) return null;
  const { learnt, endedAt } = found.model;
  // Whole days that have settled; of many the last week, in which every weekday stands once.
  const until = dayOf(now - app.settings.settleMs.new);
  const first = dayOf(endedAt + DAY_MS - 1);
  const from = laterOf(first, addDays(until, -JUDGED_DAYS));
  const current = collectTail(sums, { from, until: laterOf(from, until) });
  const { judgement, checks, unseen } = judgeTail(learnt, current);
  const told = unseen.slice(0, MOST_UNSEEN);
  const barcodes = await findExamples(app, told, current);
  return {
    judgement,
    learnt: toSpan(learnt),
    judged: toSpan(current),
    checks,
    unseen: told.map((one) => ({ ...one, barcode: barcodes.get(`${one.from}>${one.to}`) ?? null })),
  };
}

const MOST_UNSEEN = 10;

function toSpan({ from, until }: { readonly from: string; readonly until: string }): TailReport["learnt"] {
  if (from >= until) return null;
  const last = Temporal.PlainDate.from(until).subtract({ days: 1 });
  return { from, until: last.toString(), days: Temporal.PlainDate.from(from).until(last).days + 1 };
}

/** A parcel for each transition, the first one of the store; walks over it only while one lacks. */
async function findExamples(
  { store, tables }: CutoverApp,
  transitions: readonly { readonly from: string; readonly to: string }[],
  { from, until }: { readonly from: string; readonly until: string },
): Promise<ReadonlyMap<string, string>> {
  const wanted = new Set(transitions.map((one) => `${one.from}>${one.to}`));
  const examples = new Map<string, string>();
  if (wanted.size === 0) return examples;
  const { decode } = makeFactCodec(tables.statuses.keys());
  for await (const page of store.parcels.list({})) {
    for (const { barcode } of page) {
      const bucket = bucketOf(barcode);
      const [text] = await store.parcels.facts(bucket, [barcode]);
      if (text === undefined) continue;
      let last = "";
      for (const { newStatus, at } of decode(text).episodes) {
        if (newStatus === null) continue;
        const name = `${last}>${newStatus}`;
        last = newStatus;
        const day = dayOf(at * 1000);
        if (wanted.has(name) && !examples.has(name) && day >= from && day < until)
          examples.set(name, barcode);
      }
    }
    if (examples.size === wanted.size) break;
  }
  return examples;
}
