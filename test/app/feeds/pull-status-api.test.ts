import { describe, expect, it } from "vitest";
import type { FeedPull } from "../../../src/app/feeds/feed-pull.ts";
import { pullStatusApi } from "../../../src/app/feeds/pull-status-api.ts";
import type { App } from "../../../src/app/open-app.ts";
import type { RecordedLine } from "../../../src/sandbox/carrier/recorded-line.ts";
import type { Listing } from "../../../src/sources/status-api/plan-listing.ts";
import { withMemoryApp } from "../../support/apps.ts";
import type { FakeClock } from "../../support/fake-clock.ts";
import { makeFakeClock } from "../../support/fake-clock.ts";
import { withApiClients, withCarrier, withoutDate } from "../../support/feeds.ts";
import { CUSTOMER, HOUR, MINUTE, timeOf } from "../../support/observations.ts";
import { aStatusLine } from "../../support/recorded.ts";
import { parcelOf } from "../../support/store-rows.ts";
import { replyJson, withTinyServer } from "../../support/tiny-server.ts";

const NOW = timeOf("2026-03-07T20:00:00Z");
const SETTINGS = { customers: [{ number: CUSTOMER }], firstPullHours: 48 };

interface Kit {
  readonly app: App;
  readonly clock: FakeClock;
  readonly pull: (customers?: readonly string[]) => Promise<FeedPull>;
  /** The queries of the listing so far. */
  readonly queries: () => readonly Readonly<Record<string, string>>[];
}

/** Lends a service whose listing answers as told: a body, or an HTTP status. */
function withListing(
  answer: (query: URLSearchParams, index: number) => number | object | string,
  use: (kit: Kit) => Promise<void>,
): Promise<void> {
  const clock = makeFakeClock(NOW);
  const asked: URLSearchParams[] = [];
  return withMemoryApp((shipped) =>
    withTinyServer(
      withoutDate(({ method, url }, reply) => {
        if (method === "POST")
          return replyJson(reply, 200, { access_token: "t", token_type: "Bearer", expires_in: 3600 });
        const query = new URL(url, "http://carrier.invalid").searchParams;
        asked.push(query);
        const body = answer(query, asked.length - 1);
        if (typeof body === "number") return replyJson(reply, body, { title: "no", status: body });
        reply.writeHead(200).end(typeof body === "string" ? body : JSON.stringify(body));
      }),
      (baseUrl) => {
        const app = { ...shipped, clock: clock.now };
        return withApiClients(app, clock, baseUrl, ({ statusApi }) =>
          use({
            app,
            clock,
            pull: (customers = [CUSTOMER]) =>
              pullStatusApi(app, statusApi, {
                ...SETTINGS,
                customers: customers.map((number) => ({ number })),
              }),
            queries: () => asked.map((query) => Object.fromEntries(query)),
          }),
        );
      },
    ),
  );
}

const page = (nextCursor: string | null) => ({ items: [], warnings: [], nextCursor });

async function markOf({ store }: App): Promise<number | null> {
  const state = await store.feedStates.find("status-api", `mark ${CUSTOMER}`);
  return state === undefined ? null : Number(state.value);
}

async function listingOf({ store }: App): Promise<Listing | null> {
  const state = await store.feedStates.find("status-api", `listing ${CUSTOMER}`);
  return state === undefined ? null : (JSON.parse(state.value) as Listing);
}

