import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { App } from "../../src/app/open-app.ts";
import { reconcileStore } from "../../src/app/reconcile-store.ts";
import type { Observation } from "../../src/domain/observation.ts";
import { compareObservations, compareText } from "../../src/domain/observation.ts";
import type { IncomingIntake } from "../../src/intake/incoming.ts";
import type { IntakeTally } from "../../src/intake/intake-tally.ts";
import { addTallies, NO_INTAKES } from "../../src/intake/intake-tally.ts";
import { saveFiles, savePayloads } from "../../src/intake/save-intakes.ts";
import { findCorrections } from "../../src/reconcile/find-corrections.ts";
import type { Store } from "../../src/store/store.ts";
import { allFindings, withMemoryApp } from "../support/apps.ts";
import type { Delivered } from "../support/arbitrary-intakes.ts";
import {
  arbitraryIntakes,
  arbitraryNow,
  countRows,
  inAnyOrder,
  makeAll,
} from "../support/arbitrary-intakes.ts";
import {
  aDelivery,
  aLegacyReply,
  aScanFile,
  aScanRow,
  aStatusReply,
  BASE,
  saveAll,
} from "../support/intakes.ts";
import { HOUR, MINUTE } from "../support/observations.ts";
import { hashOf, parcelOf } from "../support/store-rows.ts";

/** Lends an empty store in memory, and the program on it. */
function withStore<Result>(work: (store: Store, app: App) => Promise<Result>, now?: number): Promise<Result> {
  return withMemoryApp((app) => work(app.store, app), now);
}

async function observationsOf(store: Store, barcode = parcelOf(1)) {
  const dossier = await store.parcels.findDossier(barcode);
  // Which pack holds a delivery depends on what came with it.
  return (dossier?.observations ?? []).map(({ delivery: _, ...said }) => said).toSorted(compareObservations);
}

async function quarantinedOf(store: Store): Promise<string[]> {
  const rows = await store.feeds.quarantined(1000);
  return rows.map(({ hash, line, code }) => `${hash.slice(0, 8)} ${line} ${code}`).sort(compareText);
}

async function booksOf(store: Store, channel: string) {
  const books = await store.feeds.books();
  return books.find((book) => book.channel === channel);
}

/** All that a store holds of what came in. */
async function readAll(store: Store) {
  const parcels: { barcode: string; listedAt: number | null; observations: readonly Observation[] }[] = [];
  for (const bucket of await store.parcels.buckets()) {
    for (const { barcode, listedAt } of await store.parcels.dossiers(bucket, { kind: "all" })) {
      parcels.push({ barcode, listedAt, observations: await observationsOf(store, barcode) });
    }
  }
  return {
    // A parcel of which nothing is left but its row is no parcel.
    parcels: parcels
      .filter(({ observations, listedAt }) => observations.length > 0 || listedAt !== null)
      .sort((a, b) => compareText(a.barcode, b.barcode)),
    books: await store.feeds.books(),
    progress: await store.feeds.progress(),
    quarantined: await quarantinedOf(store),
  };
}

function tallyOf({ seen, accepted, duplicates, quarantined }: IntakeTally): readonly number[] {
  return [seen, accepted, duplicates, quarantined];
}

