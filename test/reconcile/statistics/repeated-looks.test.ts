import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { exactUpper, ruleOfThree, trialsNeeded } from "../../../src/reconcile/statistics/exact-binomial.ts";
import {
  pOverLooks,
  shareOfError,
  trialsNeededOverLooks,
  upperOverLooks,
} from "../../../src/reconcile/statistics/repeated-looks.ts";
import { Prng } from "../../../src/sandbox/prng.ts";
import { expectClose } from "./close.ts";
import { binomialExactly } from "./exactly.ts";

const ONCE = { confidence: 0.95, start: null };
const NIGHTS = 365;

type Bound = (hits: number, trials: number) => number;
const overLooks: Bound = (hits, trials) => upperOverLooks({ hits, trials }, ONCE);
const everyNightAnew: Bound = (hits, trials) => exactUpper({ hits, trials }, 0.95);

/** For each night, the fewest bad ones (all nights so far together) at which the bound is not below the true rate. */
function leastCovered(bound: Bound, perNight: number, rate: number): number[] {
  let least = 0;
  return Array.from({ length: NIGHTS }, (_, night) => {
    // More trials never ask for fewer bad ones.
    while (bound(least, perNight * (night + 1)) < rate) least += 1;
    return least;
  });
}

/** The chances of 0, 1, 2, … bad ones in one night; what is left out is less than 10^-18. */
function nightly(perNight: number, rate: number): number[] {
  const chances: number[] = [];
  let chance = (1 - rate) ** perNight;
  for (let hits = 0; hits <= perNight && (hits < perNight * rate || chance > 1e-20); hits += 1) {
    chances.push(chance);
    chance *= (((perNight - hits) / (hits + 1)) * rate) / (1 - rate);
  }
  return chances;
}

/** The chance that the bound is below the true rate in at least one of the nights, by going through all histories. */
function everWrong(bound: Bound, perNight: number, rate: number): number {
  const chances = nightly(perNight, rate);
  let alive = [1];
  let wrong = 0;
  for (const least of leastCovered(bound, perNight, rate)) {
    const next = Array.from({ length: alive.length + chances.length - 1 }, () => 0);
    for (const [before, weight] of alive.entries()) {
      if (weight < 1e-18) continue;
      for (const [hits, chance] of chances.entries()) next[before + hits]! += weight * chance;
    }
    for (let hits = 0; hits < least && hits < next.length; hits += 1) {
      wrong += next[hits]!;
      next[hits] = 0;
    }
    alive = next;
  }
  return wrong;
}

/** The same share among drawn histories. */
function everWrongDrawn(bound: Bound, perNight: number, rate: number, histories: number): number {
  const prng = new Prng(1970, 2021);
  const limits = leastCovered(bound, perNight, rate);
  const chances = nightly(perNight, rate);
  let wrong = 0;
  for (let history = 0; history < histories; history += 1) {
    let hits = 0;
    for (const least of limits) {
      let left = (prng.bits() + 0.5) / 2 ** 32;
      for (const chance of chances) {
        left -= chance;
        if (left < 0) break;
        hits += 1;
      }
      if (hits < least) {
        wrong += 1;
        break;
      }
    }
  }
  return wrong / histories;
}

