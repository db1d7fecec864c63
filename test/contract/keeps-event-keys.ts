import { describe, expect, it } from "vitest";
import type { EventKeys } from "../../src/store/intake-access.ts";
import type { OpenStore } from "./store-under-test.ts";
import { useStore } from "./store-under-test.ts";

/** The keys of events: eight bytes each, and all of a bucket at once. */
export function keepsEventKeys(openStore: OpenStore): void {
  describe("event keys", () => {
    const kit = useStore(openStore);

    const save = (...fresh: readonly EventKeys[]): Promise<readonly EventKeys[]> =>
      kit.write((writer) => writer.saveEventKeys(fresh));
    const keysOf = (bucket: number, ...keys: readonly number[]): EventKeys => ({
      bucket,
      keys: Float64Array.from(keys),
    });
    /** All that was given of a bucket, in order; every part of it must be in order. */
    const unite = (given: readonly EventKeys[], bucket: number): number[] => {
      const parts = given.filter((part) => part.bucket === bucket).map(({ keys }) => [...keys]);
      for (const part of parts) expect(part).toEqual(part.toSorted((a, b) => a - b));
      return parts.flat().sort((a, b) => a - b);
    };
    /** What a bucket holds; asking adds nothing that is not there. */
    const keptOf = async (bucket: number): Promise<number[]> => unite(await save(keysOf(bucket)), bucket);

    it("of a bucket that has none are none", async () => {
      expect(unite(await save(keysOf(1, 5)), 1)).toEqual([]);
      expect(unite(await save(keysOf(2)), 2)).toEqual([]);
      expect(await save()).toEqual([]);
    });

    it("come back from before, each bucket's own", async () => {
      await save(keysOf(1, 3, 7), keysOf(2, 3, 9));
      await save(keysOf(3, 1), keysOf(1, 1, 5));
      const given = await save(keysOf(2, 4), keysOf(1, 0), keysOf(4, 9));
      expect(new Set(given.map(({ bucket }) => bucket)).isSubsetOf(new Set([1, 2, 4]))).toBe(true);
      expect(unite(given, 1)).toEqual([1, 3, 5, 7]);
      expect(unite(given, 2)).toEqual([3, 9]);
      expect(unite(given, 4)).toEqual([]);
      expect(await keptOf(1)).toEqual([0, 1, 3, 5, 7]);
    });

    it("come back within the transaction that keeps them", async () => {
      const given = await kit.write(async (writer) => {
        await writer.saveEventKeys([keysOf(1, 3)]);
        return writer.saveEventKeys([keysOf(1, 4)]);
      });
      expect(unite(given, 1)).toEqual([3]);
    });

    it("come back to the last bit, from zero up to the largest", async () => {
      const keys = [0, 1, 2 ** 20 - 1, 2 ** 20, 2 ** 32, 2 ** 51 + 1, 2 ** 52 - 1];
      await save(keysOf(0, ...keys));
      expect(await keptOf(0)).toEqual(keys);
    });

    it("come back complete and in order, after many small additions", async () => {
      const wanted = new Set<number>();
      for (let n = 0; n < 150; n += 1) {
        const fresh = [(n * 7919) % 10_007, 20_000 + n].sort((a, b) => a - b);
        expect(unite(await save(keysOf(9, ...fresh)), 9)).toEqual([...wanted].sort((a, b) => a - b));
        for (const key of fresh) wanted.add(key);
      }
      expect(await keptOf(9)).toEqual([...wanted].sort((a, b) => a - b));
    });

    it("are the same however they were added", async () => {
      const keys = Array.from({ length: 3000 }, (_, n) => (n * 104_729) % 1_000_003);
      const sizes: Readonly<Record<number, readonly number[]>> = {
        1: [3000],
        2: [1, 2999],
        3: [2000, 1000],
        4: [1000, 2000],
        5: [1500, 700, 300, 200, 150, 100, 50],
        6: [50, 100, 150, 200, 300, 700, 1500],
        7: [1000, 1000, 1000],
        8: [1, 1, 2, 0, 4, 1, 1, 990, 500, 1500],
      };
      for (const [bucket, steps] of Object.entries(sizes)) {
        for (let from = 0, i = 0; from < keys.length; i += 1) {
          const fresh = keys.slice(from, from + (steps[i] ?? 0));
          from += fresh.length;
          await save(keysOf(Number(bucket), ...fresh.sort((a, b) => a - b)));
        }
        expect(await keptOf(Number(bucket))).toEqual(keys.toSorted((a, b) => a - b));
      }
    });

    it("are not lost when they come again", async () => {
      await save(keysOf(1, 3, 4));
      await save(keysOf(1, 3));
      await save(keysOf(1, 3, 5));
      expect([...new Set(await keptOf(1))]).toEqual([3, 4, 5]);
    });

    it("may be a part of a longer list", async () => {
      const all = Float64Array.of(9, 1, 2, 3, 9);
      await save({ bucket: 1, keys: all.subarray(1, 4) });
      await save({ bucket: 1, keys: all.subarray(4) });
      expect(await keptOf(1)).toEqual([1, 2, 3, 9]);
    });

    it("are seen by every other who adds at the same time: one comes after the other", async () => {
      const seen = await Promise.all(
        Array.from({ length: 8 }, async (_, n) => unite(await save(keysOf(1, n), keysOf(2, 100 + n)), 1)),
      );
      expect(seen.map(({ length }) => length).sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
      expect(await keptOf(1)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    });

    it("may be added by many at once, in whatever order of buckets", async () => {
      const buckets = [3, 1, 4, 2, 5];
      await Promise.all(
        Array.from({ length: 8 }, (_, n) => {
          const fresh = buckets.map((bucket) => keysOf(bucket, n));
          return save(...(n % 2 === 0 ? fresh : fresh.toReversed()));
        }),
      );
      for (const bucket of buckets) expect(await keptOf(bucket)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    });
  });
}