describe("saveFiles", () => {
  it("keeps a file's bytes, its rows and its arrival", () =>
    withStore(async (store) => {
      const file = await aScanFile([aScanRow(), aScanRow({ barcode: "short" })], { name: "a.csv" });
      expect(await saveFiles(store, [file])).toEqual({
        intakes: 1,
        seen: 2,
        accepted: 1,
        duplicates: 0,
        quarantined: 1,
      });
      expect(
        (await observationsOf(store)).map(({ code, at, line, intake }) => [code, at, line, intake]),
      ).toEqual([["J01", BASE, 2, file.hash]]);
      expect(await quarantinedOf(store)).toEqual([`${file.hash.slice(0, 8)} 3 BARCODE_INVALID`]);
      expect(hashOf((await store.feeds.raw(file.hash)) ?? new Uint8Array(0))).toBe(file.hash);
      expect(await store.feeds.arrivals(file.hash)).toEqual([file.arrival]);
      expect(await booksOf(store, "legacy-scan")).toEqual({
        channel: "legacy-scan",
        intakes: 1,
        seen: 2,
        accepted: 1,
        duplicates: 0,
        quarantined: 1,
        firstReceivedAt: BASE + HOUR,
        watermark: BASE + HOUR,
      });
    }));

  it("counts a file that comes again as duplicates, records its arrival and moves the watermark on", () =>
    withStore(async (store) => {
      const rows = [aScanRow(), aScanRow({ barcode: "short" })];
      const file = await aScanFile(rows, { name: "a.csv" });
      const again = await aScanFile(rows, { name: "b.csv", receivedAt: BASE + 5 * HOUR });
      await saveFiles(store, [file]);
      const before = await observationsOf(store);
      expect(tallyOf(await saveFiles(store, [again]))).toEqual([2, 0, 2, 0]);
      expect(await observationsOf(store)).toEqual(before);
      expect(await store.feeds.arrivals(file.hash)).toEqual([file.arrival, again.arrival]);
      expect(await booksOf(store, "legacy-scan")).toMatchObject({ intakes: 2, watermark: BASE + 5 * HOUR });
    }));

  it("lets the earlier arrival speak when it is imported later", () =>
    withStore(async (store) => {
      await saveFiles(store, [await aScanFile([aScanRow()], { receivedAt: BASE + 5 * HOUR })]);
      await saveFiles(store, [await aScanFile([aScanRow()], { receivedAt: BASE + HOUR })]);
      expect((await observationsOf(store)).map(({ receivedAt }) => receivedAt)).toEqual([BASE + HOUR]);
    }));

  it("counts a row that stands in two files once", () =>
    withStore(async (store) => {
      const first = await aScanFile([aScanRow(), aScanRow({ code: "01j" })]);
      const second = await aScanFile([aScanRow(), aScanRow({ code: "I01" })], {
        receivedAt: BASE + 2 * HOUR,
      });
      expect(tallyOf(await saveFiles(store, [first]))).toEqual([2, 1, 1, 0]);
      expect(tallyOf(await saveFiles(store, [second]))).toEqual([2, 1, 1, 0]);
      expect(await observationsOf(store)).toHaveLength(2);
    }));

  it("takes several files in one go as one after the other, the same one twice included", async () => {
    const make = () =>
      Promise.all([
        aScanFile([aScanRow(), aScanRow({ barcode: "short" })], {
          name: "a.csv",
          receivedAt: BASE + 2 * HOUR,
        }),
        aScanFile([aScanRow(), aScanRow({ code: "I01" })], { name: "b.csv" }),
        aScanFile([aScanRow(), aScanRow({ barcode: "short" })], { name: "c.csv" }),
        aScanFile([], { name: "d.csv" }),
      ]);
    const kept: Awaited<ReturnType<typeof readAll>>[] = [];
    for (const together of [true, false]) {
      await withStore(async (store) => {
        let tally = NO_INTAKES;
        const files = await make();
        if (together) tally = await saveFiles(store, files);
        else for (const file of files) tally = addTallies(tally, await saveFiles(store, [file]));
        expect(tally).toEqual({ intakes: 4, seen: 6, accepted: 2, duplicates: 3, quarantined: 1 });
        kept.push(await readAll(store));
      });
    }
    expect(kept[0]).toEqual(kept[1]);
  });

  it("takes the very same file twice in one go as once", () =>
    withStore(async (store) => {
      const file = await aScanFile([aScanRow(), aScanRow({ barcode: "short" })]);
      expect(tallyOf(await saveFiles(store, [file, file]))).toEqual([4, 1, 2, 1]);
      expect(await quarantinedOf(store)).toHaveLength(1);
      expect(tallyOf(await saveFiles(store, [file]))).toEqual([2, 0, 2, 0]);
    }));

  it("keeps nothing of any file when one of them breaks off", () =>
    withStore(async (store) => {
      const [good, bad] = [await aScanFile([aScanRow()]), await aScanFile([aScanRow({ code: "I01" })])];
      async function* breakOff(): AsyncGenerator<Uint8Array> {
        yield Buffer.from("B");
        throw new Error("the disk is gone");
      }
      await expect(saveFiles(store, [good, { ...bad, content: breakOff }])).rejects.toThrow(
        "the disk is gone",
      );
      expect((await readAll(store)).parcels).toEqual([]);
      expect(await store.feeds.raw(good.hash)).toBeUndefined();
    }));

  it("takes no file in when there is none", () =>
    withStore(async (store) => {
      expect(await saveFiles(store, [])).toEqual(NO_INTAKES);
      expect(await booksOf(store, "legacy-scan")).toMatchObject({ intakes: 0 });
    }));

  it("takes a row with another column changed as one observation more, and withdraws nothing", () =>
    withStore(async (store) => {
      await saveFiles(store, [await aScanFile([aScanRow({ productCode: "003085" })])]);
      await saveFiles(store, [await aScanFile([aScanRow({ productCode: "004945" })])]);
      expect(findCorrections(await observationsOf(store))).toEqual([{ code: "J01", at: BASE, intakes: 2 }]);
    }));

  it("keeps nothing of a file whose reading breaks off", () =>
    withStore(async (store) => {
      const file = await aScanFile([aScanRow()]);
      async function* breakOff(): AsyncGenerator<never[]> {
        for await (const rows of file.rows()) {
          await store.parcels.buckets();
          if (rows.length > 0) throw new Error("the disk is gone");
          yield [];
        }
      }
      await expect(saveFiles(store, [{ ...file, rows: breakOff }])).rejects.toThrow("the disk is gone");
      expect((await readAll(store)).parcels).toEqual([]);
      expect(await booksOf(store, "legacy-scan")).toMatchObject({ intakes: 0, seen: 0 });
      expect(await store.feeds.raw(file.hash)).toBeUndefined();
    }));

  it("counts what it adds when a known file is read anew with other eyes", () =>
    withStore(async (store) => {
      const rows = [aScanRow({ barcode: "short" }), aScanRow()];
      const misread = await aScanFile(rows, { receivedAt: BASE + 5 * HOUR });
      const refused = async function* () {
        yield [1, 2].map((line) => ({
          kind: "quarantined" as const,
          quarantined: { line, code: "HEADER_INVALID", message: "another layout", raw: "" },
        }));
      };
      await saveFiles(store, [{ ...misread, rows: refused }]);
      await saveFiles(store, [await aScanFile(rows, { receivedAt: BASE + HOUR })]);
      const books = await booksOf(store, "legacy-scan");
      expect(books?.accepted).toBe((await observationsOf(store)).length);
    }));
});