describe("upperOverLooks", () => {
  it.each([
    [1, 0.05],
    [20, 0.3],
    [100, 0.01],
    [1000, 0.001],
    [1000, 0.0001],
  ])(
    "of %s a night at a rate of %s is wrong in 365 nights at most in one of twenty years",
    (perNight, rate) => {
      expect(everWrong(overLooks, perNight, rate)).toBeLessThanOrEqual(0.05);
      // The negative control: a bound for one look, taken every night.
      expect(everWrong(everyNightAnew, perNight, rate)).toBeGreaterThan(0.15);
    },
  );

  it("holds in drawn histories as often as it must by going through them all", () => {
    const histories = 4000;
    for (const bound of [overLooks, everyNightAnew]) {
      const exact = everWrong(bound, 100, 0.01);
      const drawn = everWrongDrawn(bound, 100, 0.01, histories);
      expect(Math.abs(drawn - exact)).toBeLessThan(4 * Math.sqrt((exact * (1 - exact)) / histories));
    }
  });

  /**
   * The chance that somebody who counts anew after each night with a bad one ever claims too low a rate.
   *
   * @param nightsTo after how many clean nights in a row he claims less than the true rate, at his k-th start
   */
  function everWrongWithRestarts(nightsTo: (start: number) => number, cleanNight: number): number {
    const limits = Array.from({ length: NIGHTS + 1 }, (_, index) => nightsTo(index + 1));
    let wrong = 0;
    // By start, from 0, and by clean nights since.
    let alive = new Map([[0, new Map([[0, 1]])]]);
    for (let night = 0; night < NIGHTS; night += 1) {
      const next: typeof alive = new Map();
      const put = (start: number, run: number, weight: number): void => {
        const runs = next.get(start) ?? new Map<number, number>();
        next.set(start, runs.set(run, (runs.get(run) ?? 0) + weight));
      };
      for (const [start, runs] of alive) {
        for (const [run, weight] of runs) {
          if (run + 1 >= limits[start]!) wrong += weight * cleanNight;
          else put(start, run + 1, weight * cleanNight);
          put(start + 1, 0, weight * (1 - cleanNight));
        }
      }
      alive = next;
    }
    return wrong;
  }

  it("holds also for who counts anew after each bad night, and the rule of three fails in most years", () => {
    const rate = 0.001;
    const perNight = 100;
    const cleanNight = (1 - rate) ** perNight;
    const untilBelow = (bound: Bound): number => {
      let nights = 1;
      while (bound(0, perNight * nights) >= rate) nights += 1;
      return nights;
    };
    const byRule = untilBelow((_, trials) => ruleOfThree(trials));
    expect(everWrongWithRestarts(() => byRule, cleanNight)).toBeGreaterThan(0.5);

    const withoutCharge = untilBelow(overLooks);
    expect(everWrongWithRestarts(() => withoutCharge, cleanNight)).toBeGreaterThan(0.05);

    const charged = (start: number): number =>
      Math.ceil(trialsNeededOverLooks(rate, { confidence: 0.95, start }) / perNight);
    expect(everWrongWithRestarts(charged, cleanNight)).toBeLessThanOrEqual(0.05);
  });

  /**
   * The martingale behind it, by Simpson's rule: the likelihood averaged over rates p·u², u from 0 to 1, over that at p.
   */
  function martingale(hits: number, trials: number, rate: number): number {
    const steps = 4000;
    let sum = 0;
    for (let step = 0; step <= steps; step += 1) {
      const u = step / steps;
      const weight = step === 0 || step === steps ? 1 : step % 2 === 1 ? 4 : 2;
      sum += weight * u ** (2 * hits) * ((1 - rate * u * u) / (1 - rate)) ** (trials - hits);
    }
    return sum / (3 * steps);
  }

  it("ends where the martingale passes 1 / error", () => {
    for (const [hits, trials] of [
      [0, 10],
      [0, 1000],
      [1, 50],
      [7, 300],
      [30, 100],
    ] as const) {
      expectClose(martingale(hits, trials, upperOverLooks({ hits, trials }, ONCE)), 20, 1e-8);
    }
  });

  it("rests on something that is one on average at the true rate, and less at a greater one", () => {
    const average = (trials: number, over: number, claimed: number): number => {
      let sum = 0;
      for (let hits = 0; hits <= trials; hits += 1) {
        sum += binomialExactly({ hits, trials }, [over, 100]) * martingale(hits, trials, claimed);
      }
      return sum;
    };
    for (const trials of [1, 9, 60]) {
      expectClose(average(trials, 7, 0.07), 1, 1e-9);
      expect(average(trials, 12, 0.07)).toBeLessThan(1);
      expect(average(trials, 4, 0.07)).toBeGreaterThan(1);
    }
  });

  it("is above the bound for one look, grows with bad ones and falls with clean ones", () => {
    const arbitrary = fc
      .integer({ min: 1, max: 5_000_000 })
      .chain((trials) => fc.tuple(fc.nat(Math.min(trials - 1, 1000)), fc.constant(trials)));
    fc.assert(
      fc.property(arbitrary, ([hits, trials]) => {
        const upper = overLooks(hits, trials);
        expect(upper).toBeGreaterThan(everyNightAnew(hits, trials));
        expect(overLooks(hits + 1, trials)).toBeGreaterThan(upper);
        expect(overLooks(hits, trials + 1)).toBeLessThan(upper);
      }),
    );
  });

  it("charges for a start that was chosen by what was seen", () => {
    const counts = { hits: 0, trials: 10_000 };
    const uppers = [null, 1, 2, 3].map((start) => upperOverLooks(counts, { confidence: 0.95, start }));
    expect(uppers).toEqual(uppers.toSorted((a, b) => a - b));
    expect(new Set(uppers).size).toBe(4);
  });

  it("knows nothing of nothing", () => {
    expect(overLooks(0, 0)).toBe(1);
    expect(overLooks(5, 5)).toBe(1);
  });

  it.each([
    [{ confidence: 1, start: null }],
    [{ confidence: 0.95, start: 0 }],
    [{ confidence: 0.95, start: 1.5 }],
  ])("refuses %o", (policy) => {
    expect(() => upperOverLooks({ hits: 0, trials: 1 }, policy)).toThrow(RangeError);
  });
});

