import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Sighting, Traffic } from "../../src/domain/traffic.ts";
import { addTraffic, NO_TRAFFIC, TRAFFIC_FIELDS } from "../../src/domain/traffic.ts";
import { findDrift } from "../../src/reconcile/find-drift.ts";

const DAY_MS = 86_400_000;
const FIRST = 20_500;
const KNOWN = new Map([["sorted", "sorted"]]);

/** Days with rows; `rates`: of each day, the share of its rows that have a reference. */
function aTraffic(rates: readonly number[], rows = 500, more: Partial<Traffic> = {}): Traffic {
  const days = rates.map((rate, i) => {
    const filled = TRAFFIC_FIELDS.map((field) => (field === "reference" ? Math.round(rate * rows) : rows));
    return [FIRST + i, { rows, filled }] as const;
  });
  return { ...NO_TRAFFIC, days: new Map(days), ...more };
}

const seen = (day: number, sample: string | null = null): Sighting => ({
  firstAt: (FIRST + day) * DAY_MS,
  count: 5,
  sample,
});

const drift = (traffic: Traffic) => findDrift(traffic, KNOWN);
const gone = (...args: Parameters<typeof aTraffic>) => drift(aTraffic(...args));

describe("findDrift, of a field", () => {
  it("says that it is gone, since when, and how much it was", () => {
    const [notice, ...others] = gone([1, 0.99, 1, 1, 0, 0]);
    expect(others).toEqual([]);
    expect(notice).toEqual({
      what: "gone",
      field: "reference",
      usual: 0.9975,
      now: 0,
      firstSeenAt: (FIRST + 4) * DAY_MS,
      count: 1000,
      sample: null,
    });
  });

  it("shows a payload that lacks it, of the days on which it is gone only", () => {
    const lacking = (day: number) =>
      new Map([["reference", { at: (FIRST + day) * DAY_MS, sample: "{}" }]] as const);
    expect(gone([1, 1, 1, 1, 0], 500, { lacking: lacking(4) })[0]?.sample).toBe("{}");
    expect(gone([1, 1, 1, 1, 0], 500, { lacking: lacking(2) })[0]?.sample).toBeNull();
  });

  it.each([
    ["it is still there", [1, 1, 1, 1, 1]],
    ["it was never there", [0, 0, 0, 0, 0]],
    ["it fell, and not by half", [0.9, 0.9, 0.9, 0.9, 0.5]],
    ["some fill it and some do not, from day to day", [0.6, 0.1, 0.7, 0.3, 0.06]],
    ["it came back", [1, 1, 1, 1, 0, 1, 1, 1]],
    ["there are too few days before", [1, 1, 0]],
    ["it grew", [0.1, 0.1, 0.1, 0.1, 0.9]],
  ])("is quiet where %s", (_what, rates) => {
    expect(gone(rates)).toEqual([]);
  });

  it("is quiet where too few rows could be chance", () => {
    expect(gone([0.05, 0.05, 0.05, 0.05, 0], 100)).toEqual([]);
    expect(gone([0.05, 0.05, 0.05, 0.05, 0], 5000)).toHaveLength(1);
    expect(gone([1, 1, 1, 1, 1, 0], 40)).toEqual([]);
    expect(gone([1, 1, 1, 1, 1, 0, 0], 40)).toHaveLength(1);
  });

  it("lets go of it after two weeks", () => {
    const rates = (days: number) => [1, 1, 1, 1, ...Array.from({ length: days }, () => 0)];
    expect(gone(rates(14))).toHaveLength(1);
    expect(gone(rates(15))).toEqual([]);
  });

  it("does not cry wolf of chance, whatever the rate", () => {
    const arbitraryDay = (rate: number, rows: number) =>
      fc
        .array(fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), {
          minLength: rows,
          maxLength: rows,
        })
        .map((dice) => dice.filter((die) => die < rate).length / rows);
    const days = fc
      .tuple(fc.double({ min: 0.01, max: 1, noNaN: true }), fc.integer({ min: 20, max: 120 }))
      .chain(([rate, rows]) =>
        fc.tuple(fc.constant(rows), fc.array(arbitraryDay(rate, rows), { minLength: 4, maxLength: 8 })),
      );
    // Unbiased: fast-check's own taste for edges is no chance.
    fc.assert(
      fc.property(fc.noBias(days), ([rows, rates]) => {
        expect(gone(rates, rows)).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });
});

describe("findDrift, of paths, kinds and codes", () => {
  const paths = (entries: Readonly<Record<string, Sighting>>): Partial<Traffic> => ({
    paths: new Map(Object.entries(entries)),
  });
  const of = (more: Partial<Traffic>, days = 6, rows = 100) =>
    drift(
      aTraffic(
        Array.from({ length: days }, () => 1),
        rows,
        more,
      ),
    );

  it("says that a path is new, and nothing of what stands in it", () => {
    const found = of(
      paths({
        "item object": seen(0),
        "item.photo object": seen(4, '{"item":{}}'),
        "item.photo.url text": seen(4),
        "item.photo.sizes list": seen(4),
        "item.photo.sizes[] number": seen(4),
      }),
    );
    expect(found).toEqual([
      {
        what: "new",
        path: "item.photo",
        kind: "object",
        firstSeenAt: (FIRST + 4) * DAY_MS,
        count: 5,
        sample: '{"item":{}}',
      },
    ]);
  });

  it("says that a path holds another kind of value", () => {
    expect(of(paths({ "no text": seen(0), "no number": seen(5) }))).toMatchObject([
      { what: "type", path: "no", kind: "number", usualKinds: ["text"] },
    ]);
  });

  it("says that a code is new which the contract does not know", () => {
    const codes = new Map([
      ["sorted", seen(5)],
      ["hub_out", seen(5, '{"code":"hub_out"}')],
      ["old", seen(0)],
    ]);
    expect(of({ codes })).toEqual([
      {
        what: "code",
        code: "hub_out",
        firstSeenAt: (FIRST + 5) * DAY_MS,
        count: 5,
        sample: '{"code":"hub_out"}',
      },
    ]);
  });

  it.each([
    ["while it learns", paths({ "a text": seen(0), "b text": seen(2) }), 6, 100],
    ["before 200 rows", paths({ "a text": seen(0), "b text": seen(3) }), 6, 60],
    ["of nothing where something may stand", paths({ "a text": seen(0), "a null": seen(5) }), 6, 100],
    ["of something where nothing stood", paths({ "a null": seen(0), "a text": seen(5) }), 6, 100],
    ["two weeks later", paths({ "a text": seen(0), "b text": seen(4) }), 19, 100],
    ["of no traffic", {}, 0, 0],
  ] as const)("is quiet %s", (_when, more, days, rows) => {
    expect(of(more, days, rows)).toEqual([]);
  });

  it("would not be quiet a row or a day later", () => {
    expect(of(paths({ "a text": seen(0), "b text": seen(3) }), 6, 67)).toHaveLength(1);
    expect(of(paths({ "a text": seen(0), "b text": seen(4) }), 18, 100)).toHaveLength(1);
  });
});

describe("addTraffic", () => {
  const arbitrarySighting = fc.record({ firstAt: fc.nat(9), count: fc.nat(9), sample: fc.constant(null) });
  const arbitraryTraffic: fc.Arbitrary<Traffic> = fc.record({
    days: fc
      .dictionary(fc.constantFrom("1", "2"), fc.nat(9))
      .map(
        (days) => new Map(Object.entries(days).map(([day, rows]) => [Number(day), { rows, filled: [rows] }])),
      ),
    paths: fc
      .dictionary(fc.constantFrom("a text", "b text"), arbitrarySighting)
      .map((all) => new Map(Object.entries(all))),
    codes: fc.constant(new Map()),
    lacking: fc
      .option(fc.nat(9), { nil: undefined })
      .map((at) => new Map(at === undefined ? [] : [["reference", { at, sample: "{}" }] as const])),
  });
  const sorted = (traffic: Traffic) =>
    Object.values(traffic).map((map: ReadonlyMap<unknown, unknown>) =>
      [...map].sort(([a], [b]) => String(a).localeCompare(String(b))),
    );

  it("gives the same in whatever order and pieces", () => {
    fc.assert(
      fc.property(arbitraryTraffic, arbitraryTraffic, arbitraryTraffic, (a, b, c) => {
        expect(sorted(addTraffic(a, b))).toEqual(sorted(addTraffic(b, a)));
        expect(sorted(addTraffic(addTraffic(a, b), c))).toEqual(sorted(addTraffic(a, addTraffic(b, c))));
        expect(sorted(addTraffic(a, NO_TRAFFIC))).toEqual(sorted(a));
      }),
    );
  });
});
