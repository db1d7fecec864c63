import type { Barcode } from "../../domain/barcode.ts";
import { chooseLookup, fetchLookup } from "../../sources/choose-lookup.ts";
import type { StatusApiClient } from "../../sources/status-api/client.ts";
import { judgeStatusReply } from "../../sources/status-api/judge-reply.ts";
import type { Asked, Overdue } from "../../sources/status-api/select-overdue.ts";
import { makeOverdueSelector, OVERDUE_KINDS, toAsked } from "../../sources/status-api/select-overdue.ts";
import type { StoreTransaction } from "../../store/store.ts";
import type { App } from "../open-app.ts";
import type { ApiFeed, PullOptions } from "./api-feed.ts";
import { openApiFeed } from "./api-feed.ts";
import type { FeedMemory } from "./feed-memory.ts";
import { makeFeedMemory } from "./feed-memory.ts";
import type { FeedPull } from "./feed-pull.ts";
import { findUnconfirmed } from "./find-unconfirmed.ts";
import { findDetails } from "./read-held.ts";

const FEED = "status-api sweep";
const WHAT = "status API, one parcel";

export interface SweepSettings {
  /** Single parcels asked for in one sweep at most. */
  readonly requestsPerSweep: number;
}

/**
 * Asks Shippingstatus v4 for the parcels about which the new side should have
 * said something and did not, by the findings of the last run, the oldest
 * first. What is left of the requests goes to parcels that the webhook spoke
 * of and no reply has confirmed since, because only those can have missed it.
 *
 * @throws the signal's reason
 */
export async function sweepStatusApi(
  app: App,
  client: StatusApiClient,
  { requestsPerSweep }: SweepSettings,
  { onProgress, signal }: PullOptions = {},
): Promise<FeedPull> {
  const feed = await openApiFeed(app, FEED, "status-api", signal);
  const memory = makeFeedMemory(app.store.feedStates, FEED, app.clock);
  const asked = (await memory.list<Asked>("asked ")) as ReadonlyMap<Barcode, Asked>;
  const overdue = await selectOverdue(app, asked, memory);
  const chosen = overdue.slice(0, requestsPerSweep);
  let total = chosen.length;
  let done = 0;
  const askAbout = async (parcel: Overdue, remember: Remember): Promise<void> => {
    if (feed.isOver()) return;
    if (await askOne(app, { client, feed, parcel }, remember)) done += 1;
    onProgress?.(FEED, done, total);
  };

  for (const parcel of chosen) {
    const { barcode, about } = parcel;
    const before = asked.get(barcode);
    await askAbout(parcel, (tx, outcome) => {
      const now = toAsked(before, about, app.clock());
      // In vain it does not count, but it waits as long, so that it never keeps others from their turn.
      const wasAnswered = before !== undefined && before.inVain !== true && about <= before.about;
      const kept = outcome === "in vain" ? { ...now, times: before?.times ?? 1, inVain: !wasAnswered } : now;
      return memory.save(tx, `asked ${barcode}`, kept);
    });
  }
  if (done < overdue.length)
    feed.note(`${overdue.length - done} overdue parcels are left for the next sweep`);

  const left = requestsPerSweep - chosen.length;
  if (left > 0 && !feed.isOver()) {
    const unknown = await readUnknown(app, memory);
    const { parcels, lastBucket } = await findUnconfirmed(app, unknown, await memory.find("bucket"), left);
    const already = new Set(chosen.map(({ barcode }) => barcode));
    const others = parcels.filter(({ barcode }) => !already.has(barcode));
    total += others.length;
    for (const parcel of others) {
      const { barcode, about } = parcel;
      await askAbout(parcel, (tx, outcome) => {
        const key = outcome === "answered" ? "asked" : "unknown";
        return memory.save(tx, `${key} ${barcode}`, toAsked(undefined, about, app.clock()));
      });
    }
    if (lastBucket !== null && !feed.isOver())
      await app.store.transaction((tx) => memory.save(tx, "bucket", lastBucket));
  }
  return feed.finish();
}

/** Remembers what asking for a parcel came to. */
type Remember = (tx: StoreTransaction, outcome: "answered" | "not answered" | "in vain") => Promise<void>;

interface Asking {
  readonly client: StatusApiClient;
  readonly feed: ApiFeed;
  readonly parcel: Overdue;
}

/** @returns whether there was a reply about the parcel, good or bad */
async function askOne(app: App, { client, feed, parcel }: Asking, remember: Remember): Promise<boolean> {
  const { store, contract } = app;
  const lookup = chooseLookup(parcel.barcode, await findDetails(store, parcel.barcode));
  const answer = await feed.ask(WHAT, () => fetchLookup(client, lookup));
  if (answer === undefined) {
    // Where everything ends with it, it says nothing of this parcel.
    if (!feed.isOver()) await store.transaction((tx) => remember(tx, "in vain"));
    return false;
  }
  const judgement = judgeStatusReply(answer.reply, contract);
  feed.judge(WHAT, judgement);
  await feed.keep([answer], async (tx) => {
    if (judgement.kind === "failed") await remember(tx, "in vain");
    else if (judgement.kind !== "closed")
      await remember(tx, judgement.kind === "answered" ? "answered" : "not answered");
  });
  return judgement.kind !== "failed" && judgement.kind !== "closed";
}

/** Selects by the findings that stand; what is remembered of parcels without any is forgotten. */
async function selectOverdue(
  { store, settings, clock }: App,
  asked: ReadonlyMap<Barcode, Asked>,
  memory: FeedMemory,
): Promise<readonly Overdue[]> {
  const selector = makeOverdueSelector(asked, settings.settleMs.new, clock());
  const forgotten = new Set(asked.keys());
  for await (const findings of store.findings.list({ states: ["open", "pending"], kinds: OVERDUE_KINDS })) {
    selector.add(findings);
    for (const { barcode } of findings) forgotten.delete(barcode);
  }
  await dropAll(
    store,
    memory,
    [...forgotten].map((barcode) => `asked ${barcode}`),
  );
  return selector.finish();
}

/** Pushed parcels that the service did not know; those of long ago, which are not asked for any more, are forgotten. */
async function readUnknown(
  { store, settings, clock }: App,
  memory: FeedMemory,
): Promise<ReadonlyMap<Barcode, Asked>> {
  const unknown = (await memory.list<Asked>("unknown ")) as ReadonlyMap<Barcode, Asked>;
  const oldest = clock() - settings.maxWaitMs;
  const old = [...unknown].filter(([, { about }]) => about <= oldest);
  await dropAll(
    store,
    memory,
    old.map(([barcode]) => `unknown ${barcode}`),
  );
  return unknown;
}

async function dropAll(store: App["store"], memory: FeedMemory, keys: readonly string[]): Promise<void> {
  if (keys.length === 0) return;
  await store.transaction(async (tx) => {
    for (const key of keys) await memory.drop(tx, key);
  });
}
