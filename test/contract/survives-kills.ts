import { describe, expect, it } from "vitest";
import type { FeedPull } from "../../src/app/feeds/feed-pull.ts";
import { pullLegacyApi } from "../../src/app/feeds/pull-legacy-api.ts";
import { pullStatusApi } from "../../src/app/feeds/pull-status-api.ts";
import { sweepStatusApi } from "../../src/app/feeds/sweep-status-api.ts";
import type { App } from "../../src/app/open-app.ts";
import { reconcileStore } from "../../src/app/reconcile-store.ts";
import type { Store } from "../../src/store/store.ts";
import { at, withMemoryApp } from "../support/apps.ts";
import { makeFakeClock } from "../support/fake-clock.ts";
import type { ApiClients } from "../support/feeds.ts";
import { withCarrier } from "../support/feeds.ts";
import { aDelivery, aScanFile, aScanRow, saveAll } from "../support/intakes.ts";
import type { KillAt } from "../support/killed-stores.ts";
import { Killed, killAtTransaction } from "../support/killed-stores.ts";
import { CUSTOMER, HOUR, timeOf } from "../support/observations.ts";
import { aLegacyLine, aStatusLine } from "../support/recorded.ts";
import { parcelOf, parcelsOfOneBucket } from "../support/store-rows.ts";
import { tellAll } from "../support/tell-all.ts";

const NOW = timeOf("2026-03-07T20:00:00Z");
const FEEDS = ["legacy-api", "status-api", "status-api sweep"];

/** In few buckets, because each takes a transaction to settle. */
const PARCELS = parcelsOfOneBucket(5);
const TIMES = ["14:00", "14:30", "15:30", "17:45", "19:00"].map((time) => `2026-03-07T${time}:00Z`);

const RECORDED = {
  legacyApi: PARCELS.map((barcode, n) =>
    aLegacyLine([["J01", TIMES[n] ?? ""]], { barcode, receivedAt: TIMES[n] ?? "" }),
  ),
  statusApi: PARCELS.map((barcode, n) =>
    aStatusLine([["sorted", TIMES[n] ?? ""]], { barcode, receivedAt: TIMES[n] ?? "" }),
  ),
};

type Fetch = (app: App, clients: ApiClients) => Promise<FeedPull>;

const FETCHES: Readonly<Record<string, Fetch>> = {
  "the pull of the old API": (app, { legacyApi }) =>
    pullLegacyApi(app, legacyApi, { customers: [CUSTOMER], requestsPerPull: 100 }),
  "the pull of the new API": (app, { statusApi }) =>
    pullStatusApi(app, statusApi, { customers: [{ number: CUSTOMER }], firstPullHours: 48 }),
  "the sweep of the new API": (app, { statusApi }) =>
    sweepStatusApi(app, statusApi, { requestsPerSweep: 100 }),
};

/** A store in which parcels were scanned five hours ago, and were asked for since; nothing was said of them. */
async function prepare(app: App): Promise<void> {
  const early = timeOf("2026-03-07T13:00:00Z");
  const rows = PARCELS.slice(0, 3).map((barcode, n) => aScanRow({ barcode, at: early + n * 1000 }));
  const file = await aScanFile(rows, { receivedAt: early + HOUR });
  await saveAll(app.store, [file, aDelivery({ barcode: PARCELS[3] ?? "", at: early })]);
  await reconcileStore(at(NOW - HOUR, app));
  await app.store.transaction((tx) =>
    tx.feedStates.save({
      feed: "legacy-api",
      key: `mark ${CUSTOMER}`,
      value: String(timeOf("2026-03-07T13:30:00Z")),
      changedAt: 0,
    }),
  );
}

async function tell({ store }: App): Promise<Record<string, string>> {
  const states = await Promise.all(FEEDS.map((feed) => store.feedStates.list(feed, "")));
  return { ...(await tellAll(store)), states: JSON.stringify(states) };
}

/** Fetches, killed at the n-th transaction, and once more; tells what is kept in the end. */
async function fetchKilled(
  openStore: () => Promise<Store>,
  fetch: Fetch,
  kill: { readonly n: number; readonly when: KillAt; readonly isCareless?: boolean },
): Promise<{ readonly told: Record<string, string>; readonly wasKilled: boolean }> {
  return withMemoryApp(async (shipped) => {
    const store = await openStore();
    const clock = makeFakeClock(NOW);
    const app = { ...shipped, store, clock: clock.now };
    try {
      await prepare(app);
      return await withCarrier(app, clock, RECORDED, async (clients) => {
        const mortal = killAtTransaction(store, kill.n, kill.when, kill.isCareless);
        const wasKilled = await fetch({ ...app, store: mortal }, clients).then(
          () => false,
          (error: unknown) => {
            if (!(error instanceof Killed)) throw error;
            return true;
          },
        );
        await fetch(app, clients);
        // What is remembered in vain is only forgotten by the next one.
        await fetch(app, clients);
        await reconcileStore(app);
        return { told: await tell(app), wasKilled };
      });
    } finally {
      await store.close();
    }
  });
}

const NEVER = 1_000_000;

/** Whatever transaction a fetch is killed at, the next one completes with exactly the same store. */
export function survivesKills(
  openStore: () => Promise<Store>,
  fetches: readonly string[] = Object.keys(FETCHES),
  mostKills: number = NEVER,
): void {
  describe.each(fetches)("%s", (name) => {
    const fetch = FETCHES[name] as Fetch;

    it("leaves the same store wherever it is killed", async () => {
      const { told: expected } = await fetchKilled(openStore, fetch, { n: NEVER, when: "after commit" });
      expect(expected.dossiers).toContain(parcelOf(1));
      let kills = 0;
      for (const when of ["before commit", "after commit"] as const) {
        for (let n = 1; n <= mostKills; n += 1) {
          const { told, wasKilled } = await fetchKilled(openStore, fetch, { n, when });
          for (const [what, text] of Object.entries(expected)) {
            expect(told[what], `${what}, killed at transaction ${n} ${when}`).toBe(text);
          }
          if (!wasKilled) break;
          kills += 1;
        }
      }
      expect(kills).toBeGreaterThanOrEqual(Math.min(8, 2 * mostKills));
    });
  });
}

/** The negative control: what feeds remember is kept although their rows are not. */
export function noticesForgottenRows(openStore: () => Promise<Store>): void {
  it("is noticed when a mark is kept and its rows are not", async () => {
    const fetch = FETCHES["the pull of the new API"] as Fetch;
    const { told: expected } = await fetchKilled(openStore, fetch, { n: NEVER, when: "after commit" });
    const { told } = await fetchKilled(openStore, fetch, { n: 1, when: "before commit", isCareless: true });
    expect(told.dossiers).not.toBe(expected.dossiers);
  });
}
