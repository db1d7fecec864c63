import { describe, expect, it } from "vitest";
import type { FeedPull } from "../../../src/app/feeds/feed-pull.ts";
import { sweepStatusApi } from "../../../src/app/feeds/sweep-status-api.ts";
import type { App } from "../../../src/app/open-app.ts";
import { reconcileStore } from "../../../src/app/reconcile-store.ts";
import type { RecordedLine } from "../../../src/sandbox/carrier/recorded-line.ts";
import { HttpFailure } from "../../../src/sources/http-failure.ts";
import { allFindings, withMemoryApp } from "../../support/apps.ts";
import type { FakeClock } from "../../support/fake-clock.ts";
import { makeFakeClock } from "../../support/fake-clock.ts";
import { noteRequests, withCarrier } from "../../support/feeds.ts";
import { aDelivery, aScanFile, aScanRow, aStatusReply, BASE, saveAll } from "../../support/intakes.ts";
import { HOUR, MINUTE } from "../../support/observations.ts";
import { aStatusLine } from "../../support/recorded.ts";
import { parcelOf } from "../../support/store-rows.ts";

interface Kit {
  readonly app: App;
  readonly clock: FakeClock;
  /** What was asked for since the last look, {@link HEARD} left out. */
  readonly look: () => readonly string[];
  /** Reconciles, then sweeps. */
  readonly sweep: (requestsPerSweep?: number) => Promise<FeedPull>;
}

/** Of which the new side spoke, so that it is not silent. */
const HEARD = parcelOf(90);

/** Lends a store with scans of these parcels, one minute apart from `BASE` on, of which the new side said nothing. */
function withKit(
  barcodes: readonly string[],
  statusApi: readonly RecordedLine[],
  use: (kit: Kit) => Promise<void>,
): Promise<void> {
  return withMemoryApp(async (shipped) => {
    const clock = makeFakeClock(BASE + 3 * HOUR);
    const app = { ...shipped, clock: clock.now };
    const rows = barcodes.map((barcode, n) =>
      aScanRow({ barcode, at: BASE + n * MINUTE, reference: `ORDER-${n}` }),
    );
    await saveAll(app.store, [await aScanFile(rows), aDelivery({ barcode: HEARD, at: BASE + 2 * HOUR })]);
    await withCarrier(app, clock, { legacyApi: [], statusApi }, async (clients) => {
      const noted = noteRequests(clients);
      let looked = 0;
      await use({
        app,
        clock,
        look: () => {
          const fresh = noted.asked.slice(looked).filter((what) => !what.includes(HEARD));
          looked = noted.asked.length;
          return fresh;
        },
        sweep: async (requestsPerSweep = 100) => {
          await reconcileStore(app);
          return sweepStatusApi(app, noted.statusApi, { requestsPerSweep });
        },
      });
    });
  });
}

