import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bucketOf } from "../../src/domain/barcode.ts";
import { findClashes, parcelBucketOf, toEventKey } from "../../src/store/event-keys.ts";
import { arbitraryBarcode, arbitraryText } from "../support/arbitrary-kept.ts";
import { hashOf, parcelOf } from "../support/store-rows.ts";

const PARCEL_SPAN = 2 ** 20;
const keyOf = (identityBits: number, parcelBits: number): number => identityBits * PARCEL_SPAN + parcelBits;
const ascending = (keys: readonly number[]): Float64Array => Float64Array.from(keys).sort();

describe("toEventKey", () => {
  it("gives a whole number that a double holds exactly, and that says the parcel's bucket", () => {
    fc.assert(
      fc.property(arbitraryText, arbitraryBarcode, (identity, barcode) => {
        const key = toEventKey(identity, barcode);
        expect(Number.isSafeInteger(key) && key >= 0 && key < 2 ** 52).toBe(true);
        expect(parcelBucketOf(key)).toBe(bucketOf(barcode));
      }),
    );
  });

  it("agrees for one identity in all bits but those of the parcel", () => {
    fc.assert(
      fc.property(arbitraryText, arbitraryBarcode, arbitraryBarcode, (identity, one, other) => {
        const [a, b] = [toEventKey(identity, one), toEventKey(identity, other)];
        expect(Math.floor(a / PARCEL_SPAN)).toBe(Math.floor(b / PARCEL_SPAN));
      }),
    );
  });

  it("tells the identities of one bucket apart", () => {
    const identities = Array.from({ length: 100_000 }, (_, n) => hashOf(`event ${n}`).slice(0, 32)).filter(
      (identity) => bucketOf(identity) === 5,
    );
    expect(identities.length).toBeGreaterThan(50);
    const keys = identities.map((identity) => toEventKey(identity, parcelOf(1)));
    expect(new Set(keys).size).toBe(identities.length);
  });

  it("is the same for ever: keys are kept", () => {
    expect(toEventKey("00112233445566778899aabbccddeeff", parcelOf(1))).toBe(3_155_245_543_306_502);
  });
});

describe("findClashes", () => {
  /** Few identities and parcels, so that most of them meet. */
  const arbitraryKeys = fc
    .array(fc.tuple(fc.integer({ min: 0, max: 4 }), fc.constantFrom(0, 1, 2, PARCEL_SPAN - 1)), {
      maxLength: 12,
    })
    .map((pairs) => ascending(pairs.map(([identityBits, parcelBits]) => keyOf(identityBits, parcelBits))));

  /** By looking at each pair. */
  const findNaively = (fresh: Float64Array, kept: readonly Float64Array[]): Set<number>[] => {
    const all = [fresh, ...kept].flatMap((keys) => [...keys]);
    const bitsOf = (key: number): number => Math.floor(key / PARCEL_SPAN);
    const clashing = [...fresh]
      .filter((a) => all.some((b) => a !== b && bitsOf(a) === bitsOf(b)))
      .map(bitsOf);
    return [...new Set(clashing)].map((bits) => new Set(all.filter((key) => bitsOf(key) === bits)));
  };
  const byFirst = (a: ReadonlySet<number>, b: ReadonlySet<number>): number => Math.min(...a) - Math.min(...b);

  it("finds every identity of a fresh key that has several parcels, and all its keys once", () => {
    fc.assert(
      fc.property(arbitraryKeys, fc.array(arbitraryKeys, { maxLength: 4 }), (fresh, kept) => {
        const found = findClashes(fresh, kept);
        for (const keys of found) expect(new Set(keys).size).toBe(keys.length);
        expect(found.map((keys) => new Set(keys)).sort(byFirst)).toEqual(
          findNaively(fresh, kept).sort(byFirst),
        );
      }),
      { numRuns: 1000 },
    );
  });

  it.each([
    ["nothing in nothing", [], [], []],
    ["nothing in one key that comes again", [keyOf(7, 1)], [[keyOf(7, 1)]], []],
    ["nothing in neighbours of other identities", [keyOf(7, PARCEL_SPAN - 1)], [[keyOf(8, 0)]], []],
    ["two parcels among the fresh", [keyOf(7, 1), keyOf(7, 2)], [], [[keyOf(7, 1), keyOf(7, 2)]]],
    ["a fresh key and a kept one", [keyOf(7, 1)], [[keyOf(7, 2)]], [[keyOf(7, 1), keyOf(7, 2)]]],
    [
      "a key that comes again behind which another parcel's is kept",
      [keyOf(7, 1)],
      [[keyOf(7, 1), keyOf(7, 2)]],
      [[keyOf(7, 1), keyOf(7, 2)]],
    ],
    ["nothing that only kept keys clash in", [keyOf(6, 1)], [[keyOf(7, 1), keyOf(7, 2)]], []],
  ])("finds %s", (_, fresh, kept, wanted) => {
    const found = findClashes(ascending(fresh), kept.map(ascending));
    expect(found.map((keys) => keys.toSorted((a, b) => a - b))).toEqual(wanted);
  });
});
