import { describe, expect, it } from "vitest";
import type { FeedPull } from "../../../src/app/feeds/feed-pull.ts";
import { pullStatusApi } from "../../../src/app/feeds/pull-status-api.ts";
import type { App } from "../../../src/app/open-app.ts";
import type { StatusApiClient } from "../../../src/sources/status-api/client.ts";
import { withMemoryApp } from "../../support/apps.ts";
import { makeFakeClock } from "../../support/fake-clock.ts";
import type { FaultLog } from "../../support/faulty-pages.ts";
import { barcodeOfItem, withFaultyPages } from "../../support/faulty-pages.ts";
import { withApiClients } from "../../support/feeds.ts";
import { RECEIVED_AT } from "../../support/payloads.ts";

/** 10,000 for a proof; fewer in each run of the tests. */
const PAGES = Number(process.env.TRACKBRIDGE_PULL_PAGES ?? 600);
const ITEMS = 3;
const SETTINGS = { customers: [{ number: "11223344" }], firstPullHours: 48 };

/** Pulls until a pull has no problem; a client that is no better than `spoil` makes it is used. */
async function pullAll(
  pages: number,
  spoil: (client: StatusApiClient) => StatusApiClient,
  use: (app: App, log: FaultLog, pulls: readonly FeedPull[]) => Promise<void>,
): Promise<void> {
  const clock = makeFakeClock(RECEIVED_AT);
  await withMemoryApp(async (shipped) => {
    const app = { ...shipped, clock: clock.now };
    const wanted = { pages, itemsPerPage: ITEMS, faultShare: 0.2, seed: 71 };
    await withFaultyPages(wanted, clock, (baseUrl, log) =>
      withApiClients(app, clock, baseUrl, async ({ statusApi }) => {
        const pulls: FeedPull[] = [];
        do {
          pulls.push(await pullStatusApi(app, spoil(statusApi), SETTINGS));
          expect(pulls.length, "pulls come to an end").toBeLessThan(pages);
        } while ((pulls.at(-1)?.problems.length ?? 0) > 0);
        await use(app, log, pulls);
      }),
    );
  });
}

/** How many items were never kept. */
async function countLost(app: App, pages: number): Promise<number> {
  const kept = new Set<string>();
  for (const bucket of await app.store.parcels.buckets()) {
    for (const { barcode } of await app.store.parcels.channelDossiers(bucket, "status-api", null))
      kept.add(barcode);
  }
  return listItems(pages).filter((barcode) => !kept.has(barcode)).length;
}

function listItems(pages: number): string[] {
  return Array.from({ length: pages }, (_, page) =>
    page % 5 === 4 ? [] : Array.from({ length: ITEMS }, (_item, item) => barcodeOfItem(page, item)),
  ).flat();
}

describe("a listing of many pages of which every fifth reply goes wrong", () => {
  it("is taken in whole, each status once, and no request leaves before Retry-After", () =>
    pullAll(
      PAGES,
      (client) => client,
      async (app, log, pulls) => {
        expect(await countLost(app, PAGES)).toBe(0);
        const books = (await app.store.feeds.books()).find(({ channel }) => channel === "status-api");
        expect(books?.accepted).toBe(listItems(PAGES).length);
        expect(log.early()).toBe(0);
        expect(log.faults.get("expired")).toBe(1);
        expect(log.faults.get("loop")).toBe(3);
        expect(log.faults.size).toBe(12);
        expect(pulls.flatMap(({ notes }) => notes)).toContainEqual(
          expect.stringContaining("listed again from"),
        );
        expect(pulls.flatMap(({ problems }) => problems)).toContainEqual(
          expect.stringContaining("a cursor that came before"),
        );
      },
    ));

  it("would lose pages if one that cannot be read were taken for the last", () =>
    pullAll(
      300,
      (client) => ({
        ...client,
        fetchUpdated: async (...asked) => {
          const reply = await client.fetchUpdated(...asked);
          return reply.httpStatus === 200 && !isJson(reply.bytes)
            ? { ...reply, bytes: Buffer.from('{"items":[],"nextCursor":null}') }
            : reply;
        },
      }),
      async (app) => {
        expect(await countLost(app, 300)).toBeGreaterThan(0);
      },
    ));
});

function isJson(bytes: Uint8Array): boolean {
  try {
    JSON.parse(Buffer.from(bytes).toString());
    return true;
  } catch {
    return false;
  }
}
