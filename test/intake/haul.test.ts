import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Arrival } from "../../src/domain/arrival.ts";
import type { Barcode } from "../../src/domain/barcode.ts";
import { BUCKETS, bucketOf } from "../../src/domain/barcode.ts";
import type { Haul } from "../../src/intake/haul.ts";
import { ArrivalClock, RecordSorter } from "../../src/intake/haul.ts";
import { toEventKey } from "../../src/store/event-keys.ts";
import type { InboxRecord } from "../../src/store/inbox-record.ts";
import { readRecords } from "../../src/store/inbox-record.ts";
import { arbitraryText } from "../support/arbitrary-kept.ts";
import { parcelOf, parcelsOfOneBucket } from "../support/store-rows.ts";

interface Added {
  readonly barcode: Barcode;
  readonly entry: string;
}

/** Few parcels, some of them in one bucket. */
const PARCELS = [...parcelsOfOneBucket(3), parcelOf(2), parcelOf(3), parcelOf(4)];
const arbitraryAdded: fc.Arbitrary<Added> = fc.record({
  barcode: fc.constantFrom(...PARCELS),
  entry: fc.tuple(arbitraryText, fc.string({ unit: "grapheme" })).map((texts) => JSON.stringify(texts)),
});

function sort(added: readonly Added[], sorter = new RecordSorter()): ReturnType<RecordSorter["finish"]> {
  for (const { barcode, entry } of added) sorter.add(barcode, entry);
  return sorter.finish();
}

/** The records of each bucket that has any. */
function byBucket({
  records,
  offsets,
}: Pick<Haul, "records" | "offsets">): ReadonlyMap<number, readonly InboxRecord[]> {
  const found = new Map<number, readonly InboxRecord[]>();
  for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
    const inBucket = [...readRecords(records.subarray(offsets[bucket], offsets[bucket + 1]))];
    if (inBucket.length > 0) found.set(bucket, inBucket);
  }
  return found;
}

function expectBuckets(added: readonly Added[]): ReadonlyMap<number, readonly InboxRecord[]> {
  return Map.groupBy(
    added.map(({ barcode, entry }): InboxRecord => ({ kind: "observation", barcode, entry })),
    ({ barcode }) => bucketOf(barcode),
  );
}

describe("RecordSorter", () => {
  it("puts every record in its bucket, in the order in which they came, whatever stands in them", () => {
    fc.assert(
      fc.property(fc.array(arbitraryAdded, { maxLength: 30 }), (added) => {
        const sorted = sort(added);
        expect(byBucket(sorted)).toEqual(expectBuckets(added));
        expect([sorted.offsets.length, sorted.offsets[0], sorted.offsets[BUCKETS]]).toEqual([
          BUCKETS + 1,
          0,
          sorted.records.length,
        ]);
      }),
    );
  });

  it("gives nothing of nothing", () => {
    const { records, offsets, eventKeys, eventBuckets } = sort([]);
    expect([records.length, Math.max(...offsets), eventKeys.length, eventBuckets.length]).toEqual([
      0, 0, 0, 0,
    ]);
  });

  it("takes records to all buckets", () => {
    const added = Array.from({ length: 20_000 }, (_, n) => ({ barcode: parcelOf(n), entry: `["${n}"]` }));
    const found = byBucket(sort(added));
    expect(found.size).toBe(BUCKETS);
    expect(found).toEqual(expectBuckets(added));
  });

  it.each([
    ["many records", 30_000, 100],
    ["a record larger than all its room", 1, 5_000_000],
    ["a few large records", 5, 1_000_000],
  ])("grows for %s, of letters of three bytes too", (_what, count, length) => {
    for (const letter of ["x", "€"]) {
      const entry = JSON.stringify([letter.repeat(length)]);
      const added = Array.from({ length: count }, (_, n) => ({
        barcode: PARCELS[n % PARCELS.length]!,
        entry,
      }));
      const found = byBucket(sort(added));
      expect([...found.values()].flat()).toHaveLength(count);
      // Compared without showing them: a difference of megabytes could not be read.
      for (const [bucket, records] of expectBuckets(added)) {
        const isSame = JSON.stringify(found.get(bucket)) === JSON.stringify(records);
        expect(isSame).toBe(true);
      }
    }
  });

  it("knows how many bytes it holds", () => {
    const sorter = new RecordSorter();
    expect(sorter.size).toBe(0);
    sorter.add(parcelOf(1), '["€"]');
    expect(sorter.size).toBe(Buffer.byteLength(`${parcelOf(1)}\t["€"]\n`));
    sorter.finish();
    expect(sorter.size).toBe(0);
  });

  it("begins anew when it has given what it had, and leaves that alone", () => {
    fc.assert(
      fc.property(fc.array(arbitraryAdded), fc.array(arbitraryAdded), (first, second) => {
        const sorter = new RecordSorter();
        const [before, after] = [sort(first, sorter), sort(second, sorter)];
        expect(byBucket(before)).toEqual(expectBuckets(first));
        expect(byBucket(after)).toEqual(expectBuckets(second));
      }),
    );
  });

  it("gives memory that is nobody else's, so that it can be handed over", () => {
    const { records } = sort([{ barcode: parcelOf(1), entry: '["x"]' }]);
    expect(records.buffer.byteLength).toBe(records.byteLength);
  });

  it("gives the key of each event with the bucket of its identity", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(arbitraryText, fc.constantFrom(...PARCELS))), (events) => {
        const sorter = new RecordSorter();
        for (const [identity, barcode] of events) sorter.addEvent(identity, barcode);
        const { eventKeys, eventBuckets } = sorter.finish();
        const given = [...eventKeys].map((key, i) => `${key} ${eventBuckets[i]}`);
        const expected = events.map(
          ([identity, barcode]) => `${toEventKey(identity, barcode)} ${bucketOf(identity)}`,
        );
        expect(given.sort()).toEqual(expected.sort());
      }),
    );
  });
});

describe("ArrivalClock", () => {
  const anArrival = (receivedAt: number | null, httpStatus: number | null = null): Arrival => ({
    channel: "status-api",
    name: "a reply",
    receivedAt,
    httpStatus,
  });
  const arrivedOf = (...arrivals: readonly Arrival[]) => {
    const clock = new ArrivalClock();
    for (const arrival of arrivals) clock.add(arrival);
    return clock.arrived;
  };

  it("knows the first and the last arrival, in any order", () => {
    expect(arrivedOf(anArrival(5, 200), anArrival(0), anArrival(7, 204), anArrival(3))).toEqual({
      intakes: 4,
      firstReceivedAt: 0,
      lastReceivedAt: 7,
    });
  });

  it("counts what cannot be dated and what is an error, and takes it for no sign of life", () => {
    const none = { firstReceivedAt: null, lastReceivedAt: null };
    expect(arrivedOf()).toEqual({ intakes: 0, ...none });
    expect(arrivedOf(anArrival(null), anArrival(1, 500), anArrival(2, 404), anArrival(3, 302))).toEqual({
      intakes: 4,
      ...none,
    });
    expect(arrivedOf(anArrival(9, 500), anArrival(4, 299), anArrival(1, 199))).toEqual({
      intakes: 3,
      firstReceivedAt: 4,
      lastReceivedAt: 4,
    });
  });
});
