import { toIsoUtc } from "../../domain/instant.ts";
import type { StatusApiClient } from "../../sources/status-api/client.ts";
import { judgePage } from "../../sources/status-api/judge-reply.ts";
import type { Listing } from "../../sources/status-api/plan-listing.ts";
import { planListing, planNextPage, restartListing } from "../../sources/status-api/plan-listing.ts";
import type { App } from "../open-app.ts";
import type { Answer, ApiFeed, PullOptions } from "./api-feed.ts";
import { openApiFeed } from "./api-feed.ts";
import type { FeedMemory } from "./feed-memory.ts";
import { makeFeedMemory } from "./feed-memory.ts";
import type { FeedPull } from "./feed-pull.ts";

const FEED = "status-api";

/** So often a page that cannot be read is asked for in one pull. */
const MOST_READINGS = 3;

/** A listing that never ends must not keep a pull for ever; the next one goes on. */
const MOST_PAGES = 20_000;

export interface StatusPullSettings {
  readonly customers: readonly { readonly number: string }[];
  /** How far back the first pull asks. */
  readonly firstPullHours: number;
}

/**
 * Asks Shippingstatus v4 what changed for each customer, page by page. The
 * cursor is kept in the transaction that keeps the page's rows, so that a pull
 * which is stopped anywhere goes on at the next page, and nothing is skipped.
 *
 * @throws the signal's reason
 */
export async function pullStatusApi(
  app: App,
  client: StatusApiClient,
  { customers, firstPullHours }: StatusPullSettings,
  { onProgress, signal }: PullOptions = {},
): Promise<FeedPull> {
  const feed = await openApiFeed(app, FEED, "status-api", signal);
  const memory = makeFeedMemory(app.store.feedStates, FEED, app.clock);
  let pages = 0;
  for (const { number } of customers) {
    const firstFrom = app.clock() - firstPullHours * 3_600_000;
    const listingOf = async (): Promise<Listing | null> =>
      planListing(
        await memory.find<number>(toMarkKey(number)),
        await memory.find<Listing>(toListingKey(number)),
        firstFrom,
        app.clock(),
      );
    // A clock that goes on makes a new window each time, so once through is enough.
    let isThrough = false;
    for (let listing = await listingOf(); listing !== null && !isThrough; listing = await listingOf()) {
      const isFresh = listing.cursor === null;
      const isDone = await pullListing(app, { client, feed, memory, number, listing }, () => {
        pages += 1;
        onProgress?.(FEED, pages, null);
      });
      if (!isDone) break;
      isThrough = isFresh;
    }
    if (feed.isOver()) break;
  }
  return feed.finish();
}

interface ListingPull {
  readonly client: StatusApiClient;
  readonly feed: ApiFeed;
  readonly memory: FeedMemory;
  readonly number: string;
  readonly listing: Listing;
}

/** @returns whether the last page is in */
async function pullListing(
  app: App,
  { client, feed, memory, number, listing: begun }: ListingPull,
  onPage: () => void,
): Promise<boolean> {
  const what = `updated listing of customer ${number}`;
  let listing = begun;
  let mayRestart = true;
  const seen = new Set<string>();
  for (let pages = 0; pages < MOST_PAGES; pages += 1) {
    const page = await askPage(app, what, listing, { client, feed, number });
    if (page === undefined) return false;
    const { answer, judgement } = page;
    if (judgement.kind === "refused" && listing.cursor !== null && mayRestart) {
      mayRestart = false;
      listing = restartListing(listing, app.clock());
      seen.clear();
      feed.note(`${what}: its cursor did not hold any more; listed again from ${toIsoUtc(listing.from)}`);
      await feed.keep([answer], (tx) => memory.save(tx, toListingKey(number), listing));
      continue;
    }
    if (judgement.kind !== "page") {
      await feed.keep([answer]);
      feed.judge(what, judgement);
      return false;
    }
    feed.judge(what, { kind: "answered" });
    const step = planNextPage(listing, judgement.nextCursor, seen);
    if (step.kind === "done") {
      const isFirst = (await memory.find(toMarkKey(number))) === null;
      await feed.keep([answer], async (tx) => {
        if (isFirst) await memory.save(tx, `begun ${number}`, listing.from);
        await memory.save(tx, toMarkKey(number), step.mark);
        await memory.drop(tx, toListingKey(number));
      });
      onPage();
      return true;
    }
    await feed.keep([answer], (tx) => memory.save(tx, toListingKey(number), step.listing));
    onPage();
    if (step.kind === "loop") {
      feed.problem(
        `${what}: a cursor that came before → a cursor for the page after → ask the carrier; the next pull asks again`,
      );
      return false;
    }
    if (listing.cursor !== null) seen.add(listing.cursor);
    listing = step.listing;
  }
  feed.note(`${what}: more than ${MOST_PAGES} pages; the next pull goes on`);
  return false;
}

/** Asks for a page, again when its body cannot be read; what could not be read is kept, too. */
async function askPage(
  { contract }: App,
  what: string,
  { from, until, cursor }: Listing,
  { client, feed, number }: Pick<ListingPull, "client" | "feed" | "number">,
): Promise<{ readonly answer: Answer; readonly judgement: ReturnType<typeof judgePage> } | undefined> {
  for (let reading = 1; ; reading += 1) {
    const answer = await feed.ask(what, () => client.fetchUpdated(number, from, until, cursor));
    if (answer === undefined) return undefined;
    const judgement = judgePage(answer.reply, contract);
    const isUnreadable = judgement.kind === "failed" && answer.reply.httpStatus === 200;
    if (!isUnreadable || reading === MOST_READINGS) return { answer, judgement };
    await feed.keep([answer]);
  }
}

function toMarkKey(customerNumber: string): string {
  return `mark ${customerNumber}`;
}

function toListingKey(customerNumber: string): string {
  return `listing ${customerNumber}`;
}
