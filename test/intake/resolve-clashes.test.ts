import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Barcode } from "../../src/domain/barcode.ts";
import { bucketOf } from "../../src/domain/barcode.ts";
import type { KeptObservation } from "../../src/domain/merge-observation.ts";
import { compareText } from "../../src/domain/observation.ts";
import { haulPayloads } from "../../src/intake/haul-payloads.ts";
import type { PayloadIntake } from "../../src/intake/incoming.ts";
import { resolveClashes } from "../../src/intake/resolve-clashes.ts";
import { makeHaulWriter } from "../../src/intake/save-hauls.ts";
import { settleInbox } from "../../src/intake/settle-inbox.ts";
import { encodeObservation } from "../../src/store/dossier-codec.ts";
import { toEventKey } from "../../src/store/event-keys.ts";
import type { InboxRecord } from "../../src/store/inbox-record.ts";
import { readRecords, toRecordLine } from "../../src/store/inbox-record.ts";
import type { EventKeys } from "../../src/store/intake-access.ts";
import { packKeyOf } from "../../src/store/pack.ts";
import { openSqliteStore } from "../../src/store/sqlite/open-store.ts";
import type { Store } from "../../src/store/store.ts";
import { LEASE_MS } from "../../src/store/work-on-groups.ts";
import { aDelivery, BASE } from "../support/intakes.ts";
import { MINUTE } from "../support/observations.ts";
import { aKept, dossiersOf, hashOf, parcelOf } from "../support/store-rows.ts";

const [ONE, TWO, THREE] = [parcelOf(1), parcelOf(2), parcelOf(3)];
const T = 1_772_900_000_000;

