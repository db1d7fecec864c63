import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Bucket, Rate } from "../../../src/sources/pacing/token-bucket.ts";
import { emptyBucket, fillBucket, takeToken } from "../../../src/sources/pacing/token-bucket.ts";

const START = 1_000_000;
/** Float sums of waits, in milliseconds. */
const DUST_MS = 1e-3;

const rates: fc.Arbitrary<Rate> = fc.record({
  requestsPerSecond: fc.oneof(fc.integer({ min: 1, max: 50 }), fc.constantFrom(0.1, 0.5, 2.5)),
  burst: fc.integer({ min: 1, max: 12 }),
});
const gaps = fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 5_000 })), { maxLength: 60 });

/** When each request left that came so long after the one before; the request is let go as `take` says. */
function depart(rate: Rate, first: Bucket, waits: readonly number[], take = takeToken): number[] {
  let bucket = first;
  let now = START;
  return waits.map((gap) => {
    now += gap;
    const taken = take(bucket, rate, now);
    bucket = taken.bucket;
    return now + taken.waitMs;
  });
}

/** In no period more than its share, waits rounded up to milliseconds: counted over every pair of departures. */
function isWithin({ requestsPerSecond, burst }: Rate, leftAt: readonly number[]): boolean {
  return leftAt.every((from, i) =>
    leftAt.every((to, j) => {
      if (j < i) return true;
      return j - i + 1 <= burst + ((to - from + 1) * requestsPerSecond) / 1000 + DUST_MS;
    }),
  );
}

describe("takeToken", () => {
  it("never lets more leave in any period than burst and rate allow", () => {
    fc.assert(
      fc.property(rates, gaps, (rate, waits) => {
        expect(isWithin(rate, depart(rate, fillBucket(rate, START), waits))).toBe(true);
      }),
    );
  });

  it("is caught where it refills too fast", () => {
    const tooFast: typeof takeToken = (bucket, rate, now) =>
      takeToken(bucket, { ...rate, requestsPerSecond: rate.requestsPerSecond * 1.1 }, now);
    const rate = { requestsPerSecond: 5, burst: 2 };
    const waits = Array.from({ length: 60 }, () => 10);
    expect(isWithin(rate, depart(rate, fillBucket(rate, START), waits, tooFast))).toBe(false);
    expect(isWithin(rate, depart(rate, fillBucket(rate, START), waits))).toBe(true);
  });

  it("makes nobody wait longer than needed", () => {
    fc.assert(
      fc.property(rates, gaps, (rate, waits) => {
        // The earliest moment at which every period since an earlier departure still has room for one more.
        const { requestsPerSecond, burst } = rate;
        const naive: number[] = [];
        let now = START;
        for (const gap of waits) {
          now += gap;
          const free = naive.map((at, i) => at + ((naive.length - i + 1 - burst) * 1000) / requestsPerSecond);
          naive.push(Math.max(now, ...free));
        }
        const leftAt = depart(rate, fillBucket(rate, START), waits);
        for (const [i, at] of leftAt.entries()) expect(Math.abs(at - naive[i]!)).toBeLessThan(1 + DUST_MS);
      }),
    );
  });

  it("begins empty where nothing is known, and gets nothing from a clock that is set back", () => {
    const rate = { requestsPerSecond: 2, burst: 3 };
    expect(takeToken(emptyBucket(START), rate, START).waitMs).toBe(500);
    expect(takeToken({ tokens: 0, at: START }, rate, START - 3_600_000)).toEqual({
      bucket: { tokens: -1, at: START - 3_600_000 },
      waitMs: 500,
    });
  });

  it("saves up no more than a burst", () => {
    const rate = { requestsPerSecond: 100, burst: 3 };
    const leftAt = depart(rate, { tokens: 3, at: START - 86_400_000 }, [0, 0, 0, 0]);
    expect(leftAt.map((at) => at - START)).toEqual([0, 0, 0, 10]);
  });
});
