import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { RawDelivery } from "../../src/intake/incoming.ts";
import { settleInbox } from "../../src/intake/settle-inbox.ts";
import { spoolBatches, toSpoolBatch } from "../../src/intake/spool-deliveries.ts";
import { unpackSpool } from "../../src/intake/unpack-spool.ts";
import { readContract } from "../../src/sources/contract.ts";
import { makeDeliveryParser } from "../../src/sources/import-payloads.ts";
import { openPostgresStore } from "../../src/store/postgres/open-store.ts";
import { openSqliteStore } from "../../src/store/sqlite/open-store.ts";
import type { Store } from "../../src/store/store.ts";
import type { GroupWorker } from "../../src/store/work-on-groups.ts";
import { aDelivery, BASE } from "../support/intakes.ts";
import { CUSTOMER, HOUR, MINUTE } from "../support/observations.ts";
import { usePostgres } from "../support/postgres.ts";
import { hashOf, parcelOf } from "../support/store-rows.ts";

const WORKER: GroupWorker = { owner: "the test", leaseMs: 60_000 };
const parse = makeDeliveryParser({
  contract: await readContract("reference"),
  legacyZone: "Europe/Amsterdam",
});
const postgres = usePostgres();

/** A delivery about the n-th parcel, as it came. */
function aRaw(n: number, wish: Partial<RawDelivery> = {}): RawDelivery {
  const { content } = aDelivery({ barcode: parcelOf(n), eventId: `event ${n}` });
  return { body: content, receivedAt: BASE + MINUTE, deliveryId: `delivery-${n}`, ...wish };
}

const spool = (store: Store, receiver: string, deliveries: readonly RawDelivery[]): Promise<void> =>
  spoolBatches(store, [toSpoolBatch(receiver, deliveries)]);

const unpack = (store: Store, worker = WORKER) => unpackSpool(store, worker, parse);

async function countAccepted(store: Store): Promise<number> {
  await settleInbox(store, WORKER);
  const books = await store.feeds.books();
  return books.find(({ channel }) => channel === "webhook")?.accepted ?? -1;
}