describe("savePayloads", () => {
  it("takes a delivery once, however often it comes", () =>
    withStore(async (store) => {
      const delivery = aDelivery();
      const again = aDelivery({ receivedAt: BASE + HOUR });
      expect(again.hash).toBe(delivery.hash);
      expect(tallyOf(await savePayloads(store, "webhook", [delivery, again, delivery]))).toEqual([
        3, 1, 2, 0,
      ]);
      expect(tallyOf(await savePayloads(store, "webhook", [again]))).toEqual([1, 0, 1, 0]);
      // The first arrival stands in the observation.
      expect(await store.feeds.arrivals(delivery.hash)).toHaveLength(1);
      expect(await observationsOf(store)).toHaveLength(1);
    }));

  it("takes a delivery without event id once too", () =>
    withStore(async (store) => {
      const deliveries = [
        aDelivery({ eventId: null }),
        aDelivery({ eventId: null, receivedAt: BASE + HOUR }),
      ];
      expect(tallyOf(await savePayloads(store, "webhook", deliveries))).toEqual([2, 1, 1, 0]);
    }));

  it("tells two event ids with the same words apart", () =>
    withStore(async (store) => {
      const deliveries = [aDelivery({ eventId: "e1" }), aDelivery({ eventId: "e2" })];
      expect(tallyOf(await savePayloads(store, "webhook", deliveries))).toEqual([2, 2, 0, 0]);
    }));

  it("keeps the window in which each customer's deliveries came, those that cannot be read included", () =>
    withStore(async (store) => {
      await savePayloads(store, "webhook", [
        aDelivery({ receivedAt: BASE + 3 * HOUR }),
        aDelivery({ isBroken: true, receivedAt: BASE + 9 * HOUR }),
        aDelivery({ customerNumber: null, receivedAt: BASE + 20 * HOUR }),
        aDelivery({ customerNumber: "55667788", receivedAt: BASE + HOUR }),
      ]);
      expect((await store.feeds.progress()).deliveries).toEqual(
        new Map([
          ["11223344", { firstAt: BASE + 3 * HOUR, lastAt: BASE + 9 * HOUR }],
          ["55667788", { firstAt: BASE + HOUR, lastAt: BASE + HOUR }],
        ]),
      );
    }));

  it("lets a known reply count for the latest listing and the watermark", () =>
    withStore(async (store) => {
      const sorted = { status: "sorted" };
      await savePayloads(store, "status-api", [aStatusReply([sorted], { receivedAt: BASE + HOUR })]);
      const again = aStatusReply([sorted], { receivedAt: BASE + 9 * HOUR });
      expect(tallyOf(await savePayloads(store, "status-api", [again]))).toEqual([1, 0, 1, 0]);
      expect((await store.parcels.findDossier(parcelOf(1)))?.listedAt).toBe(BASE + 9 * HOUR);
      expect((await observationsOf(store)).map(({ lastListedAt }) => lastListedAt)).toEqual([
        BASE + 9 * HOUR,
      ]);
      expect(await booksOf(store, "status-api")).toMatchObject({ watermark: BASE + 9 * HOUR });
    }));

  it("fills details that are still empty from later replies and overwrites none", () =>
    withStore(async (store) => {
      await savePayloads(store, "legacy-api", [
        aLegacyReply([{ code: "J01" }], { receivedAt: BASE + HOUR }),
        aLegacyReply([{ code: "J01", location: "1" }], { receivedAt: BASE + 2 * HOUR, reference: "A" }),
        aLegacyReply([{ code: "J01", location: "2" }], { receivedAt: BASE + 3 * HOUR, reference: "B" }),
      ]);
      expect(
        (await observationsOf(store)).map(({ details }) => [details.location, details.reference]),
      ).toEqual([["1", "A"]]);
    }));

  it("records an error reply and counts nothing of it: no row, no listing, no watermark", () =>
    withStore(async (store) => {
      const reply = aStatusReply([{ status: "sorted" }], { httpStatus: 503 });
      expect(await savePayloads(store, "status-api", [reply])).toEqual({ ...NO_INTAKES, intakes: 1 });
      expect(await store.feeds.arrivals(reply.hash)).toHaveLength(1);
      expect(await booksOf(store, "status-api")).toMatchObject({ intakes: 1, seen: 0, watermark: null });
      expect(await store.parcels.findDossier(parcelOf(1))).toBeUndefined();
    }));

  it.each([
    [200, 503],
    [503, 200],
  ])(
    "counts the reply with HTTP 200 and not the error when both have the same body: %i, then %i",
    (...statuses) =>
      withStore(async (store) => {
        let tally = NO_INTAKES;
        for (const [i, httpStatus] of statuses.entries()) {
          const reply = aStatusReply([{ status: "sorted" }, { status: "delivered" }], {
            httpStatus,
            receivedAt: BASE + i * HOUR,
          });
          tally = addTallies(tally, await savePayloads(store, "status-api", [reply]));
        }
        expect(tallyOf(tally)).toEqual([2, 2, 0, 0]);
      }),
  );

  it("sets the rows of a reply aside although an error had the same body before", () =>
    withStore(async (store) => {
      const replies = [503, 200].map((httpStatus, i) =>
        aStatusReply([], { httpStatus, receivedAt: BASE + i * HOUR, body: "" }),
      );
      expect(tallyOf(await savePayloads(store, "status-api", replies))).toEqual([1, 0, 0, 1]);
      expect(await quarantinedOf(store)).toHaveLength(1);
    }));
});