async function withStore<Result>(work: (store: Store) => Promise<Result>): Promise<Result> {
  const store = openSqliteStore(":memory:");
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

/** A delivery about a parcel: unless told otherwise of event `e:1`, received at T. */
function aDelivered(barcode: Barcode, wish: Partial<KeptObservation> = {}): KeptObservation {
  const { identity = "e:1", receivedAt = T } = wish;
  const delivery = { name: `delivery-${receivedAt}`, pack: "pack" };
  const intake = hashOf(`${barcode} ${identity}`);
  return { ...aKept({ barcode, channel: "webhook", delivery }), intake, ...wish, identity, receivedAt };
}

/** The keys of deliveries' events, each bucket once. */
function keysOf(deliveries: readonly KeptObservation[]): EventKeys[] {
  const byBucket = Map.groupBy(deliveries, ({ identity }) => bucketOf(identity));
  return [...byBucket].map(([bucket, inBucket]) => ({
    bucket,
    keys: Float64Array.from(inBucket, ({ identity, barcode }) => toEventKey(identity, barcode)).sort(),
  }));
}

/** Puts deliveries into the inbox. */
function keepInInbox(store: Store, ...deliveries: readonly KeptObservation[]): Promise<void> {
  return store.transaction((tx) =>
    tx.intakes.saveRecords(
      deliveries.map((one) => ({
        bucket: bucketOf(one.barcode),
        channel: one.channel,
        records: Buffer.from(toRecordLine(one.barcode, encodeObservation(one))),
      })),
    ),
  );
}

/** The verdicts that wait in the inbox: of whom it is said that he counts, or that he does not. */
async function verdictsOf(store: Store): Promise<readonly InboxRecord[]> {
  const verdicts: InboxRecord[] = [];
  for (const bucket of await store.parcels.inboxBuckets()) {
    for (const { records } of await store.parcels.inbox(bucket)) {
      verdicts.push(...[...readRecords(records)].filter(({ kind }) => kind !== "observation"));
    }
  }
  return verdicts.sort((a, b) => compareText(a.barcode, b.barcode));
}

const restored = ({ barcode, intake }: KeptObservation) => ({ kind: "restoration", barcode, intake });
const withdrawn = ({ barcode, identity, intake }: KeptObservation, winner: KeptObservation) => ({
  kind: "withdrawal",
  barcode,
  identity,
  intake,
  winner: winner.intake,
});

describe("resolveClashes", () => {
  const first = aDelivered(ONE);
  const second = aDelivered(TWO, { receivedAt: T + MINUTE });
  const resolve = (store: Store, fresh: readonly KeptObservation[], kept: readonly KeptObservation[] = []) =>
    store.transaction((tx) => resolveClashes(tx, keysOf(fresh), keysOf(kept)));

  it("lets the parcel keep an event whose delivery was received first, though it comes last", () =>
    withStore(async (store) => {
      await store.transaction((tx) => tx.dossiers.saveDossiers(dossiersOf([second])));
      await keepInInbox(store, first);
      await resolve(store, [first], [second]);
      expect(await verdictsOf(store)).toEqual([restored(first), withdrawn(second, first)]);
    }));

  it("looks at what is settled and at what is not", async () => {
    for (const [settled, waiting] of [
      [[first], [second]],
      [[second], [first]],
      [[], [first, second]],
    ] as const) {
      await withStore(async (store) => {
        await store.transaction((tx) => tx.dossiers.saveDossiers(dossiersOf(settled)));
        await keepInInbox(store, ...waiting);
        await resolve(store, waiting, settled);
        expect(await verdictsOf(store)).toEqual([restored(first), withdrawn(second, first)]);
      });
    }
  });

  it("withdraws every body of the parcels that lost", () =>
    withStore(async (store) => {
      const other = { ...second, intake: hashOf("another body"), receivedAt: T + 2 * MINUTE };
      const third = aDelivered(THREE, { receivedAt: T + MINUTE });
      await keepInInbox(store, other, third, second, first);
      await resolve(store, [third, first], [second]);
      const verdicts = await verdictsOf(store);
      expect(verdicts).toHaveLength(4);
      expect(verdicts).toEqual(
        expect.arrayContaining([
          restored(first),
          ...[second, other, third].map((loser) => withdrawn(loser, first)),
        ]),
      );
    }));

  it("leaves bodies about one parcel alone: they are told apart when they are settled", () =>
    withStore(async (store) => {
      const other = { ...first, intake: hashOf("another body"), receivedAt: T + MINUTE };
      await keepInInbox(store, first, other);
      await resolve(store, [first], [other]);
      expect(await verdictsOf(store)).toEqual([]);
    }));

  it("leaves other events of the parcels alone, and what other channels say", () =>
    withStore(async (store) => {
      const others = [ONE, TWO].map((barcode) => aDelivered(barcode, { identity: `e:${barcode}` }));
      const reply = { ...aDelivered(TWO, { receivedAt: T - MINUTE }), channel: "status-api" as const };
      await store.transaction((tx) => tx.dossiers.saveDossiers(dossiersOf(others)));
      await keepInInbox(store, reply, first, second);
      await resolve(store, [first, second], others);
      expect(await verdictsOf(store)).toEqual([restored(first), withdrawn(second, first)]);
    }));

  it("is not misled by two event ids that look alike to their keys", () =>
    withStore(async (store) => {
      const [one, other] = ["e:event-3076067", "e:event-5899260"] as const;
      expect(bucketOf(one)).toBe(bucketOf(other));
      expect(toEventKey(one, ONE)).toBe(toEventKey(other, ONE));
      const deliveries = [aDelivered(ONE, { identity: one }), aDelivered(TWO, { identity: other })];
      await keepInInbox(store, ...deliveries);
      await resolve(store, deliveries);
      expect(await verdictsOf(store)).toEqual([]);
    }));
});

describe("an event id that several parcels claim", () => {
  interface Claimed {
    readonly parcel: Barcode;
    readonly eventId: string;
    readonly status: string;
    readonly receivedAt: number;
  }
  const arbitraryClaimed: fc.Arbitrary<Claimed> = fc.record({
    parcel: fc.constantFrom(ONE, TWO, THREE),
    eventId: fc.constantFrom("1", "2"),
    status: fc.constantFrom("sorted", "delivered"),
    receivedAt: fc.integer({ min: 0, max: 5 }).map((n) => BASE + n * MINUTE),
  });
  /** Deliveries in batches; after some of them the inbox is settled. */
  const arbitraryBatches = fc.array(
    fc.record({ claimed: fc.array(arbitraryClaimed, { minLength: 1, maxLength: 4 }), settles: fc.boolean() }),
    { minLength: 1, maxLength: 6 },
  );
  const toPayload = ({ parcel, eventId, status, receivedAt }: Claimed): PayloadIntake =>
    aDelivery({ barcode: parcel, eventId, status, receivedAt });

  async function haul(store: Store, payloads: readonly PayloadIntake[]): Promise<void> {
    await store.transaction(async (tx) => {
      const writer = makeHaulWriter(tx, "webhook");
      await writer.add(haulPayloads("webhook", payloads, packKeyOf(payloads.map(({ content }) => content))));
      await writer.finish();
    });
  }

  it("counts for the one whose delivery was received first, in any order, settled in between or not", () =>
    fc.assert(
      fc.asyncProperty(arbitraryBatches, (batches) =>
        withStore(async (store) => {
          for (const { claimed, settles } of batches) {
            await haul(store, claimed.map(toPayload));
            if (settles) await settleInbox(store, { owner: "the test", leaseMs: LEASE_MS });
          }
          await settleInbox(store, { owner: "the test", leaseMs: LEASE_MS });

          const all = batches.flatMap(({ claimed }) => claimed);
          const payloads = all.map((claimed) => ({ ...claimed, intake: toPayload(claimed).hash }));
          const winners = [...Map.groupBy(payloads, ({ eventId }) => eventId).values()].map(
            (contenders) =>
              contenders.sort((a, b) => a.receivedAt - b.receivedAt || compareText(a.intake, b.intake))[0]!,
          );
          const counting: string[] = [];
          for (const parcel of [ONE, TWO, THREE]) {
            const { observations = [] } = (await store.parcels.findDossier(parcel)) ?? {};
            counting.push(
              ...observations.map(({ intake, receivedAt }) => `${parcel} ${intake} ${receivedAt}`),
            );
          }
          expect(counting.sort()).toEqual(
            winners.map(({ parcel, intake, receivedAt }) => `${parcel} ${intake} ${receivedAt}`).sort(),
          );

          const setAside = await store.feeds.quarantined(100);
          const losers = new Set(payloads.map(({ intake }) => intake)).difference(
            new Set(winners.map(({ intake }) => intake)),
          );
          expect(setAside.map(({ hash }) => hash).sort()).toEqual([...losers].sort());
          expect(
            new Set(setAside.map(({ code }) => code)).difference(new Set(["event_id_conflict"])),
          ).toEqual(new Set());
          const books = (await store.feeds.books()).find(({ channel }) => channel === "webhook");
          expect(books).toMatchObject({
            seen: all.length,
            accepted: winners.length,
            quarantined: losers.size,
            duplicates: all.length - winners.length - losers.size,
          });
        }),
      ),
      { numRuns: 150 },
    ));
});