describe.each([
  ["SQLite", async () => openSqliteStore(":memory:")],
  ["PostgreSQL", async () => openPostgresStore(await postgres.emptiedStoreUrl())],
])("unpackSpool on %s", (_, open) => {
  const withStore = async (use: (store: Store) => Promise<void>): Promise<void> => {
    const store = await open();
    try {
      await use(store);
    } finally {
      await store.close();
    }
  };

  it("brings deliveries into the inbox, moves the books, and leaves the spool empty", () =>
    withStore(async (store) => {
      await spool(store, "one", [aRaw(1), aRaw(2)]);
      await spool(store, "another", [aRaw(3, { receivedAt: BASE + 5 * MINUTE })]);
      expect((await store.feeds.progress()).watermarks.new).toBeNull();
      expect((await unpack(store)).webhook).toEqual({ seen: 0, accepted: 0, duplicates: 0, quarantined: 0 });
      expect(await store.spool.buckets()).toEqual([]);
      const { watermarks, deliveries } = await store.feeds.progress();
      expect(watermarks.new).toBe(BASE + 5 * MINUTE);
      expect(deliveries.get(CUSTOMER)).toEqual({ firstAt: BASE + MINUTE, lastAt: BASE + 5 * MINUTE });
      expect(await countAccepted(store)).toBe(3);
      const [kept] = (await store.parcels.findDossier(parcelOf(2)))?.observations ?? [];
      expect(kept).toMatchObject({ receivedAt: BASE + MINUTE, delivery: { name: "delivery-2" } });
      const raw = await store.feeds.raw(kept?.intake ?? "", kept?.delivery?.pack);
      expect(Buffer.from(raw ?? []).equals(aRaw(2).body)).toBe(true);
    }));

  it("counts an event once, however often, wherever and whenever it was delivered", () =>
    withStore(async (store) => {
      for (let n = 0; n < 5; n += 1) {
        // Longer apart than any sender goes on trying.
        const receivedAt = BASE + n * 40 * 24 * HOUR;
        await spool(store, `receiver ${n}`, [aRaw(1, { receivedAt }), aRaw(2, { receivedAt }), aRaw(1)]);
        await unpack(store);
      }
      expect(await countAccepted(store)).toBe(2);
    }));

  it.each([
    ["no JSON", Buffer.from("no JSON"), "BODY_NOT_JSON"],
    ["no UTF-8", Buffer.from([0x7b, 0xff, 0xfe, 0x00, 0x7d]), "BODY_NOT_JSON"],
    ["nothing at all", Buffer.alloc(0), "BODY_NOT_JSON"],
    ["JSON of another shape", Buffer.from("[]"), "FIELD_MISSING"],
    ["as much as is taken", Buffer.alloc(256 * 1024, "x"), "BODY_NOT_JSON"],
  ])("sets aside %s, with its bytes", (_, body, code) =>
    withStore(async (store) => {
      await spool(store, "one", [aRaw(1), aRaw(2, { body }), aRaw(3)]);
      expect((await unpack(store)).webhook).toMatchObject({ seen: 1, quarantined: 1 });
      const [row, ...others] = await store.feeds.quarantined(9);
      expect(others).toEqual([]);
      expect(row).toMatchObject({ code, name: "delivery-2", hash: hashOf(body), channel: "webhook" });
      expect(Buffer.from((await store.feeds.raw(hashOf(body))) ?? "lost").equals(body)).toBe(true);
      expect(await countAccepted(store)).toBe(2);
    }),
  );

  it("does nothing twice, however many unpack at once", () =>
    withStore(async (store) => {
      for (let n = 0; n < 60; n += 1)
        await spool(store, `receiver ${n % 20}`, [aRaw(2 * n), aRaw(2 * n + 1)]);
      const workers = ["a", "b", "c", "d"].map((owner) => unpack(store, { ...WORKER, owner }));
      await Promise.all(workers);
      expect(await store.spool.buckets()).toEqual([]);
      await settleInbox(store, WORKER);
      const [books] = (await store.feeds.books()).filter(({ channel }) => channel === "webhook");
      expect(books).toMatchObject({ intakes: 120, seen: 120, accepted: 120, duplicates: 0 });
    }));

  it("writes nothing where the claim was lost, and leaves it to whoever has it", () =>
    withStore(async (store) => {
      await spool(store, "one", [aRaw(1)]);
      const lost: string[] = [];
      let isFirst = true;
      /** Whoever reads for the first time stands still until another has taken over. */
      const batches: Store["spool"]["batches"] = async (...args) => {
        const read = await store.spool.batches(...args);
        if (!isFirst) return read;
        isFirst = false;
        await wait(300);
        await unpack(store);
        return read;
      };
      const asleep: Store = {
        ...store,
        spool: { ...store.spool, batches },
        claims: { ...store.claims, renew: async () => true },
      };
      await unpack(asleep, { ...WORKER, leaseMs: 200, onClaimLost: ({ message }) => lost.push(message) });
      expect(lost).toHaveLength(1);
      const [books] = (await store.feeds.books()).filter(({ channel }) => channel === "webhook");
      expect(books?.intakes).toBe(1);
      expect(await countAccepted(store)).toBe(1);
    }));

  it("ends with what was there when it began, although more comes in all the time", () =>
    withStore(async (store) => {
      await spool(store, "one", [aRaw(0)]);
      let next = 1;
      const take: Store["claims"]["take"] = async (...args) => {
        await spool(store, "one", [aRaw(next)]);
        next += 1;
        return store.claims.take(...args);
      };
      await unpack({ ...store, claims: { ...store.claims, take } });
      expect(next).toBe(2);
    }));

  it("stops between two portions once it is told to", () =>
    withStore(async (store) => {
      const body = Buffer.alloc(200 * 1024, "x");
      for (let n = 0; n < 12; n += 1) await spool(store, "one", [aRaw(n, { body })]);
      const controller = new AbortController();
      const batches: Store["spool"]["batches"] = (...args) => {
        controller.abort();
        return store.spool.batches(...args);
      };
      const stopped = { ...store, spool: { ...store.spool, batches } };
      await unpack(stopped, { ...WORKER, signal: controller.signal });
      const [bucket = 0] = await store.spool.buckets();
      expect((await store.spool.sizes(bucket)).length).toBe(6);
    }));
});
