import { describe, expect, it } from "vitest";
import type { FeedPull } from "../../../src/app/feeds/feed-pull.ts";
import type { LegacyPullSettings } from "../../../src/app/feeds/pull-legacy-api.ts";
import { pullLegacyApi } from "../../../src/app/feeds/pull-legacy-api.ts";
import type { App } from "../../../src/app/open-app.ts";
import type { RecordedLine } from "../../../src/sandbox/carrier/recorded-line.ts";
import { allFindings, withMemoryApp } from "../../support/apps.ts";
import type { FakeClock } from "../../support/fake-clock.ts";
import { makeFakeClock } from "../../support/fake-clock.ts";
import { noteRequests, withApiClients, withCarrier, withoutDate } from "../../support/feeds.ts";
import { aScanFile, aScanRow, saveAll } from "../../support/intakes.ts";
import { CUSTOMER, HOUR, MINUTE, timeOf } from "../../support/observations.ts";
import { readCapturedReply } from "../../support/payloads.ts";
import { aLegacyLine } from "../../support/recorded.ts";
import { parcelOf } from "../../support/store-rows.ts";
import type { SeenRequest, TinyAnswer } from "../../support/tiny-server.ts";
import { replyJson, withTinyServer } from "../../support/tiny-server.ts";

const NOW = timeOf("2026-03-07T20:00:00Z");
const SETTINGS: LegacyPullSettings = { customers: [CUSTOMER], requestsPerPull: 100 };

interface Kit {
  readonly app: App;
  readonly clock: FakeClock;
  /** Single parcels asked for since the last look. */
  readonly look: () => readonly string[];
  readonly pull: (settings?: Partial<LegacyPullSettings>) => Promise<FeedPull>;
}

/** Lends a carrier that says these lines, each from its `receivedAt` on. */
function withKit(legacyApi: readonly RecordedLine[], use: (kit: Kit) => Promise<void>): Promise<void> {
  return withMemoryApp(async (shipped) => {
    const clock = makeFakeClock(NOW);
    const app = { ...shipped, clock: clock.now };
    await withCarrier(app, clock, { legacyApi, statusApi: [] }, async (clients) => {
      const noted = noteRequests(clients);
      let looked = 0;
      await use({
        app,
        clock,
        look: () => {
          const fresh = noted.asked.slice(looked).filter((what) => what !== "updated");
          looked = noted.asked.length;
          return fresh;
        },
        pull: (settings) => pullLegacyApi(app, noted.legacyApi, { ...SETTINGS, ...settings }),
      });
    });
  });
}

/** Lends a service that answers the listing with one parcel, and everything else as told. */
function withAnswers(
  answerSingle: TinyAnswer,
  use: (kit: {
    readonly app: App;
    readonly pull: () => Promise<FeedPull>;
    readonly seen: readonly SeenRequest[];
    readonly clock: FakeClock;
  }) => Promise<void>,
  listing: unknown = [
    { Barcode: parcelOf(1), Status: { Timestamp: "2026-03-07T20:00:00", StatusCode: "5" } },
  ],
): Promise<void> {
  const clock = makeFakeClock(NOW);
  return withMemoryApp((shipped) =>
    withTinyServer(
      withoutDate((request, reply, index) =>
        request.url.includes("updatedshipments")
          ? replyJson(reply, 200, listing)
          : answerSingle(request, reply, index),
      ),
      (baseUrl, seen) => {
        const app = { ...shipped, clock: clock.now };
        return withApiClients(app, clock, baseUrl, ({ legacyApi }) =>
          use({ app, seen, clock, pull: () => pullLegacyApi(app, legacyApi, SETTINGS) }),
        );
      },
    ),
  );
}

async function markOf({ store }: App): Promise<number | null> {
  const state = await store.feedStates.find("legacy-api", `mark ${CUSTOMER}`);
  return state === undefined ? null : Number(state.value);
}

async function acceptedOf({ store }: App): Promise<number | undefined> {
  return (await store.feeds.books()).find(({ channel }) => channel === "legacy-api")?.accepted;
}

