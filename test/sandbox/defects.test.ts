import { describe, expect, it } from "vitest";
import { FINDING_KINDS } from "../../src/domain/finding.ts";
import { DEFECT_KINDS, listPlantings } from "../../src/sandbox/defect-kinds.ts";
import { Prng } from "../../src/sandbox/prng.ts";

const plantings = (
  ...[wanted, side, parcels]: [Parameters<typeof listPlantings>[0], "legacy" | "new" | undefined, number]
) => listPlantings(wanted, side, parcels, new Prng(1));

describe("DEFECT_KINDS", () => {
  it("plant every kind of finding that there is", () => {
    const planted = new Set(DEFECT_KINDS.map((kind) => kind.split(":")[0]));
    expect([...planted].sort()).toEqual([...FINDING_KINDS].sort());
  });
});

describe("listPlantings", () => {
  it("gives each defect a parcel of its own, neither the first nor the last", () => {
    const indexes = [...plantings({ missing_in_new: 10, push_missed: 8 }, undefined, 20).keys()];
    expect(indexes.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 18 }, (_, index) => index + 1));
  });

  it("plants as many of each kind as wanted", () => {
    const kinds = [...plantings({ missing_in_new: 3, push_missed: 2 }, undefined, 100).values()];
    expect(Object.groupBy(kinds, (kind) => kind)).toEqual({
      missing_in_new: Array.from({ length: 3 }, () => "missing_in_new"),
      push_missed: ["push_missed", "push_missed"],
    });
  });

  it("takes one of every kind that goes with the feeds", () => {
    const count = (side: "legacy" | "new" | undefined, ending: string) =>
      [...plantings("every-kind", side, 100).values()].filter((kind) => kind.endsWith(ending)).length;
    expect([count(undefined, ":pending"), count(undefined, ":silent")]).toEqual([10, 0]);
    expect([count("new", ":pending"), count("new", ":silent")]).toEqual([0, 5]);
    expect([count("legacy", ":pending"), count("legacy", ":silent")]).toEqual([0, 6]);
  });

  it("refuses more defects than parcels can hold, and kinds that cannot happen", () => {
    expect(() => plantings({ missing_in_new: 9 }, undefined, 10)).toThrow("9 defects in 10 parcels");
    expect(() => plantings({ "missing_in_new:silent": 1 }, "legacy", 10)).toThrow("missing_in_new:silent");
    expect(() => plantings({ "missing_in_new:pending": 1 }, "new", 10)).toThrow("missing_in_new:pending");
  });
});
