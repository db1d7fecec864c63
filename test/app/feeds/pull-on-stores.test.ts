import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readLedger } from "../../../src/app/feeds/file-ledger.ts";
import { pullScanFeed } from "../../../src/app/feeds/pull-scan-files.ts";
import type { App } from "../../../src/app/open-app.ts";
import { FEEDS } from "../../../src/feed-settings.ts";
import { settleInbox } from "../../../src/intake/settle-inbox.ts";
import { withAppOn } from "../../support/apps.ts";
import { usePostgres } from "../../support/postgres.ts";
import {
  aScanContent,
  aScanName,
  makeFolder,
  NOW,
  type ScanServer,
  startScanServer,
  tellStore,
} from "../../support/scan-feeds.ts";

const postgres = usePostgres();
const URLS = {
  SQLite: async () => `sqlite:${join(makeFolder(), "a.db")}`,
  PostgreSQL: () => postgres.emptiedStoreUrl(),
};

/** Lends the program on a store, with a connection and a spool folder of its own. */
function withStore<Result>(url: string, work: (app: App) => Promise<Result>): Promise<Result> {
  return withAppOn(url, NOW, work, { feeds: FEEDS.parse({ spoolFolder: join(makeFolder(), "spool") }) });
}

const pull = (app: App, scan: ScanServer) => pullScanFeed(app, scan.feed(), { signal: undefined });

describe.each(["SQLite", "PostgreSQL"] as const)("pullScanFeed on %s", (kind) => {
  it("keeps ledger and rows", async () => {
    const scan = await startScanServer();
    const told = await withStore(await URLS[kind](), async (app) => {
      scan.put(aScanName("060359"), aScanContent(1, 2));
      await pull(app, scan);
      scan.put(aScanName("060359"), aScanContent(1, 3), NOW + 1000);
      scan.put(aScanName("070359"), aScanContent(1, 3));
      await pull(app, scan);
      const entries = (await readLedger(app.store.feedStates, "scan-files a")).entries();
      expect(entries.map(({ name, version, sameAs }) => [name, version, sameAs])).toEqual([
        [aScanName("060359"), 1, null],
        [aScanName("060359"), 2, null],
        [aScanName("070359"), 1, aScanName("060359")],
      ]);
      return tellStore(app.store);
    });
    expect(told[0]).toBe("sound true, waiting 0");
    expect(told[1]).toContain('"accepted":3,"duplicates":3');
  });

  it("takes each row once when several fetch at the same time", async () => {
    const scan = await startScanServer();
    for (let n = 0; n < 8; n += 1) scan.put(aScanName(`0${n}0359`), aScanContent(2 * n, 2 * n + 1));
    const url = await URLS[kind]();
    await withStore(url, async (first) => {
      const pulls = await withStore(url, (second) => Promise.all([pull(first, scan), pull(second, scan)]));
      expect(pulls.flatMap(({ problems }) => problems)).toEqual([]);
      await settleInbox(first.store, { owner: "the test", leaseMs: 60_000 });
      const entries = (await readLedger(first.store.feedStates, "scan-files a")).entries();
      expect(entries.map(({ version, supersedes }) => [version, supersedes])).toEqual(
        Array.from({ length: 8 }, () => [1, null]),
      );
      const told = await tellStore(first.store);
      expect(told[0]).toBe("sound true, waiting 0");
      expect(told[1]).toContain('"accepted":16,');
    });
  });
});
