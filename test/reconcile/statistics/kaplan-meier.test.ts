import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type DurationBin,
  kaplanMeier,
  survivalInterval,
  survivalQuantile,
} from "../../../src/reconcile/statistics/kaplan-meier.ts";

/** Bins of exactly known times. */
function timesOf(events: readonly number[], censored: readonly number[]): DurationBin[] {
  const count = (list: readonly number[], time: number): number => list.filter((at) => at === time).length;
  return [...new Set([...events, ...censored])]
    .toSorted((a, b) => a - b)
    .map((time) => ({ from: time, to: time, events: count(events, time), censored: count(censored, time) }));
}

/** Remission under 6-MP in weeks: Freireich et al. 1963, as in Gehan 1965 and in every textbook since. */
const REMISSION = timesOf([6, 6, 6, 7, 10, 13, 16, 22, 23], [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]);

describe("kaplanMeier", () => {
  it("gives Kaplan and Meier's own example", () => {
    // Kaplan and Meier 1958: deaths at 0.8, 3.1, 5.4 and 9.2 months, losses at 1.0, 2.7, 7.0 and 12.1.
    const steps = kaplanMeier(timesOf([0.8, 3.1, 5.4, 9.2], [1, 2.7, 7, 12.1]));
    const after = steps.filter(({ events }) => events > 0).map(({ from, survival }) => [from, survival]);
    expect(after).toEqual([
      [0.8, expect.closeTo(0.875, 10)],
      [3.1, expect.closeTo(0.7, 10)],
      [5.4, expect.closeTo(0.525, 10)],
      [9.2, expect.closeTo(0.2625, 10)],
    ]);
  });

  it("gives the published estimates and Greenwood's errors of the 6-MP trial", () => {
    // Stata's "sts list" and R's survfit of the same data: time, at risk, survival, standard error, limits (log-log).
    const published = [
      [6, 21, 0.8571, 0.0764, 0.6197, 0.9516],
      [7, 17, 0.8067, 0.0869, 0.5631, 0.9228],
      [10, 15, 0.7529, 0.0963, 0.5032, 0.8894],
      [13, 12, 0.6902, 0.1068, 0.4316, 0.8491],
      [16, 11, 0.6275, 0.1141, 0.3675, 0.8049],
      [22, 7, 0.5378, 0.1282, 0.2678, 0.7468],
      [23, 6, 0.4482, 0.1346, 0.1881, 0.6801],
    ];
    const steps = kaplanMeier(REMISSION).filter(({ events }) => events > 0);
    const found = steps.map((step) => {
      const { lower, upper } = survivalInterval(step, 0.95);
      const figures = [step.survival, Math.sqrt(step.variance), lower, upper];
      return [step.from, step.atRisk, ...figures.map((figure) => Math.round(figure * 10_000) / 10_000)];
    });
    expect(found).toEqual(published);
  });

  const arbitraryBins = fc
    .array(fc.record({ events: fc.nat(6), censored: fc.nat(6) }), { minLength: 1, maxLength: 12 })
    .map((bins) => bins.map((bin, index) => ({ from: index, to: index + 1, ...bin })));

  it("is what is left when each censored one hands its weight to all later ones", () => {
    // B. Efron, "The Two Sample Problem with Censored Data", 1967: redistribution to the right.
    fc.assert(
      fc.property(arbitraryBins, (bins) => {
        const items = bins.flatMap(({ events, censored }, bin) => [
          ...Array.from({ length: events }, () => ({ bin, isEvent: true, weight: 1 })),
          ...Array.from({ length: censored }, () => ({ bin, isEvent: false, weight: 1 })),
        ]);
        for (const [index, item] of items.entries()) {
          const later = items.slice(index + 1);
          if (item.isEvent || later.length === 0) continue;
          for (const other of later) other.weight += item.weight / later.length;
          item.weight = 0;
        }
        for (const [bin, { survival }] of kaplanMeier(bins).entries()) {
          const happened = items
            .filter((item) => item.isEvent && item.bin <= bin)
            .reduce((sum, { weight }) => sum + weight, 0);
          expect(survival).toBeCloseTo(items.length === 0 ? 1 : 1 - happened / items.length, 9);
        }
      }),
    );
  });

  it("is the plain share with its binomial variance when nothing is censored", () => {
    fc.assert(
      fc.property(arbitraryBins, (bins) => {
        const plain = bins.map((bin) => ({ ...bin, censored: 0 }));
        const total = plain.reduce((sum, { events }) => sum + events, 0);
        fc.pre(total > 0);
        let left = total;
        for (const { events, survival, variance } of kaplanMeier(plain)) {
          left -= events;
          expect(survival).toBeCloseTo(left / total, 10);
          expect(variance).toBeCloseTo(((left / total) * (1 - left / total)) / total, 10);
        }
      }),
    );
  });

  it("refuses bins out of order and counts that are none", () => {
    const bin = { events: 1, censored: 0 };
    expect(() =>
      kaplanMeier([
        { from: 5, to: 9, ...bin },
        { from: 0, to: 5, ...bin },
      ]),
    ).toThrow(RangeError);
    expect(() => kaplanMeier([{ from: 0, to: 5, events: -1, censored: 0 }])).toThrow(RangeError);
  });
});

describe("survivalQuantile", () => {
  it("gives the median of the 6-MP trial, whose upper limit was not reached", () => {
    // Stata's "stci" of the same data: 23, from 13 to none.
    const { estimate, lower, upper } = survivalQuantile(kaplanMeier(REMISSION), 0.5, 0.95);
    expect(estimate).toEqual({ kind: "reached", from: 23, to: 23 });
    expect(lower).toEqual({ kind: "reached", from: 13, to: 13 });
    expect(upper).toEqual({ kind: "not_reached", after: 35, share: expect.closeTo(0.5518, 4) });
  });

  it("takes the first of the times at which exactly the share has happened", () => {
    const steps = kaplanMeier(timesOf([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], []));
    expect(survivalQuantile(steps, 0.7, 0.95).estimate).toEqual({ kind: "reached", from: 7, to: 7 });
  });

  it("says of a late share that it was not reached, and after what", () => {
    const steps = kaplanMeier([
      { from: 0, to: 60, events: 6, censored: 1 },
      { from: 60, to: 120, events: 0, censored: 3 },
      { from: 120, to: 180, events: 0, censored: 0 },
    ]);
    expect(survivalQuantile(steps, 0.9, 0.95).estimate).toEqual({
      kind: "not_reached",
      after: 120,
      share: expect.closeTo(0.6, 10),
    });
  });

  it("knows nothing of nothing", () => {
    const nothing = { kind: "not_reached", after: null, share: 0 };
    expect(survivalQuantile(kaplanMeier([]), 0.5, 0.95)).toEqual({
      estimate: nothing,
      lower: nothing,
      upper: nothing,
    });
  });

  it("finds the true median where only what arrived would look twice as fast", () => {
    // Delays of 1 to 100, each watched for 20, 60 and 120: the short watches never see the long delays.
    const events: number[] = [];
    const censored: number[] = [];
    for (let delay = 1; delay <= 100; delay += 1) {
      for (const watched of [20, 60, 120])
        (delay <= watched ? events : censored).push(Math.min(delay, watched));
    }
    const medianOf = (bins: readonly DurationBin[]) =>
      survivalQuantile(kaplanMeier(bins), 0.5, 0.95).estimate;
    expect(medianOf(timesOf(events, censored))).toEqual({ kind: "reached", from: 50, to: 50 });
    expect(medianOf(timesOf(events, []))).toEqual({ kind: "reached", from: 35, to: 35 });
  });
});
