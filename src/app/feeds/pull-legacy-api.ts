import type { Barcode } from "../../domain/barcode.ts";
import { InputError } from "../../domain/errors.ts";
import { makeZoneReader, toIsoUtc } from "../../domain/instant.ts";
import type { LegacyApiClient } from "../../sources/legacy-api/client.ts";
import type { ListedParcel } from "../../sources/legacy-api/parse-listing.ts";
import { parseListing } from "../../sources/legacy-api/parse-listing.ts";
import type { Stretch } from "../../sources/legacy-api/plan-period.ts";
import { planStretch } from "../../sources/legacy-api/plan-period.ts";
import type { Silence } from "../../sources/legacy-api/plan-questions.ts";
import { planQuestions } from "../../sources/legacy-api/plan-questions.ts";
import { judgeListingStatus } from "../../sources/reply-judgement.ts";
import type { App } from "../open-app.ts";
import type { Answer, ApiFeed, PullOptions } from "./api-feed.ts";
import { openApiFeed } from "./api-feed.ts";
import { askQuestions } from "./ask-legacy-api.ts";
import type { FeedMemory } from "./feed-memory.ts";
import { makeFeedMemory } from "./feed-memory.ts";
import type { FeedPull } from "./feed-pull.ts";
import { readHeld } from "./read-held.ts";

const FEED = "legacy-api";

export interface LegacyPullSettings {
  /** Customer numbers. */
  readonly customers: readonly string[];
  /** Single parcels asked for in one pull at most. */
  readonly requestsPerPull: number;
}

/**
 * Asks Shippingstatus v2 which parcels of each customer changed, then for
 * those whose newest status we do not hold. The mark up to which was asked is
 * kept in one transaction with the listing's replies and the parcels to ask
 * for, so that a pull which is stopped anywhere skips nothing.
 *
 * @throws the signal's reason
 */
export async function pullLegacyApi(
  app: App,
  client: LegacyApiClient,
  { customers, requestsPerPull }: LegacyPullSettings,
  { onProgress, signal }: PullOptions = {},
): Promise<FeedPull> {
  const feed = await openApiFeed(app, FEED, "legacy-api", signal);
  const memory = makeFeedMemory(app.store.feedStates, FEED, app.clock);
  await forgetSilences(app, memory);
  for (const customer of customers) {
    if (feed.isOver()) break;
    await pullListings(app, { client, feed, memory, customer });
  }
  await askQuestions(app, { client, feed, memory, most: requestsPerPull }, (done, total) =>
    onProgress?.(FEED, done, total),
  );
  return feed.finish();
}

async function forgetSilences({ store, clock }: App, memory: FeedMemory): Promise<void> {
  const now = clock();
  const over = [...(await memory.list<Silence>("silence "))].filter(([, { until }]) => until <= now);
  if (over.length === 0) return;
  await store.transaction(async (tx) => {
    for (const [barcode] of over) await memory.drop(tx, `silence ${barcode}`);
  });
}

interface CustomerPull {
  readonly client: LegacyApiClient;
  readonly feed: ApiFeed;
  readonly memory: FeedMemory;
  readonly customer: string;
}

async function pullListings(app: App, pull: CustomerPull): Promise<void> {
  const { feed, memory, customer } = pull;
  const markKey = `mark ${customer}`;
  for (;;) {
    const mark = await memory.find<number>(markKey);
    const stretch = planStretch(mark, app.clock(), app.config.zone);
    if (stretch === null) return;
    const listed = await askStretch(app, stretch, pull);
    if (listed === undefined) return;
    const { answers, parcels } = listed;
    const questions = planQuestions(
      parcels,
      await readHeld(
        app.store,
        "legacy-api",
        parcels.map(({ barcode }) => barcode),
      ),
      (await memory.list<Silence>("silence ")) as ReadonlyMap<Barcode, Silence>,
      app.clock(),
    );
    await feed.keep(answers, async (tx) => {
      await memory.save(tx, markKey, stretch.mark);
      if (mark === null) await memory.save(tx, `begun ${customer}`, stretch.periods[0]?.from ?? stretch.mark);
      if (stretch.lost !== null) {
        await memory.save(tx, `lost ${customer} ${toIsoUtc(stretch.lost.from)}`, stretch.lost);
      }
      for (const question of questions) await memory.save(tx, `ask ${question.barcode}`, question);
    });
    if (stretch.lost !== null) {
      const { from, until } = stretch.lost;
      feed.note(
        `customer ${customer}: 48 hours: what changed between ${toIsoUtc(from)} and ${toIsoUtc(until)} cannot be asked for any more`,
      );
    }
  }
}

/** @returns `undefined` when a period could not be listed; what came is kept */
async function askStretch(
  { config }: App,
  { periods }: Stretch,
  { client, feed, customer }: CustomerPull,
): Promise<{ readonly answers: readonly Answer[]; readonly parcels: readonly ListedParcel[] } | undefined> {
  const what = `updatedshipments of customer ${customer}`;
  const readZone = makeZoneReader(config.zone);
  const answers: Answer[] = [];
  /** By barcode: of several periods, the last one's word. */
  const parcels = new Map<Barcode, ListedParcel>();
  for (const { from, until } of periods) {
    const answer = await feed.ask(what, () => client.fetchUpdatedShipments(customer, from, until));
    if (answer !== undefined) answers.push(answer);
    const listing = answer === undefined ? undefined : readListing(answer, what, feed, readZone);
    if (listing === undefined) {
      if (answers.length > 0) await feed.keep(answers);
      return undefined;
    }
    for (const parcel of listing.parcels) parcels.set(parcel.barcode, parcel);
    if (listing.unreadable > 0) {
      feed.problem(
        `${what}: ${listing.unreadable} entries without a barcode → a barcode in each → look at the raw reply, and ask the carrier`,
      );
    }
  }
  return { answers, parcels: [...parcels.values()] };
}

function readListing(
  { reply }: Answer,
  what: string,
  feed: ApiFeed,
  readZone: Parameters<typeof parseListing>[1],
): ReturnType<typeof parseListing> | undefined {
  const byStatus = judgeListingStatus(reply.httpStatus);
  if (byStatus !== null) {
    feed.judge(what, byStatus);
    return undefined;
  }
  try {
    const listing = parseListing(reply.bytes, readZone);
    feed.judge(what, { kind: "answered" });
    return listing;
  } catch (problem) {
    if (!(problem instanceof InputError)) throw problem;
    feed.judge(what, { kind: "failed", reason: "a body that is no list" });
    return undefined;
  }
}
