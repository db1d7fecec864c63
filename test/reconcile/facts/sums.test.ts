import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { makeFactCodec } from "../../../src/reconcile/facts/encode-facts.ts";
import type { EpisodeFact, ParcelFacts } from "../../../src/reconcile/facts/parcel-facts.ts";
import { PLACES, STANDINGS } from "../../../src/reconcile/facts/parcel-facts.ts";
import type { Sums } from "../../../src/reconcile/facts/sums.ts";
import { addFacts, addSums } from "../../../src/reconcile/facts/sums.ts";

const STATUSES = ["announced", "sorted", "delivered"];
const orNull = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(arbitrary);
const seconds = fc.integer({ min: -86_400, max: 400_000 });
const status = fc.constantFrom(...STATUSES);

const arbitraryEpisode: fc.Arbitrary<EpisodeFact> = fc.record({
  place: fc.constantFrom(...PLACES),
  standing: fc.constantFrom(...STANDINGS),
  legacyStatus: orNull(status),
  newStatus: orNull(status),
  code: fc.constant("J01"),
  furtherCodes: fc.subarray(["J05", "B01"]),
  at: fc.integer({ min: 1_700_000_000, max: 1_800_000_000 }),
  delta: orNull(seconds),
  lags: fc.record({
    "legacy-scan": orNull(seconds),
    "legacy-api": orNull(seconds),
    webhook: orNull(seconds),
    "status-api": orNull(seconds),
  }),
  hadBothWitnesses: fc.boolean(),
});
const arbitraryFacts: fc.Arbitrary<ParcelFacts> = fc.record({
  customer: orNull(fc.constantFrom("11223344", "|")),
  product: orNull(fc.constant("003085")),
  knownDifferences: fc.array(fc.constantFrom("a", "b")),
  episodes: fc.array(arbitraryEpisode, { maxLength: 6 }),
});

const sumOf = (...parcels: readonly ParcelFacts[]): Sums => {
  const sums: Sums = new Map();
  for (const facts of parcels) addFacts(sums, facts, 1);
  return sums;
};

describe("facts", () => {
  const { encode, decode } = makeFactCodec(STATUSES);

  it("come back as they were written", () => {
    fc.assert(
      fc.property(arbitraryFacts, (facts) => {
        expect(decode(encode(facts))).toEqual(facts);
      }),
    );
  });

  it("leave nothing behind when they are taken away", () => {
    fc.assert(
      fc.property(fc.array(arbitraryFacts), arbitraryFacts, (others, facts) => {
        const sums = sumOf(...others, facts);
        addFacts(sums, decode(encode(facts)), -1);
        expect(sums).toEqual(sumOf(...others));
      }),
    );
  });

  it("add up to the same in any order and in any parts", () => {
    fc.assert(
      fc.property(fc.array(arbitraryFacts), fc.array(arbitraryFacts), (some, others) => {
        const parts = sumOf(...some);
        addSums(parts, sumOf(...others));
        expect(parts).toEqual(sumOf(...others, ...some));
      }),
    );
  });

  it("count each episode once in every dimension", () => {
    const fact: EpisodeFact = {
      place: "agreed",
      standing: "clean",
      legacyStatus: "sorted",
      newStatus: "sorted",
      code: "J01",
      furtherCodes: ["J05"],
      at: 1_772_900_000,
      delta: 3,
      lags: { "legacy-scan": 3600, "legacy-api": null, webhook: 15, "status-api": null },
      hadBothWitnesses: true,
    };
    const sums = sumOf({
      customer: "11223344",
      product: "003085",
      knownDifferences: ["a", "a"],
      episodes: [fact],
    });
    expect(Object.fromEntries(sums)).toEqual({
      "known|a": 2,
      "day|2026-03-07|all||clean": 1,
      "day|2026-03-07|status|sorted|clean": 1,
      "day|2026-03-07|customer|11223344|clean": 1,
      "day|2026-03-07|product|003085|clean": 1,
      "day|2026-03-07|channel|webhook|clean": 1,
      "code|J01|sorted|agreed": 1,
      "codeday|2026-03-07|J01": 1,
      "codeday|2026-03-07|J05": 1,
      "lag|legacy-scan|sorted|47": 1,
      "lagday|legacy-scan|2026-03-07|47": 1,
      "lag|webhook|sorted|16": 1,
      "lagday|webhook|2026-03-07|16": 1,
      "gain|sorted|47": 1,
      "skew|3": 1,
      "noise|sorted|scan": 1,
      "witness|J01|scan": 1,
      "side|legacy|2026-03-07|sorted": 1,
      "side|new|2026-03-07|sorted": 1,
      "next|legacy||sorted": 1,
      "next|new||sorted": 1,
    });
  });
});
