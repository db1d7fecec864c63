import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FactCounter } from "../../../src/reconcile/facts/count-facts.ts";
import { makeFactCodec } from "../../../src/reconcile/facts/encode-facts.ts";
import type { EpisodeFact, ParcelFacts } from "../../../src/reconcile/facts/parcel-facts.ts";
import { PLACES, STANDINGS } from "../../../src/reconcile/facts/parcel-facts.ts";
import type { Sums } from "../../../src/reconcile/facts/sums.ts";
import { addSums } from "../../../src/reconcile/facts/sums.ts";

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
  notices: fc.uniqueArray(
    fc.record({ code: fc.constantFrom("N01", "N|2", ""), beside: fc.subarray(["sorted", "delivered"]) }),
    { selector: ({ code }) => code },
  ),
  episodes: fc.array(arbitraryEpisode, { maxLength: 6 }),
});

const sumOf = (...parcels: readonly ParcelFacts[]): Sums => {
  const counter = new FactCounter();
  for (const facts of parcels) counter.add(facts, 1);
  return counter.takeSums();
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
        const counter = new FactCounter();
        for (const parcel of [...others, facts]) counter.add(parcel, 1);
        counter.add(decode(encode(facts)), -1);
        expect(counter.takeSums()).toEqual(sumOf(...others));
        expect(counter.takeSums()).toEqual(new Map());
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
      notices: [
        { code: "N01", beside: ["delivered", "sorted"] },
        { code: "N02", beside: [] },
      ],
      episodes: [fact],
    });
    expect(Object.fromEntries(sums)).toEqual({
      "known|a": 2,
      "notice|N01|delivered": 1,
      "notice|N01|sorted": 1,
      "notice|N02|": 1,
      "day|2026-03-07|all||clean": 1,
      "day|2026-03-07|status|sorted|clean": 1,
      "day|2026-03-07|customer|11223344|clean": 1,
      "day|2026-03-07|product|003085|clean": 1,
      "day|2026-03-07|channel|webhook|clean": 1,
      "code|J01|sorted|agreed": 1,
      "codeday|2026-03-07|J01": 1,
      "codeday|2026-03-07|J05": 1,
      "codeok|2026-03-07|J01": 1,
      "codeok|2026-03-07|J05": 1,
      "lag|legacy-scan|sorted|47": 1,
      "lagday|legacy-scan|2026-03-07|47": 1,
      "lag|webhook|sorted|16": 1,
      "lagday|webhook|2026-03-07|16": 1,
      "gain|sorted|47": 1,
      "skew|3": 1,
      "sidelag|legacy|sorted|47": 1,
      "sidelag|new|sorted|16": 1,
      "receiptday|legacy-scan|2026-03-07": 1,
      "receiptday|legacy|2026-03-07": 1,
      "receiptday|webhook|2026-03-07": 1,
      "receiptday|new|2026-03-07": 1,
      "noise|2026-03-07|sorted|scan|clean": 1,
      "witness|J01|scan": 1,
      "side|legacy|2026-03-07|sorted": 1,
      "side|new|2026-03-07|sorted": 1,
      "next|legacy||sorted": 1,
      "next|new||sorted": 1,
      "nextday|2026-03-07||sorted": 1,
    });
  });

  const NO_LAGS = { "legacy-scan": null, "legacy-api": null, webhook: null, "status-api": null } as const;
  const aFact = (changes: Partial<EpisodeFact>): EpisodeFact => ({
    place: "lone",
    standing: "open",
    legacyStatus: null,
    newStatus: null,
    code: null,
    furtherCodes: [],
    at: 1_772_928_000,
    delta: null,
    lags: NO_LAGS,
    hadBothWitnesses: false,
    ...changes,
  });
  const keysOf = (fact: EpisodeFact, family: RegExp): string[] =>
    [...sumOf({ customer: null, product: null, knownDifferences: [], notices: [], episodes: [fact] }).keys()]
      .filter((key) => family.test(key))
      .sort();

  it("count a gain between the two receipts, whatever the two clocks say", () => {
    // The new feed says a minute later and is received 15 s after that, the old one 100 s after its own time: 25 s apart.
    const fact = aFact({
      place: "agreed",
      legacyStatus: "sorted",
      newStatus: "sorted",
      delta: 60,
      lags: { ...NO_LAGS, "legacy-api": 100, "legacy-scan": 9000, webhook: 15, "status-api": 700 },
    });
    expect(keysOf(fact, /^(gain|skew|sidelag)/)).toEqual([
      "gain|sorted|19",
      "sidelag|legacy|sorted|27",
      "sidelag|new|sorted|16",
      "skew|60",
    ]);
  });

  it("count what one side alone told by the hour and the day of its receipt", () => {
    const at = Math.floor(1_772_918_100 / 86_400) * 86_400 + 22.5 * 3600;
    const hour = at / 3600 - 0.5;
    const newSide = aFact({ at, newStatus: "sorted", lags: { ...NO_LAGS, webhook: 7200 } });
    expect(keysOf(newSide, /^(only|receiptday)/)).toEqual([
      `onlynew|sorted|51|${hour + 2}`,
      "receiptday|new|2026-03-08",
      "receiptday|webhook|2026-03-08",
    ]);
    const legacy = aFact({ at, legacyStatus: "sorted", lags: { ...NO_LAGS, "legacy-scan": 60 } });
    expect(keysOf(legacy, /^(only|receiptday)/)).toEqual([
      `onlylegacy|sorted|24|${hour}`,
      "receiptday|legacy-scan|2026-03-07",
      "receiptday|legacy|2026-03-07",
    ]);
  });

  it("count neither side of a pair that differs as alone, nor what a code explains", () => {
    const lags = { ...NO_LAGS, "legacy-scan": 60, webhook: 5 };
    const pair = aFact({ place: "conflicting", legacyStatus: "sorted", newStatus: "held", delta: 0, lags });
    expect(keysOf(pair, /^(only|gain|skew|unlike|lag\|)/)).toEqual([
      "lag|legacy-scan|sorted|24",
      "lag|webhook|held|10",
      "unlike|sorted",
    ]);
    const explained = aFact({ place: "explained", newStatus: "held", lags: { ...NO_LAGS, webhook: 5 } });
    expect(keysOf(explained, /^(only|gain|skew|unlike)/)).toEqual([]);
  });

  it("count what neither old channel told as told by none, where both could have", () => {
    const fact = aFact({ newStatus: "held", lags: { ...NO_LAGS, webhook: 5 }, hadBothWitnesses: true });
    expect(keysOf(fact, /^noise/)).toEqual(["noise|2026-03-08|held|none|open"]);
  });
});