describe("pullStatusApi", () => {
  it("takes what changed, page by page, and then what changed since", () => {
    const line = (n: number, receivedAt: string): RecordedLine =>
      aStatusLine([["sorted", receivedAt]], { barcode: parcelOf(n), receivedAt });
    const statusApi = [1, 2, 3, 4, 5].map((n) => line(n, `2026-03-07T1${n}:00:00Z`));
    statusApi.push(line(6, "2026-03-07T20:30:00Z"));
    return withMemoryApp(async (shipped) => {
      const clock = makeFakeClock(NOW);
      const app = { ...shipped, clock: clock.now };
      await withCarrier(app, clock, { legacyApi: [], statusApi, pageSize: 2 }, async (clients) => {
        const told: string[] = [];
        const pull = () =>
          pullStatusApi(app, clients.statusApi, SETTINGS, {
            onProgress: (feed, done, total) => told.push(`${feed} ${done} ${total}`),
          });
        expect(await pull()).toEqual({
          feed: "status-api",
          channel: "status-api",
          tally: { intakes: 3, seen: 5, accepted: 5, duplicates: 0, quarantined: 0 },
          problems: [],
          notes: [],
          notBefore: null,
        });
        expect(told).toEqual(["status-api 1 null", "status-api 2 null", "status-api 3 null"]);
        clock.advance(HOUR);
        expect((await pull()).tally).toMatchObject({ intakes: 1, seen: 1, accepted: 1 });
        expect(await markOf(app)).toBe(NOW + HOUR);
      });
    });
  });

  it("overlaps windows by five minutes, begins as far back as is set, and remembers where", () =>
    withListing(
      () => page(null),
      async ({ app, pull, clock, queries }) => {
        await pull();
        clock.advance(HOUR);
        await pull();
        const begun = await app.store.feedStates.find("status-api", `begun ${CUSTOMER}`);
        expect(begun?.value).toBe(String(timeOf("2026-03-05T20:00:00Z")));
        expect(queries()).toEqual([
          { customerNumber: CUSTOMER, from: "2026-03-05T20:00:00Z", until: "2026-03-07T20:00:00Z" },
          { customerNumber: CUSTOMER, from: "2026-03-07T19:55:00Z", until: "2026-03-07T21:00:00Z" },
        ]);
      },
    ));

  it("goes on at its cursor after a failure, then with what changed meanwhile", () => {
    let isDown = true;
    return withListing(
      (query) => {
        if (query.get("from") !== "2026-03-05T20:00:00Z") return page(null);
        if (query.get("cursor") === "b" && isDown) return 500;
        return page({ "": "a", a: "b", b: "c" }[query.get("cursor") ?? ""] ?? null);
      },
      async ({ app, pull, clock, queries }) => {
        expect((await pull()).problems).toEqual([expect.stringMatching(/HTTP 500/)]);
        expect(await listingOf(app)).toMatchObject({ cursor: "b" });
        expect(await markOf(app)).toBeNull();
        isDown = false;
        clock.advance(HOUR);
        const before = queries().length;
        const now = clock.now();
        expect((await pull()).problems).toEqual([]);
        expect(
          queries()
            .slice(before)
            .map(({ cursor }) => cursor),
        ).toEqual(["b", "c", undefined]);
        expect(await markOf(app)).toBe(now);
        expect(await listingOf(app)).toBeNull();
      },
    );
  });

  it("begins the window anew when its cursor has expired, and gives up when that does not help", () =>
    withListing(
      (query) => (query.has("cursor") ? 410 : page("a")),
      async ({ app, pull, queries }) => {
        const { problems, notes } = await pull();
        expect(notes).toEqual([
          expect.stringMatching(/did not hold any more; listed again from 2026-03-05T20:00:00Z/),
        ]);
        expect(problems).toEqual([expect.stringMatching(/HTTP 410/)]);
        expect(queries().map(({ cursor }) => cursor)).toEqual([undefined, "a", undefined, "a"]);
        expect(await markOf(app)).toBeNull();
      },
    ));

  it("tells of cursors that lead round in circles, and never takes them for an end", () =>
    withListing(
      (query) => page({ "": "a", a: "b", b: "c", c: "a" }[query.get("cursor") ?? ""] ?? null),
      async ({ app, pull, queries }) => {
        for (let n = 0; n < 4; n += 1) {
          expect((await pull()).problems).toEqual([expect.stringMatching(/a cursor that came before/)]);
        }
        expect(queries().length).toBeLessThan(30);
        expect(await markOf(app)).toBeNull();
      },
    ));

  it.each([
    "<html>",
    '{"items":[',
    { message: "Backend" },
    { items: {} },
    { items: [], nextCursor: { a: 1 } },
  ])("does not take %j for a last page", (body) =>
    withListing(
      () => body,
      async ({ app, pull, queries }) => {
        expect((await pull()).problems).toEqual([expect.stringMatching(/a body that cannot be read/)]);
        expect(queries()).toHaveLength(3);
        expect(await markOf(app)).toBeNull();
      },
    ),
  );

  it("asks nothing for other customers when no question is answered any more", () =>
    withListing(
      () => 429,
      async ({ pull, queries }) => {
        const { problems } = await pull([CUSTOMER, "55667788"]);
        expect(problems).toEqual([expect.stringMatching(/HTTP 429/)]);
        expect(new Set(queries().map(({ customerNumber }) => customerNumber))).toEqual(new Set([CUSTOMER]));
      },
    ));

  it("goes on with other customers when one is not ours to ask for", () =>
    withListing(
      (query) => (query.get("customerNumber") === "55667788" ? 403 : page(null)),
      async ({ app, pull }) => {
        const { problems } = await pull(["55667788", CUSTOMER]);
        expect(problems).toEqual([expect.stringMatching(/customer 55667788: HTTP 403/)]);
        expect(await markOf(app)).toBe(NOW);
      },
    ));

  it("does not move its mark by a clock that is more than five minutes off", () =>
    withMemoryApp(async (shipped) => {
      const theirs = makeFakeClock(NOW);
      const app = { ...shipped, clock: () => theirs.now() + 6 * MINUTE };
      await withCarrier(app, theirs, { legacyApi: [], statusApi: [] }, async ({ statusApi }) => {
        const { problems, tally } = await pullStatusApi(app, statusApi, SETTINGS);
        expect(problems).toEqual([expect.stringMatching(/our clock is 360 s ahead of the service's/)]);
        expect(tally.intakes).toBe(1);
        expect([await markOf(app), await listingOf(app)]).toEqual([null, null]);
      });
    }));
});