describe("an event id that comes with several bodies", () => {
  const first = (wish = {}) => aDelivery({ eventId: "e1", receivedAt: BASE + 1 * MINUTE, ...wish });
  const second = (wish = {}) =>
    aDelivery({
      eventId: "e1",
      status: "delivered",
      location: "888888",
      receivedAt: BASE + 2 * MINUTE,
      ...wish,
    });
  const elsewhere = (wish = {}) => second({ barcode: parcelOf(2), ...wish });

  /** What has to come of every order: the body received first counts. */
  const expectFirst = async (
    store: Store,
    tally: IntakeTally,
    seen: number,
    set: readonly IncomingIntake[],
  ) => {
    expect(tallyOf(tally)).toEqual([seen, 1, seen - 1 - set.length, set.length]);
    expect(await observationsOf(store)).toMatchObject([
      { code: "sorted", intake: first().hash, details: { location: null } },
    ]);
    expect(await observationsOf(store, parcelOf(2))).toEqual([]);
    expect(await quarantinedOf(store)).toEqual(
      set.map(({ hash }) => `${hash.slice(0, 8)} 1 event_id_conflict`).sort(compareText),
    );
    for (const { hash } of set) expect(await store.feeds.raw(hash)).toBeDefined();
  };

  const cases: readonly (readonly [string, readonly IncomingIntake[], readonly IncomingIntake[]])[] = [
    ["as they were received", [first(), second()], [second()]],
    ["the later one first", [second(), first()], [second()]],
    ["of another parcel", [elsewhere(), first()], [elsewhere()]],
    [
      "three of them",
      [second(), elsewhere({ receivedAt: BASE + 3 * MINUTE }), first()],
      [second(), elsewhere()],
    ],
    [
      "the later one twice, then the first",
      [second(), second({ receivedAt: BASE + HOUR }), first()],
      [second()],
    ],
    [
      "the later one of another parcel twice, then the first",
      [elsewhere(), elsewhere({ receivedAt: BASE + HOUR }), first()],
      [elsewhere()],
    ],
    [
      "the first one's late arrival, the later one, the first one's own",
      [first({ receivedAt: BASE + HOUR }), second(), first()],
      [second()],
    ],
    [
      "each twice",
      [second(), first(), second({ receivedAt: BASE + HOUR }), first({ receivedAt: BASE + HOUR })],
      [second()],
    ],
  ];
  describe.each([1, 2, 500])("in batches of %i", (mostInBatch) => {
    it.each(cases)("keeps the body that was received first: %s", (_, deliveries, set) =>
      withStore(async (store) => {
        await expectFirst(store, await saveAll(store, deliveries, mostInBatch), deliveries.length, set);
      }),
    );
  });

  it("decides between bodies of one moment by their content, not by their order", async () => {
    const same = [first(), second({ receivedAt: BASE + MINUTE })];
    const kept: Awaited<ReturnType<typeof readAll>>[] = [];
    for (const deliveries of [same, same.toReversed()]) {
      await withStore(async (store) => {
        await saveAll(store, deliveries);
        kept.push(await readAll(store));
      });
    }
    expect(kept[0]).toEqual(kept[1]);
    expect(kept[0]?.quarantined).toHaveLength(1);
  });

  it("tells who is meant in a conflict in one visible line", () =>
    withStore(async (store) => {
      const eventId = "e1\u001b[2J\n";
      await saveAll(store, [first({ eventId }), second({ eventId })]);
      const [row] = await store.feeds.quarantined(1);
      expect(row?.message).toContain("e1\\u001b[2J");
      // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not be there
      expect(row?.message).not.toMatch(/[\u0000-\u001f]/);
    }));

  it.each([1, 500])(
    "names the delivery that was set aside, whichever came in first, in batches of %i",
    async (most) => {
      const set = second({ deliveryId: "the-second" });
      for (const deliveries of [
        [first(), set],
        [set, first()],
      ]) {
        await withStore(async (store) => {
          await saveAll(store, deliveries, most);
          expect((await store.feeds.quarantined(10)).map(({ name }) => name)).toEqual(["the-second"]);
        });
      }
    },
  );
});

