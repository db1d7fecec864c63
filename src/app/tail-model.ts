import { compareText } from "../domain/observation.ts";
import { firstLegacyEndOf } from "../reconcile/cutover/phase.ts";
import { toDay } from "../reconcile/facts/days.ts";
import type { Sums } from "../reconcile/facts/sums.ts";
import type { TailCounts } from "../reconcile/tail/collect-tail.ts";
import { collectTail } from "../reconcile/tail/collect-tail.ts";
import type { StoreTransaction } from "../store/store.ts";
import type { App } from "./open-app.ts";
import { readSums } from "./read-sums.ts";

const FEED = "tail";
const KEY = "model";
const SECOND = 1000;
const DAY = 24 * 3600 * SECOND;

/** While the parallel run begins, parcels are met in the middle of their lives. */
const WARM_UP_DAYS = 3;
const MOST_LEARNT_DAYS = 182;

/** What was learnt of the new feed, and until when. */
export interface TailModel {
  /** When the old feed ended for the first customer, by the calendar of that time; UTC epoch milliseconds. */
  readonly endedAt: number;
  readonly learnt: TailCounts;
}

/**
 * What is known of the new feed from before the end of the old one: as it was
 * kept when that ended, so that it does not learn from what it judges. Of
 * another end than the calendar's it is learnt anew.
 *
 * @returns `null`: the old feed has not ended for anybody
 */
export async function readTailModel(
  { store, settings, cutover, clock }: Pick<App, "store" | "settings" | "cutover" | "clock">,
  sums?: Sums,
): Promise<{ readonly model: TailModel; readonly isKept: boolean } | null> {
  const endedAt = firstLegacyEndOf(settings.legacyEnds);
  if (clock() < endedAt) return null;
  const kept = await store.feedStates.find(FEED, KEY);
  if (kept !== undefined) {
    const model = JSON.parse(kept.value) as TailModel;
    if (model.endedAt === endedAt) return { model, isKept: true };
  }
  const known = sums ?? (await readSums(store));
  const until = dayOf(endedAt);
  const begin = cutover.phases.parallelRun;
  const first = begin === null ? findFirstDay(known) : dayOf(begin.at + DAY - 1);
  const earliest = dayOf(endedAt - MOST_LEARNT_DAYS * DAY);
  const warm = first === null ? until : addDays(first, WARM_UP_DAYS);
  const learnt = collectTail(known, { from: laterOf(warm, earliest), until });
  return { model: { endedAt, learnt }, isKept: false };
}

/** Keeps the model once the old feed has ended, in the transaction that ends the run. */
export async function keepTailModel(tx: StoreTransaction, model: TailModel, now: number): Promise<void> {
  await tx.feedStates.save({ feed: FEED, key: KEY, value: JSON.stringify(model), changedAt: now });
}

/** The UTC date of a moment. */
export function dayOf(epochMs: number): string {
  return toDay(Math.floor(epochMs / SECOND));
}

/** The later of two ISO dates. */
export function laterOf(a: string, b: string): string {
  return compareText(a, b) < 0 ? b : a;
}

export function addDays(day: string, days: number): string {
  return Temporal.PlainDate.from(day).add({ days }).toString();
}

function findFirstDay(sums: Sums): string | null {
  let first: string | null = null;
  for (const key of sums.keys()) {
    if (!key.startsWith("side|new|")) continue;
    const day = key.split("|")[2] ?? "";
    if (first === null || day < first) first = day;
  }
  return first;
}
