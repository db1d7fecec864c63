import { describe, expect, it } from "vitest";
import { bucketOf } from "../../src/domain/barcode.ts";
import { settleInbox } from "../../src/intake/settle-inbox.ts";
import { encodeFresh } from "../../src/store/dossier-codec.ts";
import { toRecordLine } from "../../src/store/inbox-record.ts";
import { openSqliteStore } from "../../src/store/sqlite/open-store.ts";
import type { Store } from "../../src/store/store.ts";
import type { GroupWorker } from "../../src/store/work-on-groups.ts";
import { aKept, parcelOf } from "../support/store-rows.ts";

const WORKER: GroupWorker = { owner: "the test", leaseMs: 60_000 };
const PARCELS = 100;

/** Appends an observation of the n-th parcel to the inbox. */
async function receive(store: Store, n: number): Promise<void> {
  const barcode = parcelOf(n);
  const { filledLater: _, delivery: __, ...observation } = aKept({ barcode, identity: `${n}` });
  const records = Buffer.from(toRecordLine(barcode, encodeFresh(observation)));
  await store.transaction(({ intakes }) =>
    intakes.saveRecords([{ bucket: bucketOf(barcode), channel: "legacy-scan", records }]),
  );
}

async function withFullInbox(use: (store: Store) => Promise<void>): Promise<void> {
  const store = openSqliteStore(":memory:");
  try {
    for (let n = 0; n < PARCELS; n += 1) await receive(store, n);
    await use(store);
  } finally {
    await store.close();
  }
}

async function countSettled(store: Store): Promise<number> {
  let settled = 0;
  for (let n = 0; n < PARCELS; n += 1) {
    if ((await store.parcels.findDossier(parcelOf(n))) !== undefined) settled += 1;
  }
  return settled;
}

describe("settleInbox", () => {
  it("settles everything, and counts it", () =>
    withFullInbox(async (store) => {
      const rows = await settleInbox(store, WORKER);
      expect(rows["legacy-scan"]).toEqual({
        seen: PARCELS,
        accepted: PARCELS,
        duplicates: 0,
        quarantined: 0,
      });
      expect(await countSettled(store)).toBe(PARCELS);
      expect(await store.parcels.inboxBuckets()).toEqual([]);
    }));

  it("ends with what was there when it began, although more comes in all the time", () =>
    withFullInbox(async (store) => {
      let more = PARCELS;
      /** With every group that is claimed, something new has come for every group. */
      const take: Store["claims"]["take"] = async (...args) => {
        for (let n = 0; n < 64; n += 1) {
          await receive(store, more);
          more += 1;
        }
        return store.claims.take(...args);
      };
      await settleInbox({ ...store, claims: { ...store.claims, take } }, WORKER);
      expect(await countSettled(store)).toBe(PARCELS);
      expect(more).toBeLessThanOrEqual(PARCELS + 32 * 64);
      expect((await store.parcels.inboxBuckets()).length).toBeGreaterThan(0);
    }));

  it("waits for what another is settling, and takes it over from one who stands still", () =>
    withFullInbox(async (store) => {
      const [bucket = 0] = await store.parcels.inboxBuckets();
      const claim = await store.claims.take(`buckets ${Math.floor(bucket / 32)}`, "another", 300);
      expect(claim).toBeDefined();
      await settleInbox(store, WORKER);
      expect(await countSettled(store)).toBe(PARCELS);
    }));

  it("begins no group once it is told to stop", () =>
    withFullInbox(async (store) => {
      const controller = new AbortController();
      let taken = 0;
      const take: Store["claims"]["take"] = async (...args) => {
        taken += 1;
        if (taken === 3) controller.abort();
        return store.claims.take(...args);
      };
      await settleInbox(
        { ...store, claims: { ...store.claims, take } },
        { ...WORKER, signal: controller.signal },
      );
      expect(taken).toBe(3);
      expect(await countSettled(store)).toBeLessThan(PARCELS);
      await settleInbox(store, WORKER);
      expect(await countSettled(store)).toBe(PARCELS);
    }));
});
