import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { KeptObservation } from "../../src/domain/merge-observation.ts";
import { mergeObservation, toKept } from "../../src/domain/merge-observation.ts";
import { DETAIL_FIELDS } from "../../src/domain/observation.ts";
import type { ObservationWish } from "../support/observations.ts";
import { anObservation, MINUTE, timeOf } from "../support/observations.ts";

const T = timeOf("10:00:00");

/** One arrival of the same status API observation. */
function arrival(wish: ObservationWish): KeptObservation {
  return toKept(anObservation({ channel: "status-api", code: "sorted", at: T, identity: "one", ...wish }));
}

const arbitraryArrival: fc.Arbitrary<KeptObservation> = fc
  .record({
    receivedAt: fc.constantFrom(T, T + MINUTE, T + 2 * MINUTE, T + 3 * MINUTE),
    intake: fc.constantFrom("a".repeat(64), "b".repeat(64), "c".repeat(64)),
    line: fc.integer({ min: 1, max: 3 }),
    lastListedAt: fc.option(fc.constantFrom(T, T + MINUTE, T + 2 * MINUTE)),
    reference: fc.option(fc.constantFrom("ORDER-1", "ORDER-2", "ORDER-3")),
    location: fc.option(fc.constantFrom("888888", "999999")),
    delivery: fc.option(
      fc.record({ name: fc.constantFrom("d-1", "d-2"), pack: fc.constantFrom("pack-1", "pack-2") }),
    ),
  })
  .map(({ reference, location, delivery, ...rest }) => ({
    ...arrival({ ...rest, details: { reference, location } }),
    delivery,
  }));

describe("mergeObservation", () => {
  it("does not depend on which comes first", () => {
    fc.assert(
      fc.property(arbitraryArrival, arbitraryArrival, (a, b) => {
        expect(mergeObservation(a, b)).toEqual(mergeObservation(b, a));
      }),
      { numRuns: 500 },
    );
  });

  it("does not depend on the order in which three are merged", () => {
    fc.assert(
      fc.property(arbitraryArrival, arbitraryArrival, arbitraryArrival, (a, b, c) => {
        expect(mergeObservation(mergeObservation(a, b), c)).toEqual(
          mergeObservation(a, mergeObservation(b, c)),
        );
      }),
      { numRuns: 1000 },
    );
  });

  it("does not depend on the order in which any number is merged", () => {
    const many = fc
      .array(arbitraryArrival, { minLength: 1, maxLength: 6 })
      .chain((arrivals) =>
        fc.tuple(fc.constant(arrivals), fc.shuffledSubarray(arrivals, { minLength: arrivals.length })),
      );
    fc.assert(
      fc.property(many, ([arrivals, shuffled]) => {
        const [first, ...rest] = arrivals.map((one) => one);
        const [other, ...others] = shuffled;
        if (first === undefined || other === undefined) throw new Error("no arrivals");
        expect(others.reduce(mergeObservation, other)).toEqual(rest.reduce(mergeObservation, first));
      }),
      { numRuns: 500 },
    );
  });

  it("changes nothing when the same comes again", () => {
    fc.assert(
      fc.property(arbitraryArrival, arbitraryArrival, (a, b) => {
        const merged = mergeObservation(a, b);
        expect(mergeObservation(a, a)).toEqual(a);
        expect(mergeObservation(merged, b)).toEqual(merged);
        expect(mergeObservation(merged, merged)).toEqual(merged);
      }),
      { numRuns: 500 },
    );
  });

  it("keeps from every detail what was received first", () => {
    fc.assert(
      fc.property(fc.array(arbitraryArrival, { minLength: 1, maxLength: 6 }), (arrivals) => {
        const [first, ...rest] = arrivals;
        if (first === undefined) throw new Error("no arrivals");
        const merged = rest.reduce(mergeObservation, first);
        for (const field of DETAIL_FIELDS) {
          const filled = arrivals.filter(({ details }) => details[field] !== null);
          const earliest = Math.min(...filled.map(({ receivedAt }) => receivedAt));
          const spoken = filled
            .filter(({ receivedAt }) => receivedAt === earliest)
            .map(({ details }) => details[field]);
          if (spoken.length === 0) expect(merged.details[field]).toBeNull();
          else expect(spoken).toContain(merged.details[field]);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("fills what is empty, and never overwrites", () => {
    const first = arrival({ receivedAt: T, details: { reference: "ORDER-1" } });
    const second = arrival({ receivedAt: T + MINUTE, details: { reference: "ORDER-2", location: "888888" } });
    const third = arrival({ receivedAt: T + 2 * MINUTE, details: { location: "999999" } });
    const merged = mergeObservation(mergeObservation(first, second), third);
    expect(merged.details).toMatchObject({ reference: "ORDER-1", location: "888888" });
    expect(merged.filledLater).toEqual({ location: T + MINUTE });
  });

  it("lets what was received first speak, though it reaches us last", () => {
    const late = arrival({
      receivedAt: T + MINUTE,
      intake: "b".repeat(64),
      line: 7,
      details: { reference: "ORDER-2" },
    });
    const early = arrival({
      receivedAt: T,
      intake: "a".repeat(64),
      line: 3,
      details: { reference: "ORDER-1" },
    });
    expect(mergeObservation(late, early)).toMatchObject({
      receivedAt: T,
      intake: "a".repeat(64),
      line: 3,
      details: { reference: "ORDER-1" },
      filledLater: null,
    });
  });

  it("lets an earlier arrival take a detail back from one that filled it later", () => {
    const empty = arrival({ receivedAt: T });
    const third = arrival({ receivedAt: T + 2 * MINUTE, details: { location: "3" } });
    const second = arrival({ receivedAt: T + MINUTE, details: { location: "2" } });
    const merged = mergeObservation(mergeObservation(empty, third), second);
    expect(merged.details.location).toBe("2");
    expect(merged.filledLater).toEqual({ location: T + MINUTE });
  });

  it("knows the newest reply that lists it", () => {
    const listedAt = (a: number | null, b: number | null) =>
      mergeObservation(arrival({ lastListedAt: a }), arrival({ lastListedAt: b })).lastListedAt;
    expect(listedAt(T, T + MINUTE)).toBe(T + MINUTE);
    expect(listedAt(T + MINUTE, T)).toBe(T + MINUTE);
    expect(listedAt(null, T)).toBe(T);
    expect(listedAt(null, null)).toBeNull();
  });
});
