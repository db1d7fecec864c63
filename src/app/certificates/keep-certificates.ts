import type { DayCertificate } from "../../domain/certificate.ts";
import type { Channel } from "../../domain/channel.ts";
import type { Store, StoreTransaction } from "../../store/store.ts";
import type { ChannelDraft } from "./draft-certificates.ts";
import type { RunCertificates } from "./run-certificates.ts";

/*
 * The certificates in the store: the drafts of the run that goes on, and of
 * each day and channel the last word. Those of the last run are in its proof.
 */

const FEED = "certificates";
const DRAFTS_KEY = "drafts";
const DAY_KEY = "day ";

/** What was known of the channels when a run began. */
export interface KeptDrafts {
  readonly runId: string;
  /** UTC epoch milliseconds. */
  readonly at: number;
  readonly drafts: readonly ChannelDraft[];
}

/** In the transaction that begins the run: who takes the run over must not know more than its evaluations do. */
export async function saveDrafts({ feedStates }: StoreTransaction, kept: KeptDrafts): Promise<void> {
  await feedStates.save({ feed: FEED, key: DRAFTS_KEY, value: JSON.stringify(kept), changedAt: kept.at });
}

export async function readDrafts(
  { feedStates }: Pick<Store, "feedStates">,
  runId: string,
): Promise<KeptDrafts | undefined> {
  const state = await feedStates.find(FEED, DRAFTS_KEY);
  const kept = state === undefined ? undefined : (JSON.parse(state.value) as KeptDrafts);
  return kept?.runId === runId ? kept : undefined;
}

/** In the transaction that ends the run. What it could say of a day takes the place of what was said before. */
export async function saveDayCertificates(
  { feedStates }: StoreTransaction,
  { days }: Pick<RunCertificates, "days">,
  at: number,
): Promise<void> {
  for (const day of days) {
    await feedStates.save({ feed: FEED, key: toDayKey(day), value: JSON.stringify(day), changedAt: at });
  }
}

/** The last word on every day and channel, by day and then by channel. */
export type DayBook = ReadonlyMap<string, ReadonlyMap<Channel, DayCertificate>>;

/**
 * Reads what was said of single days.
 *
 * @param news of a run that has not ended: they count already
 */
export async function readDayBook(
  { feedStates }: Pick<Store, "feedStates">,
  news: readonly DayCertificate[] = [],
): Promise<DayBook> {
  const book = new Map<string, Map<Channel, DayCertificate>>();
  const kept = (await feedStates.list(FEED, DAY_KEY)).map(({ value }) => JSON.parse(value) as DayCertificate);
  for (const one of [...kept, ...news]) {
    const ofDay = book.get(one.day) ?? new Map<Channel, DayCertificate>();
    book.set(one.day, ofDay.set(one.channel, one));
  }
  return book;
}

function toDayKey({ day, channel }: DayCertificate): string {
  return `${DAY_KEY}${day} ${channel}`;
}
