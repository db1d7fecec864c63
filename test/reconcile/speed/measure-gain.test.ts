import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { boundsOf, toBin } from "../../../src/reconcile/facts/bins.ts";
import type { GainCounts } from "../../../src/reconcile/speed/measure-gain.ts";
import { measureGain } from "../../../src/reconcile/speed/measure-gain.ts";

const HOUR = 3600;
const W = 1_000 * HOUR;
const BOTH_AT_W = { legacy: W, new: W };

/** An event with the seconds of its receipts; what comes after the watermark is not there yet. */
interface Event {
  readonly legacyAt: number;
  readonly newAt: number;
}

/** What a store that ends at the watermark holds of them. */
function observe(events: readonly Event[]): GainCounts {
  const exact = new Map<number, number>();
  const onlyLegacy: { bin: number; hour: number; count: number }[] = [];
  const onlyNew: { bin: number; hour: number; count: number }[] = [];
  for (const { legacyAt, newAt } of events) {
    const told = (at: number) => ({ bin: 0, hour: Math.floor(at / HOUR), count: 1 });
    if (legacyAt <= W && newAt <= W) {
      const bin = toBin(legacyAt - newAt);
      exact.set(bin, (exact.get(bin) ?? 0) + 1);
    } else if (newAt <= W) onlyNew.push(told(newAt));
    else if (legacyAt <= W) onlyLegacy.push(told(legacyAt));
  }
  return { exact, onlyLegacy, onlyNew };
}

/** Events of the last day before the watermark, every few minutes, each with each of the gains. */
function everyGainAllDay(gains: readonly number[]): Event[] {
  return Array.from({ length: 96 }, (_, quarter) => W - 96 * 900 + quarter * 900 + 7).flatMap((first) =>
    gains.map((gain) =>
      gain >= 0 ? { newAt: first, legacyAt: first + gain } : { newAt: first - gain, legacyAt: first },
    ),
  );
}

const everyMinutes = (step: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => (i * step + 1) * 60);