describe("pullLegacyApi", () => {
  it("asks for changed parcels, and not again for those whose newest status it holds", () =>
    withKit(
      [
        aLegacyLine([["J01", "2026-03-07T18:00:00Z"]], { receivedAt: "2026-03-07T18:01:00Z" }),
        aLegacyLine([["J01", "2026-03-07T19:58:00Z"]], {
          barcode: parcelOf(2),
          receivedAt: "2026-03-07T19:59:00Z",
        }),
        aLegacyLine(
          [
            ["I01", "2026-03-07T20:20:00Z"],
            ["J01", "2026-03-07T19:58:00Z"],
          ],
          {
            barcode: parcelOf(2),
            receivedAt: "2026-03-07T20:21:00Z",
          },
        ),
      ],
      async ({ app, clock, look, pull }) => {
        expect(await pull()).toMatchObject({ feed: "legacy-api", problems: [], notes: [], notBefore: null });
        expect(look()).toEqual([`barcode ${parcelOf(1)}`, `barcode ${parcelOf(2)}`]);
        clock.advance(10 * MINUTE);
        expect((await pull()).tally).toMatchObject({ intakes: 1, seen: 0 });
        expect(look()).toEqual([]);
        clock.advance(15 * MINUTE);
        expect((await pull()).tally).toMatchObject({ intakes: 2, seen: 2, accepted: 1, duplicates: 1 });
        expect(look()).toEqual([`barcode ${parcelOf(2)}`]);
        expect(await acceptedOf(app)).toBe(3);
        expect(await markOf(app)).toBe(clock.now());
      },
    ));

  it("does not ask again within five minutes", () =>
    withKit([], async ({ clock, pull }) => {
      expect((await pull()).tally.intakes).toBeGreaterThan(0);
      clock.advance(4 * MINUTE);
      expect((await pull()).tally.intakes).toBe(0);
    }));

  it("asks once about a status that has no event", () => {
    const told = (receivedAt: string, statusAt: string) =>
      aLegacyLine([["A01", "2026-03-06T18:00:00Z"]], { receivedAt, status: ["13", statusAt] });
    return withKit(
      [
        told("2026-03-07T18:01:00Z", "2026-03-07T03:15:00Z"),
        told("2026-03-07T20:01:00Z", "2026-03-07T03:15:00Z"),
        told("2026-03-07T20:11:00Z", "2026-03-07T20:10:00Z"),
      ],
      async ({ clock, look, pull }) => {
        await pull();
        expect(look()).toHaveLength(1);
        clock.advance(6 * MINUTE);
        await pull();
        expect(look()).toEqual([]);
        clock.advance(6 * MINUTE);
        await pull();
        expect(look()).toHaveLength(1);
      },
    );
  });

  it("does not ask again for a week for what was not found", () =>
    withKit(
      [
        updatedLine("2026-03-07T18:00:00Z"),
        updatedLine("2026-03-08T19:00:00Z"),
        updatedLine("2026-03-15T18:00:00Z"),
      ],
      async ({ clock, look, pull }) => {
        expect((await pull()).problems).toEqual([]);
        expect(look()).toEqual([`barcode ${parcelOf(7)}`]);
        clock.advance(24 * HOUR);
        await pull();
        expect(look()).toEqual([]);
        clock.advance(7 * 24 * HOUR);
        await pull();
        expect(look()).toEqual([`barcode ${parcelOf(7)}`]);
      },
    ));

  it("asks no more than it may, and goes on in the next pull, the oldest change first", () =>
    withKit(
      [3, 1, 2].map((n) =>
        aLegacyLine([["J01", `2026-03-07T1${n}:00:00Z`]], {
          barcode: parcelOf(n),
          receivedAt: "2026-03-07T18:00:00Z",
        }),
      ),
      async ({ look, pull }) => {
        const { notes } = await pull({ requestsPerPull: 2 });
        expect(notes).toEqual(["1 changed parcels are left for the next pull"]);
        expect(look()).toEqual([`barcode ${parcelOf(1)}`, `barcode ${parcelOf(2)}`]);
        expect((await pull()).notes).toEqual([]);
        expect(look()).toEqual([`barcode ${parcelOf(3)}`]);
      },
    ));

  it("asks once for all the pieces of a consignment", () => {
    const receivedAt = "2026-03-07T18:00:00Z";
    const shipments = [2, 1].map((n) => {
      const line = aLegacyLine([["J01", "2026-03-07T17:00:00Z"]], { barcode: parcelOf(n), receivedAt });
      return (line.body as { CompleteStatus: { Shipment: object } }).CompleteStatus.Shipment;
    });
    const body = { CompleteStatus: { Shipment: shipments } };
    const line = { receivedAt, httpStatus: 200, request: { barcode: parcelOf(1) }, body };
    return withKit([line], async ({ app, look, pull }) => {
      await pull();
      expect(look()).toHaveLength(1);
      expect(await acceptedOf(app)).toBe(2);
    });
  });

  it("asks for an international parcel by the reference that a scan gave", () => {
    const barcode = "LA123456785NL";
    const line = aLegacyLine([["J01", "2026-03-07T18:00:00Z"]], {
      barcode,
      receivedAt: "2026-03-07T18:01:00Z",
      reference: "ORDER-1",
    });
    return withKit([line], async ({ app, look, pull }) => {
      await saveAll(app.store, [await aScanFile([aScanRow({ barcode, reference: "ORDER-1" })])]);
      await pull();
      expect(look()).toEqual(["reference ORDER-1"]);
      expect(await acceptedOf(app)).toBe(1);
    });
  });

  it("says what cannot be asked for any more, and remembers it with where it began", () =>
    withKit([], async ({ app, clock, pull }) => {
      const remembered = async (key: string) =>
        (await app.store.feedStates.list("legacy-api", key)).map(({ value }) => JSON.parse(value) as unknown);
      await pull();
      const begun = [timeOf("2026-03-05T20:05:00Z")];
      expect(await remembered("begun ")).toEqual(begun);
      expect(await remembered("lost ")).toEqual([]);
      clock.advance(60 * HOUR);
      expect((await pull()).notes).toEqual([
        `customer ${CUSTOMER}: 48 hours: what changed between 2026-03-07T20:00:00Z and 2026-03-08T08:05:00Z cannot be asked for any more`,
      ]);
      expect(await remembered("begun ")).toEqual(begun);
      expect(await remembered("lost ")).toEqual([
        { from: timeOf("2026-03-07T20:00:00Z"), until: timeOf("2026-03-08T08:05:00Z") },
      ]);
    }));

  it.each([
    ["a fault", 400, { fault: { faultstring: "wrong", detail: { errorcode: "x" } } }, /HTTP 400/, "silent"],
    [
      "an error with HTTP 200",
      200,
      { Error: { ErrorCode: "1", ErrorMessage: "no" } },
      /HTTP 200 with Error/,
      "silent",
    ],
    [
      "a SOAP fault as JSON",
      200,
      { Envelope: { Body: { Fault: { Reason: {} } } } },
      /with Envelope/,
      "asks again",
    ],
    ["a fault of the service", 500, { fault: { faultstring: "down" } }, /HTTP 500/, "asks again"],
    ["no rights", 401, { message: "Invalid", http_status_code: 401 }, /HTTP 401/, "asks again"],
    ["a page", 200, "<html>", /cannot be read/, "asks again"],
  ])("keeps %s raw, tells of it, and takes it for no observation", (_, httpStatus, body, told, after) =>
    withAnswers(
      (_request, reply) =>
        reply.writeHead(httpStatus).end(typeof body === "string" ? body : JSON.stringify(body)),
      async ({ app, pull, seen, clock }) => {
        const { problems, tally } = await pull();
        expect(problems).toEqual([expect.stringMatching(told)]);
        expect(problems.join()).not.toContain(parcelOf(1));
        expect(tally.accepted).toBe(0);
        expect(await allFindings(app.store)).toEqual([]);
        const asked = () => seen.filter(({ url }) => url.includes("/barcode/")).length;
        const before = asked();
        clock.advance(10 * MINUTE);
        await pull();
        expect(asked() > before).toBe(after === "asks again");
      },
    ),
  );

  it("is not kept from others by parcels that never get an answer", () =>
    withAnswers(
      ({ url }, reply) =>
        /0[123]\?/.test(url)
          ? replyJson(reply, 500, {})
          : replyJson(reply, 200, { CompleteStatus: {}, Warnings: [{ Code: "2" }] }),
      async ({ pull, seen, clock }) => {
        expect((await pull()).notes).toEqual(["5 changed parcels are left for the next pull"]);
        // After so many failures nothing is sent for a while.
        clock.advance(MINUTE);
        const { problems, notes } = await pull();
        expect(seen.filter(({ url }) => url.includes(`${parcelOf(5)}?`))).toHaveLength(1);
        expect(problems).toEqual([
          expect.stringMatching(/HTTP 500.*\(2 times\)/),
          expect.stringMatching(/the service failed again and again/),
        ]);
        expect(notes).toEqual(["3 changed parcels are left for the next pull"]);
      },
      [1, 2, 3, 4, 5].map((n) => ({
        Barcode: parcelOf(n),
        Status: { Timestamp: `2026-03-07T20:0${n}:00`, StatusCode: "5" },
      })),
    ));

  it("asks for other customers when one is not ours to ask for", () => {
    const asked: string[] = [];
    return withMemoryApp((shipped) =>
      withTinyServer(
        withoutDate(({ url }, reply) => {
          asked.push(url.split("/")[4] ?? "");
          replyJson(reply, url.includes("/11111111/") ? 403 : 200, []);
        }),
        (baseUrl) => {
          const clock = makeFakeClock(NOW);
          const app = { ...shipped, clock: clock.now };
          return withApiClients(app, clock, baseUrl, async ({ legacyApi }) => {
            const customers = ["11111111", CUSTOMER];
            const { problems } = await pullLegacyApi(app, legacyApi, { ...SETTINGS, customers });
            expect(problems).toEqual([expect.stringMatching(/customer 11111111: HTTP 403/)]);
            expect(asked.filter((customer) => customer === "11111111")).toHaveLength(1);
            expect(await markOf(app)).toBe(NOW);
          });
        },
      ),
    );
  });

  it("ends when it is asked too often, and says until when", () =>
    withAnswers(
      (_request, reply) =>
        replyJson(
          reply,
          429,
          { message: "Too many requests. Rate limit exceeded!", http_status_code: 429 },
          { "retry-after": "3600" },
        ),
      async ({ pull, seen }) => {
        expect(await pull()).toMatchObject({
          problems: [expect.stringMatching(/HTTP 429/)],
          notBefore: NOW + HOUR,
        });
        const before = seen.length;
        expect(await pull()).toMatchObject({ notBefore: NOW + HOUR });
        expect(seen.length).toBe(before);
      },
    ));

  it.each([{}, { message: "Backend", http_status_code: 500 }, "<html>", { Error: {} }])(
    "does not take %j for an empty listing",
    (listing) =>
      withAnswers(
        () => expect.unreachable("nothing was listed"),
        async ({ app, pull }) => {
          expect((await pull()).problems).toEqual([expect.stringMatching(/a body that is no list/)]);
          expect(await markOf(app)).toBeNull();
        },
        listing,
      ),
  );

  it("takes the carrier's own replies", () => {
    const captured = readCapturedReply("completestatus.http");
    const listing = JSON.parse(Buffer.from(readCapturedReply("updatedshipments.http").body).toString());
    return withAnswers(
      (_request, reply) => reply.writeHead(captured.httpStatus).end(captured.body),
      async ({ app, pull }) => {
        expect((await pull()).problems).toEqual([]);
        expect(await acceptedOf(app)).toBe(3);
      },
      listing,
    );
  });

  it.each([
    [20, [], [], true],
    [-31, [expect.stringMatching(/our clock is 31 s behind/)], [], true],
    [299, [expect.stringMatching(/our clock is 299 s ahead of/)], [], true],
    [301, [], [expect.stringMatching(/our clock is 301 s ahead of/)], false],
    [-301, [], [expect.stringMatching(/our clock is 301 s behind/)], false],
  ])("with a clock that is %i seconds ahead", (seconds, notes, problems, moves) =>
    withMemoryApp(async (shipped) => {
      const theirs = makeFakeClock(NOW);
      const app = { ...shipped, clock: () => theirs.now() + seconds * 1000 };
      await withCarrier(app, theirs, { legacyApi: [], statusApi: [] }, async ({ legacyApi }) => {
        const pull = await pullLegacyApi(app, legacyApi, SETTINGS);
        expect(pull.notes.map((note) => note.replace(/ \(\d+ times\)$/, ""))).toEqual(notes);
        expect(pull.problems).toEqual(problems);
        expect((await markOf(app)) !== null).toBe(moves);
        expect(pull.tally.intakes).toBeGreaterThan(0);
      });
    }),
  );

  it("ends at once when it is aborted, and keeps what it has", () => {
    const controller = new AbortController();
    return withMemoryApp((shipped) => {
      const clock = makeFakeClock(NOW);
      const app = { ...shipped, clock: clock.now };
      return withTinyServer(
        withoutDate((_request, reply, index) => {
          if (index < 3) return replyJson(reply, 200, []);
          controller.abort(new Error("enough"));
          // The pull does not wait for it, but closing the client does.
          reply.destroy();
        }),
        (baseUrl) =>
          withApiClients(app, clock, baseUrl, async ({ legacyApi }) => {
            const pulling = pullLegacyApi(app, legacyApi, SETTINGS, { signal: controller.signal });
            await expect(pulling).rejects.toThrow("enough");
            expect(await markOf(app)).toBeGreaterThan(NOW - 48 * HOUR);
          }),
      );
    });
  });
});

function updatedLine(receivedAt: string): RecordedLine {
  const Timestamp = receivedAt.replace("Z", "");
  return {
    receivedAt,
    httpStatus: 200,
    request: { updatedshipments: CUSTOMER },
    body: [{ Barcode: parcelOf(7), Status: { Timestamp, StatusCode: "1" } }],
  };
}
