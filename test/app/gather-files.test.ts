import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { pullScanFeed } from "../../src/app/feeds/pull-scan-files.ts";
import { toCalendar } from "../../src/app/feeds/to-calendar.ts";
import { gatherReport } from "../../src/app/gather-report.ts";
import type { App } from "../../src/app/open-app.ts";
import { reconcileStore } from "../../src/app/reconcile-store.ts";
import { FEEDS } from "../../src/feed-settings.ts";
import { at, withMemoryApp } from "../support/apps.ts";
import { HOUR } from "../support/observations.ts";
import {
  aScanContent,
  aScanName,
  makeFolder,
  NOW,
  type ScanServer,
  startScanServer,
} from "../support/scan-feeds.ts";

/** Lends the program with one feed in its settings, and the server of that. */
async function withFeed(
  calendar: object,
  work: (app: App, scan: ScanServer, pull: (app: App) => ReturnType<typeof pullScanFeed>) => Promise<void>,
) {
  const scan = await startScanServer();
  const settings = { name: "a", host: "h", user: "u", folder: "/scan", calendar };
  const feeds = FEEDS.parse({ scanFiles: [settings], spoolFolder: join(makeFolder(), "spool") });
  await withMemoryApp(async (app) => {
    const feed = scan.feed({ calendar: toCalendar(feeds.scanFiles[0]?.calendar ?? "none") });
    const pull = (by: App) => pullScanFeed(by, feed, { signal: undefined });
    await work({ ...app, config: { ...app.config, feeds } }, scan, pull);
  }, NOW);
}

const filesOf = async (app: App) => (await gatherReport(app, await reconcileStore(app))).files;

describe("the files of a report", () => {
  it("are not there where no file was ever fetched", () =>
    withFeed({}, async (app) => {
      expect(await filesOf(app)).toBeUndefined();
    }));

  it("stand against the calendar, and a pull notes what is missing", () =>
    withFeed({ at: ["06:00", "08:00", "09:30"], zone: "UTC", graceMinutes: 30 }, async (app, scan, pull) => {
      scan.put(aScanName("060359"), aScanContent(1));
      const { notes } = await pull(app);
      expect(notes).toEqual(["missing: the file of 11223344 that was expected at 2026-03-08T08:00:00Z"]);
      const report = await filesOf(app);
      expect(report).toEqual({
        feeds: [
          {
            feed: "a",
            calendar: "given",
            since: "2026-03-01T09:00:00Z",
            files: 1,
            lastReceivedAt: "2026-03-08T06:03:59Z",
            slots: { received: 1, late: 0, missing: 1, due: 0 },
            unlearnt: 0,
          },
        ],
        irregularities: [expect.objectContaining({ irregularity: "missing", at: "2026-03-08T08:00:00Z" })],
        irregularitiesTotal: 1,
      });
      scan.put(aScanName("084500"), aScanContent(2));
      const later = at(NOW + HOUR, app);
      expect((await pull(later)).notes).toEqual([
        `late: ${aScanName("084500")} came at 2026-03-08T08:45:00Z and was expected at 2026-03-08T08:00:00Z`,
      ]);
      expect((await filesOf(later))?.feeds[0]?.slots).toEqual({ received: 1, late: 1, missing: 0, due: 1 });
    }));

  it("say of a young feed that too little is known, and name a corrected file", () =>
    withFeed({}, async (app, scan, pull) => {
      scan.put(aScanName("060359"), aScanContent(1, 2));
      expect((await pull(app)).notes).toEqual([]);
      scan.put(aScanName("060359"), aScanContent(1), NOW + HOUR);
      await pull(app);
      const files = await filesOf(app);
      expect(files?.feeds).toMatchObject([{ calendar: "learnt", unlearnt: 1, slots: { missing: 0 } }]);
      expect(files?.irregularities).toMatchObject([
        { irregularity: "shrunk", name: aScanName("060359"), version: 2, customer: "11223344" },
      ]);
    }));
});