describe("measureGain", () => {
  it("recovers a median that most of the pairs have not lived to see, where pairs alone are far off", () => {
    // Gains of up to a day, evenly: half of them 12 hours. Of the last day's events half are not told by the old feed yet.
    const gains = everyMinutes(12, 120);
    const { distribution, pairsOnly, onlyNew, both } = measureGain(
      observe(everyGainAllDay(gains)),
      BOTH_AT_W,
      0.95,
    );
    expect(onlyNew).toBeGreaterThan(both * 0.8);
    expect(distribution?.p50.from).toBeGreaterThan(9.9 * HOUR);
    expect(distribution?.p50.to).toBeLessThan(14.2 * HOUR);
    expect(distribution?.medianInterval.from).toBeLessThan(12 * HOUR);
    expect(distribution?.medianInterval.to ?? Infinity).toBeGreaterThan(12 * HOUR);
    // The control: the same without what only one feed has told.
    expect(pairsOnly?.median.to).toBeLessThan(9 * HOUR);
  });

  it("recovers a loss in the same way", () => {
    const losses = everyMinutes(12, 120).map((gain) => -gain);
    const { distribution, pairsOnly } = measureGain(observe(everyGainAllDay(losses)), BOTH_AT_W, 0.95);
    expect(distribution?.p50.from).toBeGreaterThan(-14.2 * HOUR);
    expect(distribution?.p50.to).toBeLessThan(-9.9 * HOUR);
    expect(pairsOnly?.median.from).toBeGreaterThan(-9 * HOUR);
  });

  it("recovers the share of slower ones, where pairs alone flatter the new feed", () => {
    // One in two is an hour faster at most, the other up to a day slower.
    const gains = [...everyMinutes(1, 60), ...everyMinutes(24, 60).map((gain) => -gain)];
    const { fasterShare, slowerShare, pairsOnly } = measureGain(
      observe(everyGainAllDay(gains)),
      BOTH_AT_W,
      0.95,
    );
    expect(Math.abs((slowerShare?.share ?? 0) - 0.5)).toBeLessThan(0.02);
    expect(slowerShare?.upper).toBeGreaterThan(0.5);
    expect(fasterShare?.lower).toBeLessThan(0.5);
    expect(pairsOnly?.fasterShare).toBeGreaterThan(0.6);
  });

  it("says what share the carrier's claim holds for", () => {
    const gains = [-HOUR, 60, 120, HOUR, 2 * HOUR, 3 * HOUR, 4 * HOUR, 5 * HOUR, 9 * HOUR, 20 * HOUR];
    const long = gains.map((gain) => ({ newAt: 100 * HOUR, legacyAt: 100 * HOUR + gain }));
    const { distribution } = measureGain(observe(long), BOTH_AT_W, 0.95);
    const { below, within, above } = distribution!.claim;
    for (const [interval, share] of [
      [below, 0.3],
      [within, 0.5],
      [above, 0.2],
    ] as const) {
      expect(interval.lower).toBeCloseTo(share);
      expect(interval.upper).toBeCloseTo(share);
    }
  });

  it("leaves open who was first until the other feed has spoken later", () => {
    const hour = W / HOUR;
    const told = { bin: 0, count: 1 };
    const judge = (untold: Partial<GainCounts>, watermarks = BOTH_AT_W) => {
      const { faster, slower, undecided } = measureGain(
        { exact: new Map(), onlyLegacy: [], onlyNew: [], ...untold },
        watermarks,
        0.95,
      );
      return { faster, slower, undecided };
    };
    expect(judge({ onlyNew: [{ ...told, hour: hour - 1 }] })).toEqual({ faster: 1, slower: 0, undecided: 0 });
    expect(judge({ onlyNew: [{ ...told, hour }] })).toEqual({ faster: 0, slower: 0, undecided: 1 });
    expect(judge({ onlyLegacy: [{ ...told, hour: hour - 1 }] })).toEqual({
      faster: 0,
      slower: 1,
      undecided: 0,
    });
    expect(judge({ onlyLegacy: [{ ...told, hour }] })).toEqual({ faster: 0, slower: 0, undecided: 1 });
    // The old feed has been silent since long before: that it has not told proves nothing.
    const silent = { legacy: W - 50 * HOUR, new: W };
    expect(judge({ onlyNew: [{ ...told, hour: hour - 1 }] }, silent).undecided).toBe(1);
  });

  it("never says more of a one-sided event than is known", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), (ago) => {
        const untold = [{ bin: 0, hour: W / HOUR - ago, count: 1 }];
        // It was received in that hour: at its end at the latest.
        const least = (ago - 1) * HOUR;
        const none = { exact: new Map<number, number>(), onlyLegacy: [], onlyNew: [] };
        const faster = measureGain({ ...none, onlyNew: untold }, BOTH_AT_W, 0.95).distribution!.p50;
        expect(faster.to).toBeNull();
        expect(faster.from).toBeLessThanOrEqual(least);
        expect(faster.from).toBeGreaterThan(least * 0.7 - 2);
        const slower = measureGain({ ...none, onlyLegacy: untold }, BOTH_AT_W, 0.95).distribution!.p50;
        expect(slower.from).toBeNull();
        expect(slower.to).toBeGreaterThanOrEqual(-least);
        expect(slower.to).toBeLessThan(-least * 0.7 + 2);
      }),
    );
  });

  it("knows nothing of nothing, and of a side that never spoke", () => {
    const none = { exact: new Map<number, number>(), onlyLegacy: [], onlyNew: [] };
    expect(measureGain(none, BOTH_AT_W, 0.95)).toMatchObject({
      fasterShare: null,
      distribution: null,
      pairsOnly: null,
    });
    const untold = { ...none, onlyNew: [{ bin: 0, hour: 5, count: 3 }] };
    expect(measureGain(untold, { legacy: null, new: W }, 0.95)).toMatchObject({
      undecided: 3,
      fasterShare: null,
      distribution: null,
    });
  });

  const arbitraryUntold = fc.array(
    fc.record({
      bin: fc.integer({ min: 0, max: 60 }),
      hour: fc.integer({ min: W / HOUR - 100, max: W / HOUR }),
      count: fc.integer({ min: 1, max: 50 }),
    }),
    { maxLength: 6 },
  );

  it("counts every event once, whatever there is, and gives shares that are shares", () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.integer({ min: -70, max: 70 }).map(String), fc.integer({ min: 1, max: 99 })),
        arbitraryUntold,
        arbitraryUntold,
        (counts, onlyLegacy, onlyNew) => {
          const exact = new Map(Object.entries(counts).map(([bin, count]) => [Number(bin), count]));
          const gain = measureGain({ exact, onlyLegacy, onlyNew }, BOTH_AT_W, 0.95);
          expect(gain.faster + gain.slower + gain.same + gain.undecided).toBe(
            gain.both + gain.onlyNew + gain.onlyLegacy,
          );
          if (gain.distribution === null) return;
          const { claim, shares } = gain.distribution;
          expect(shares.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1);
          for (const { lower, upper } of Object.values(claim)) {
            expect(lower).toBeGreaterThanOrEqual(0);
            expect(upper).toBeLessThanOrEqual(1);
            expect(lower).toBeLessThanOrEqual(upper + 1e-9);
          }
        },
      ),
    );
  });

  it("gives a median interval that holds, whatever the one-sided events come to", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -20 * HOUR, max: 20 * HOUR }), { minLength: 9, maxLength: 60 }),
        fc.integer({ min: 0, max: 30 }),
        (gains, ago) => {
          const events = gains.map((gain) => {
            const first = W - ago * HOUR - 5;
            return gain >= 0
              ? { newAt: first, legacyAt: first + gain }
              : { newAt: first - gain, legacyAt: first };
          });
          const { distribution } = measureGain(observe(events), BOTH_AT_W, 0.95);
          const sorted = gains.toSorted((a, b) => a - b);
          const median = sorted[Math.ceil(sorted.length / 2) - 1]!;
          const { from, to } = boundsOf(toBin(median));
          if (distribution === null) return;
          expect(distribution.medianInterval.from ?? -Infinity).toBeLessThanOrEqual(Math.max(to, 0));
          expect(distribution.medianInterval.to ?? Infinity).toBeGreaterThanOrEqual(Math.min(from, 0));
        },
      ),
    );
  });
});
