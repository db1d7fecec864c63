import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Sums } from "../../../src/reconcile/facts/sums.ts";
import { addSums } from "../../../src/reconcile/facts/sums.ts";
import type { GateInput } from "../../../src/reconcile/gate/judge-gate.ts";
import { judgeGate } from "../../../src/reconcile/gate/judge-gate.ts";
import type { Episodes } from "../../support/gate.ts";
import { aGateInput, aPolicy, certifiedFeeds, dayOf, sumsOf } from "../../support/gate.ts";

const one: fc.Arbitrary<Episodes> = fc.record({
  day: fc.integer({ min: 0, max: 6 }).map(dayOf),
  status: fc.constantFrom("sorted", "delivered"),
  customer: fc.constantFrom("1", "2", ""),
  product: fc.constant("003085"),
  channel: fc.constantFrom("webhook" as const, "status-api" as const),
  code: fc.constantFrom("J01", "I01"),
});
const some: fc.Arbitrary<Episodes> = fc
  .tuple(one, fc.constantFrom("clean", "clean", "clean", "open", "explained", "pending", "known"))
  .chain(([episode, standing]) =>
    fc
      .constantFrom(...(standing === "clean" ? [20, 400, 3000] : [1, 3]))
      .map((count) => ({ ...episode, standing, count }) as Episodes),
  );

/** Traffic, a policy that it may pass, and sometimes a bad day. */
const input: fc.Arbitrary<GateInput> = fc
  .record({
    base: fc.constantFrom(0, 0, 2000, 8000),
    episodes: fc.array(some, { maxLength: 4 }),
    days: fc.integer({ min: 1, max: 5 }),
    maximumRate: fc.constantFrom(0.002, 0.02),
    leastEpisodes: fc.constantFrom(1, 500),
    few: fc.constantFrom("not_proven" as const, "not_exercised" as const),
    start: fc.constantFrom([], [{ from: dayOf(1), reason: "mended" }]),
    critical: fc.constantFrom(new Map<string, number>(), new Map([[dayOf(2), 1]])),
  })
  .map(({ base, episodes, days, maximumRate, leastEpisodes, few, start, critical }) => {
    const clean = Array.from({ length: 6 }, (_, n) => ({ day: dayOf(n), count: base }));
    const stratum = { maximumRate, leastEpisodes, few, exceptions: {} };
    const strata = { all: stratum, status: stratum, customer: stratum, product: stratum, channel: stratum };
    return aGateInput({
      episodes: [...(base === 0 ? [] : clean), ...episodes],
      findings: { criticalByDay: critical },
      policy: {
        ...aPolicy(),
        days,
        strata,
        starts: start,
        codes: { coverage: 0.5, leastPairs: 3, exempt: [] },
      },
    });
  });

function withMore(given: GateInput, episodes: readonly Episodes[]): GateInput {
  const sums: Sums = new Map(given.sums);
  addSums(sums, sumsOf(episodes));
  return { ...given, sums };
}

describe("judgeGate", () => {
  it("never says go because of a bad episode more", () => {
    const verdicts = new Set<string>();
    fc.assert(
      fc.property(input, one, fc.integer({ min: 1, max: 40 }), (given, episode, count) => {
        const before = judgeGate(given).verdict;
        verdicts.add(before);
        const after = judgeGate(withMore(given, [{ ...episode, standing: "open", count }])).verdict;
        if (before !== "go") expect(after).not.toBe("go");
        if (before === "no_go") expect(after).toBe("no_go");
      }),
      { numRuns: 1000 },
    );
    // Otherwise nothing was tried.
    expect([...verdicts].sort()).toEqual(["go", "no_go", "not_proven"]);
  });

  it("never says go because of a certificate less", () => {
    const day = fc.integer({ min: 0, max: 6 }).map((n) => `${dayOf(n)} webhook`);
    const state = fc.constantFrom("unproven" as const, "incomplete" as const, null);
    fc.assert(
      fc.property(input, fc.array(day, { maxLength: 2 }), day, state, (given, days, another, less) => {
        const judged = (lacking: readonly string[]) => {
          const wish = Object.fromEntries(lacking.map((one) => [one, less]));
          return judgeGate({ ...given, run: { ...given.run, certificates: certifiedFeeds(wish) } }).verdict;
        };
        if (judged(days) !== "go") expect(judged([...days, another])).not.toBe("go");
      }),
    );
  });

  it("says the same in whatever order it is told, and whenever it is asked again", () => {
    fc.assert(
      fc.property(input, fc.array(some, { maxLength: 4 }), (given, more) => {
        const grown = withMore(given, more);
        const turned = { ...grown, sums: new Map([...grown.sums].reverse()) };
        expect(judgeGate(turned)).toEqual(judgeGate(grown));
        // What was added and taken away again leaves nothing.
        const back: Sums = new Map(grown.sums);
        addSums(back, new Map([...sumsOf(more)].map(([key, count]) => [key, -count])));
        expect(judgeGate({ ...given, sums: back })).toEqual(judgeGate(given));
      }),
    );
  });

  it("calls a part proven only if its bound is at most what is allowed, and not proven only if it is more", () => {
    const states = new Set<string>();
    fc.assert(
      fc.property(input, (given) => {
        for (const { state, upper, maximumRate, upperOnce } of judgeGate(given).strata) {
          states.add(state);
          if (state === "proven") expect(upper).toBeLessThanOrEqual(maximumRate);
          if (state === "not_proven") expect(upper).toBeGreaterThan(maximumRate);
          // Who looks every night and at many parts knows less of each than who looks once at one.
          if (state === "not_proven") expect(upper).toBeGreaterThanOrEqual(upperOnce);
        }
      }),
    );
    expect([...states].sort()).toEqual(["few", "not_proven", "over", "proven"]);
  });
});