describe("trialsNeededOverLooks", () => {
  it("is the least that brings the bound down to the rate", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1e-6, max: 0.5, noNaN: true }),
        fc.nat(20),
        fc.constantFrom(null, 1, 4),
        (rate, hits, start) => {
          const policy = { confidence: 0.95, start };
          const trials = trialsNeededOverLooks(rate, policy, hits);
          expect(upperOverLooks({ hits, trials }, policy)).toBeLessThanOrEqual(rate * (1 + 1e-7));
          expect(upperOverLooks({ hits, trials: trials - 1 }, policy)).toBeGreaterThan(rate * (1 - 1e-7));
        },
      ),
    );
  });

  it("needs 3.8 / rate clean ones, where one look needs 3 / rate and spending over 365 looks 15 / rate", () => {
    expect(trialsNeededOverLooks(0.0001, ONCE) * 0.0001).toBeCloseTo(3.79, 2);
    expect(trialsNeeded(0.0001, 0.95) * 0.0001).toBeCloseTo(3, 2);
    expect(trialsNeeded(0.0001, 1 - 0.05 * shareOfError(NIGHTS)) * 0.0001).toBeCloseTo(15.29, 2);
  });
});

describe("shareOfError", () => {
  it("comes to one over all uses", () => {
    let sum = 0;
    for (let use = 1; use <= 100_000; use += 1) sum += shareOfError(use);
    expect(sum).toBeLessThan(1);
    expect(sum).toBeGreaterThan(0.9999);
  });
});

describe("pOverLooks", () => {
  it("is at most the error exactly where the bound is at most the rate", () => {
    fc.assert(
      fc.property(
        fc.nat(20_000),
        fc.nat(30),
        fc.constantFrom(0.0005, 0.001, 0.01, 0.2),
        fc.constantFrom(0.5, 0.95, 0.999),
        fc.constantFrom(null, 1, 4),
        (clean, hits, rate, confidence, start) => {
          const counts = { hits, trials: clean + hits };
          const p = pOverLooks(counts, rate, start);
          const upper = upperOverLooks(counts, { confidence, start });
          // At the very edge the search for the bound may stop on either side.
          if (Math.abs(upper / rate - 1) < 1e-9) return;
          expect(p <= 1 - confidence).toBe(upper <= rate);
        },
      ),
    );
  });

  it("is 1 of nothing, and where more was seen than the rate", () => {
    expect(pOverLooks({ hits: 0, trials: 0 }, 0.1, null)).toBe(1);
    expect(pOverLooks({ hits: 2, trials: 10 }, 0.1, null)).toBe(1);
    expect(pOverLooks({ hits: 10, trials: 10 }, 0.999, null)).toBe(1);
  });

  it("grows with each bad one, and falls with each good one", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), fc.nat(20), (clean, hits) => {
        const p = (bad: number, good: number) => pOverLooks({ hits: bad, trials: bad + good }, 0.01, 2);
        expect(p(hits + 1, clean)).toBeGreaterThanOrEqual(p(hits, clean));
        expect(p(hits, clean + 1)).toBeLessThanOrEqual(p(hits, clean));
      }),
    );
  });

  it("refuses what cannot be", () => {
    expect(() => pOverLooks({ hits: 2, trials: 1 }, 0.1, null)).toThrow(RangeError);
    expect(() => pOverLooks({ hits: 0, trials: 1 }, 1, null)).toThrow(RangeError);
    expect(() => pOverLooks({ hits: 0, trials: 1 }, 0.1, 0)).toThrow(RangeError);
  });
});