describe("sweepStatusApi", () => {
  it("asks about what the webhook should have said, the oldest first, and takes in what it is told", () =>
    withKit(
      [parcelOf(2), parcelOf(1)],
      [
        aStatusLine([["sorted", "2026-03-07T10:00:00Z"]], {
          barcode: parcelOf(2),
          receivedAt: "2026-03-07T10:01:00Z",
        }),
      ],
      async ({ app, look, sweep }) => {
        const { tally, problems } = await sweep();
        expect(look()).toEqual([`barcode ${parcelOf(2)}`, `barcode ${parcelOf(1)}`]);
        expect(problems).toEqual([]);
        expect(tally).toMatchObject({ intakes: 2, accepted: 1 });
        await reconcileStore(app);
        const standing = (await allFindings(app.store)).filter(({ state }) => state !== "resolved");
        expect(standing.map(({ kind, barcode }) => `${kind} ${barcode}`)).toContain(
          `parcel_missing_in_new ${parcelOf(1)}`,
        );
        expect(standing.filter(({ barcode }) => barcode === parcelOf(2))).toEqual([]);
      },
    ));

  it("does not ask before the new side has had its time", () =>
    withKit([parcelOf(1)], [], async ({ clock, look, sweep }) => {
      clock.advance(-HOUR - MINUTE);
      await sweep();
      expect(look()).toEqual([]);
      clock.advance(MINUTE);
      await sweep();
      expect(look()).toHaveLength(1);
    }));

  it("asks about each parcel once in a settling time, ever more seldom, and not for ever", () =>
    withKit([parcelOf(1)], [], async ({ clock, look, sweep }) => {
      const hours: number[] = [];
      for (let hour = 0; hour < 140; hour += 2) {
        await sweep();
        if (look().length > 0) hours.push(hour);
        // Just before it is due, and when it is.
        clock.advance(2 * HOUR - 1);
        await sweep();
        expect(look()).toEqual([]);
        clock.advance(1);
      }
      expect(hours).toEqual([0, 2, 6, 14, 30, 62]);
    }));

  it("keeps to its budget, and goes on with the others in the next sweep", () =>
    withKit([1, 2, 3].map(parcelOf), [], async ({ look, sweep }) => {
      expect((await sweep(2)).notes).toEqual(["1 overdue parcels are left for the next sweep"]);
      expect(look()).toEqual([`barcode ${parcelOf(1)}`, `barcode ${parcelOf(2)}`]);
      expect((await sweep(2)).notes).toEqual([]);
      expect(look()).toEqual([`barcode ${parcelOf(3)}`]);
    }));

  it("asks for an international parcel by its reference", () =>
    withKit(
      ["LA123456785NL"],
      [
        aStatusLine([["sorted", "2026-03-07T10:00:00Z"]], {
          barcode: "LA123456785NL",
          receivedAt: "2026-03-07T10:01:00Z",
          reference: "ORDER-0",
        }),
      ],
      async ({ look, sweep }) => {
        expect((await sweep()).tally.accepted).toBe(1);
        expect(look()).toEqual(["reference ORDER-0"]);
      },
    ));

  it("asks with what is left for what was pushed and not confirmed since, once", () =>
    withKit(
      [],
      [
        aStatusLine([["sorted", "2026-03-07T10:00:00Z"]], {
          barcode: parcelOf(1),
          receivedAt: "2026-03-07T10:01:00Z",
        }),
      ],
      async ({ app, clock, look, sweep }) => {
        await saveAll(app.store, [
          aDelivery({ barcode: parcelOf(1) }),
          aDelivery({ barcode: parcelOf(1), status: "accepted", at: BASE - HOUR }),
          aDelivery({ barcode: parcelOf(2), at: BASE - MINUTE }),
          aDelivery({ barcode: parcelOf(3), at: BASE - 80 * HOUR }),
          aStatusReply([{ status: "sorted", at: BASE + 2 * HOUR }], {
            barcode: HEARD,
            receivedAt: BASE + 5 * HOUR,
          }),
        ]);
        expect((await sweep(0)).tally.intakes).toBe(0);
        for (const _ of [1, 2, 3]) await sweep(1);
        expect(look().toSorted()).toEqual([`barcode ${parcelOf(1)}`, `barcode ${parcelOf(2)}`]);
        clock.advance(HOUR);
        await sweep();
        expect(look()).toEqual([]);
        const missed = (await allFindings(app.store)).filter(({ kind }) => kind === "pull_missed");
        expect(missed.map(({ barcode, status, state }) => `${barcode} ${status} ${state}`)).toEqual([
          `${parcelOf(1)} accepted open`,
        ]);
      },
    ));

  it("forgets parcels of which nothing is missing any more", () =>
    withKit([parcelOf(1)], [], async ({ app, clock, sweep }) => {
      const remembered = async () => app.store.feedStates.list("status-api sweep", "asked ");
      await sweep();
      expect(await remembered()).toHaveLength(1);
      await saveAll(app.store, [aDelivery({ receivedAt: clock.now() })]);
      await sweep();
      expect(await remembered()).toEqual([]);
    }));

  it("is not kept from others by parcels that never get an answer", () =>
    withKit([1, 2, 3, 4, 5].map(parcelOf), [], async ({ app, sweep }) => {
      await sweep(0);
      const asked: string[] = [];
      const fetchByBarcode = async (barcode: string) => {
        asked.push(barcode);
        const httpStatus = [1, 2, 3].map(parcelOf).includes(parcelOf(Number(barcode.slice(-1)))) ? 500 : 404;
        return { httpStatus, bytes: Buffer.from("{}"), request: { barcode }, date: null, retryAfter: null };
      };
      const client = { fetchByBarcode, fetchByReference: fetchByBarcode, fetchUpdated: fetchByBarcode };
      const sweepOnce = () => sweepStatusApi(app, client, { requestsPerSweep: 5 });
      expect((await sweepOnce()).notes).toEqual(["5 overdue parcels are left for the next sweep"]);
      expect((await sweepOnce()).notes).toEqual([]);
      expect(asked).toEqual([1, 2, 3, 4, 5].map(parcelOf));
    }));

  it("ends when the service wants no more requests, and says until when", () =>
    withKit([1, 2].map(parcelOf), [], async ({ app, clock, sweep, look }) => {
      await sweep(0);
      let asked = 0;
      const busy = async (): Promise<never> => {
        asked += 1;
        const complaint = { place: "status API", value: "busy", expected: "an answer", todo: "wait" };
        throw new HttpFailure("RETRY_LATER", complaint, clock.now() + HOUR);
      };
      const client = { fetchByBarcode: busy, fetchByReference: busy, fetchUpdated: busy };
      expect(await sweepStatusApi(app, client, { requestsPerSweep: 10 })).toMatchObject({
        notBefore: clock.now() + HOUR,
        problems: [expect.stringContaining("busy")],
        notes: ["2 overdue parcels are left for the next sweep"],
      });
      expect(asked).toBe(1);
      await sweep();
      expect(look()).toHaveLength(2);
    }));
});
