import type { Barcode } from "../../domain/barcode.ts";
import { chooseLookup, fetchLookup } from "../../sources/choose-lookup.ts";
import type { StatusApiClient } from "../../sources/status-api/client.ts";
import { judgeStatusReply } from "../../sources/status-api/judge-reply.ts";
import type { Asked, Overdue } from "../../sources/status-api/select-overdue.ts";
import { makeOverdueSelector, OVERDUE_KINDS, toAsked } from "../../sources/status-api/select-overdue.ts";
import type { App } from "../open-app.ts";
import type { PullOptions } from "./api-feed.ts";
import { makeApiFeed } from "./api-feed.ts";
import type { FeedMemory } from "./feed-memory.ts";
import { makeFeedMemory } from "./feed-memory.ts";
import type { FeedPull } from "./feed-pull.ts";
import { findDetails } from "./read-held.ts";

const FEED = "status-api sweep";
const WHAT = "status API, one parcel";

export interface SweepSettings {
  /** Single parcels asked for in one sweep at most. */
  readonly requestsPerSweep: number;
}

/**
 * Asks Shippingstatus v4 for the parcels about which the new side should have
 * said something and did not, by the findings of the last run, the oldest first.
 *
 * @throws the signal's reason
 */
export async function sweepStatusApi(
  app: App,
  client: StatusApiClient,
  { requestsPerSweep }: SweepSettings,
  { onProgress, signal }: PullOptions = {},
): Promise<FeedPull> {
  const { store, contract, clock } = app;
  const feed = makeApiFeed(app, FEED, "status-api", signal);
  const memory = makeFeedMemory(store.feedStates, FEED, clock);
  const asked = (await memory.list<Asked>("asked ")) as ReadonlyMap<Barcode, Asked>;
  const overdue = await selectOverdue(app, asked, memory);
  const chosen = overdue.slice(0, requestsPerSweep);
  let done = 0;
  for (const { barcode, about } of chosen) {
    if (feed.isOver()) break;
    const lookup = chooseLookup(barcode, await findDetails(store, barcode));
    const answer = await feed.ask(WHAT, () => fetchLookup(client, lookup));
    if (answer === undefined) continue;
    const judgement = judgeStatusReply(answer.reply, contract);
    feed.judge(WHAT, judgement);
    const isAnswer = judgement.kind !== "failed" && judgement.kind !== "closed";
    await feed.keep([answer], async (tx) => {
      if (isAnswer) await memory.save(tx, `asked ${barcode}`, toAsked(asked.get(barcode), about, clock()));
    });
    if (isAnswer) done += 1;
    onProgress?.(FEED, done, chosen.length);
  }
  if (done < overdue.length)
    feed.note(`${overdue.length - done} overdue parcels are left for the next sweep`);
  return feed.finish();
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
  if (forgotten.size > 0) {
    await store.transaction(async (tx) => {
      for (const barcode of forgotten) await memory.drop(tx, `asked ${barcode}`);
    });
  }
  return selector.finish();
}
