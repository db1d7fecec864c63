import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bisect, bisectWhole, leastWhole } from "../../../src/reconcile/statistics/search.ts";

describe("bisect", () => {
  it("finds the end to the last bit, also of something tiny", () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-300, max: 0.99, noNaN: true }), (end) => {
        expect(bisect((value) => value <= end, 0, 1)).toBe(end);
      }),
    );
  });
});

describe("bisectWhole and leastWhole", () => {
  it("find the number at which the condition changes", () => {
    fc.assert(
      fc.property(fc.nat(1e9), fc.nat(1000), (end, from) => {
        expect(leastWhole((count) => count >= end, from)).toBe(Math.max(end, from));
        expect(bisectWhole((count) => count <= end, 0, 2e9)).toBe(end);
      }),
    );
  });

  it("gives up where nothing is enough", () => {
    expect(() => leastWhole(() => false, 1)).toThrow(RangeError);
  });
});
