import { join } from "node:path";
import { savePulls } from "../../src/app/feeds/last-pulls.ts";
import { pullScanFeed } from "../../src/app/feeds/pull-scan-files.ts";
import { pullStatusApi } from "../../src/app/feeds/pull-status-api.ts";
import { sweepStatusApi } from "../../src/app/feeds/sweep-status-api.ts";
import { toCalendar } from "../../src/app/feeds/to-calendar.ts";
import type { App } from "../../src/app/open-app.ts";
import { FEEDS } from "../../src/feed-settings.ts";
import { withMemoryApp } from "./apps.ts";
import { makeFakeClock } from "./fake-clock.ts";
import { withCarrier } from "./feeds.ts";
import { aDelivery, aScanRow, saveAll } from "./intakes.ts";
import { CUSTOMER, DAY, HOUR, MINUTE, timeOf } from "./observations.ts";
import { aStatusLine } from "./recorded.ts";
import { makeFolder, startScanServer } from "./scan-feeds.ts";
import { CSV_HEADER } from "./scan-files.ts";
import { parcelOf } from "./store-rows.ts";

/** The life of the feeds begins here: a Monday. */
const FIRST: number = timeOf("2026-03-09T00:00:00Z");

/** What goes wrong, by the day's number from 0. */
export interface Mishaps {
  /** The evening's scan file is not put on the server. */
  readonly withheld?: readonly number[];
  /** The webhook says nothing. */
  readonly notPushed?: readonly number[];
  /** The status API knows nothing. */
  readonly notListed?: readonly number[];
  /** Neither new channel knows of the day's parcel. */
  readonly notKnown?: readonly number[];
}

/** Feeds that were fetched, and stand still. */
export interface FedApp {
  readonly app: App;
  readonly scan: Awaited<ReturnType<typeof startScanServer>>;
  /** Puts the evening file of a day on the server, as it should have been. */
  readonly deliver: (day: number) => void;
  /** @param password of the feed, where it is another than the right one */
  readonly pullScans: (password?: string) => Promise<unknown>;
  readonly pullStatus: () => Promise<unknown>;
  readonly sweep: () => Promise<unknown>;
  /** Sweeps while the service fails. */
  readonly sweepInVain: () => Promise<unknown>;
  readonly advance: (ms: number) => void;
}

/** When a day's parcel was sorted. */
const sortedAt = (day: number): number => FIRST + day * DAY + 8 * HOUR;

/** The n-th day of the feeds' life. */
export const dayName = (day: number): string =>
  Temporal.Instant.fromEpochMilliseconds(sortedAt(day)).toString().slice(0, 10);

function fileName(day: number, time: string): string {
  return `TT_${CUSTOMER}_${dayName(day).replaceAll("-", "")}_${time}_001.csv`;
}

/**
 * Lends a store that lived for four days and a half on real feeds: scan files
 * at six in the morning and in the evening over SFTP, the webhook, and the
 * status API with its sweep, all fetched every three hours. On each day one
 * parcel is sorted, at eight.
 */
export async function withFeeds<Result>(
  wish: Mishaps,
  work: (fed: FedApp) => Promise<Result>,
  sweeps = true,
): Promise<Result> {
  const { withheld = [], notPushed = [], notListed = [], notKnown = [] } = wish;
  const days = [0, 1, 2, 3, 4];
  const statusApi = days
    .filter((day) => ![...notListed, ...notKnown].includes(day))
    .map((day) => {
      const at = Temporal.Instant.fromEpochMilliseconds(sortedAt(day)).toString();
      return aStatusLine([["sorted", at]], { barcode: parcelOf(day), receivedAt: at });
    });
  const scan = await startScanServer();
  const settings = {
    scanFiles: [
      {
        name: "postnl",
        host: "h",
        user: "u",
        folder: "/scan",
        calendar: { at: ["06:00", "18:00"], zone: "UTC", graceMinutes: 60 },
      },
    ],
    spoolFolder: join(makeFolder(), "spool"),
    statusApi: { url: "http://127.0.0.1", customers: [{ number: CUSTOMER, code: "DEVC" }] },
  };
  const feeds = FEEDS.parse(settings);
  const clock = makeFakeClock(FIRST + 2 * HOUR);
  return withMemoryApp(async (shipped) => {
    const app: App = { ...shipped, clock: clock.now, config: { ...shipped.config, feeds } };
    return withCarrier(app, clock, { legacyApi: [], statusApi }, async ({ statusApi: client }) => {
      const feed = scan.feed({
        name: "postnl",
        calendar: toCalendar(feeds.scanFiles[0]?.calendar ?? "none"),
      });
      const deliver = (day: number): void => {
        const row = aScanRow({ barcode: parcelOf(day), at: sortedAt(day) });
        scan.put(fileName(day, "180300"), `${CSV_HEADER}\n${row}\n`);
      };
      const pullScans = async (password?: string) => {
        const connection = { ...feed.connection, ...(password === undefined ? {} : { password }) };
        await savePulls(app, [await pullScanFeed(app, { ...feed, connection }, { signal: undefined })]);
      };
      const pullStatus = async () =>
        savePulls(app, [
          await pullStatusApi(app, client, { customers: [{ number: CUSTOMER }], firstPullHours: 48 }),
        ]);
      const sweep = async () =>
        savePulls(app, [await sweepStatusApi(app, client, { requestsPerSweep: 100 })]);
      const fetchNothing = async (barcode: string) => {
        return {
          httpStatus: 500,
          bytes: Buffer.from("{}"),
          request: { barcode },
          date: null,
          retryAfter: null,
        };
      };
      const failing = { ...client, fetchByBarcode: fetchNothing, fetchByReference: fetchNothing };
      const sweepInVain = async () => sweepStatusApi(app, failing, { requestsPerSweep: 100 });
      const fed = { sweepInVain, app, scan, deliver, pullScans, pullStatus, sweep, advance: clock.advance };
      for (;;) {
        const at = clock.now();
        const day = Math.floor((at - FIRST) / DAY);
        const hour = ((at - FIRST) % DAY) / HOUR;
        if (hour === 8) {
          scan.put(fileName(day, "060200"), `${CSV_HEADER}\n`);
          if (![...notPushed, ...notKnown].includes(day)) {
            const push = { barcode: parcelOf(day), at: sortedAt(day), receivedAt: at + MINUTE };
            await saveAll(app.store, [aDelivery(push)]);
          }
        }
        if (hour === 20 && !withheld.includes(day)) deliver(day);
        await pullScans();
        await pullStatus();
        if (sweeps) await sweep();
        if (at + 3 * HOUR > FIRST + 4.5 * DAY) return work(fed);
        clock.advance(3 * HOUR);
      }
    });
  });
}