describe.each([
  ["without event ids that conflict", { conflicts: false }],
  ["with event ids that conflict", { conflicts: true }],
])("any intakes %s", (_, wildness) => {
  const arbitraryTwoOrders = arbitraryIntakes(wildness).chain((all) =>
    fc.tuple(fc.constant(all), inAnyOrder(all), fc.integer({ min: 1, max: 4 })),
  );

  it("come to the same in any order and any batches", () =>
    fc.assert(
      fc.asyncProperty(arbitraryTwoOrders, arbitraryNow, async ([given, other, mostInBatch], now) => {
        const run = (order: readonly Delivered[], most: number) =>
          withStore(async (store, app) => {
            const tally = await saveAll(store, await makeAll(order), most);
            const kept = await readAll(store);
            const { report } = await reconcileStore(app);
            return { tally, kept, report: { ...report, runId: "" }, findings: await allFindings(store) };
          }, now);
        expect(await run(other, mostInBatch)).toEqual(await run(given, 500));
      }),
      { numRuns: 60 },
    ));

  it("are counted: every row delivered is accepted, a duplicate or set aside, and the accepted ones are there", () =>
    fc.assert(
      fc.asyncProperty(arbitraryTwoOrders, async ([, delivered, mostInBatch]) =>
        withStore(async (store) => {
          const tally = await saveAll(store, await makeAll(delivered), mostInBatch);
          const { parcels, books, quarantined } = await readAll(store);
          expect(tally.intakes).toBe(delivered.length);
          expect(tally.seen).toBe(delivered.reduce((sum, one) => sum + countRows(one), 0));
          expect(tally.accepted + tally.duplicates + tally.quarantined).toBe(tally.seen);
          expect(Math.min(tally.accepted, tally.duplicates, tally.quarantined)).toBeGreaterThanOrEqual(0);
          expect(tally.accepted).toBe(
            parcels.reduce((sum, { observations }) => sum + observations.length, 0),
          );
          expect(tally.quarantined).toBe(quarantined.length);
          for (const figure of ["intakes", "seen", "accepted", "duplicates", "quarantined"] as const) {
            expect(books.reduce((sum, book) => sum + book[figure], 0)).toBe(tally[figure]);
          }
        }),
      ),
      { numRuns: 60 },
    ));

  it("are kept raw: every observation's content and that of every row set aside", () =>
    fc.assert(
      fc.asyncProperty(arbitraryTwoOrders, async ([given, other, mostInBatch]) =>
        withStore(async (store) => {
          const intakes = await makeAll(given);
          await saveAll(store, intakes, mostInBatch);
          await saveAll(store, await makeAll(other));
          const hashOfRaw = async (hash: string, pack?: string) =>
            hashOf((await store.feeds.raw(hash, pack)) ?? "nothing");
          for (const bucket of await store.parcels.buckets()) {
            for (const { observations } of await store.parcels.dossiers(bucket, { kind: "all" })) {
              for (const { intake, delivery } of observations) {
                expect(await hashOfRaw(intake, delivery?.pack)).toBe(intake);
              }
            }
          }
          for (const { hash } of await store.feeds.quarantined(1000)) {
            expect(await hashOfRaw(hash)).toBe(hash);
          }
        }),
      ),
      { numRuns: 40 },
    ));

  it("change nothing but the counts when they are taken in again", () =>
    fc.assert(
      fc.asyncProperty(arbitraryTwoOrders, async ([given, other, mostInBatch]) =>
        withStore(async (store) => {
          const first = await saveAll(store, await makeAll(given));
          const before = await readAll(store);
          const second = await saveAll(store, await makeAll(other), mostInBatch);
          const after = await readAll(store);
          expect(tallyOf(second)).toEqual([first.seen, 0, first.seen, 0]);
          expect({ ...after, books: [] }).toEqual({ ...before, books: [] });
          for (const [i, { accepted, quarantined, watermark }] of before.books.entries()) {
            expect(after.books[i]).toMatchObject({ accepted, quarantined, watermark });
          }
        }),
      ),
      { numRuns: 40 },
    ));
});
