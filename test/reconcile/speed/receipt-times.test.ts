import { describe, expect, it } from "vitest";
import { areReceiptsKnown } from "../../../src/reconcile/speed/receipt-times.ts";
import { toSpeedCounts } from "../../../src/reconcile/speed/speed-counts.ts";

type Days = Readonly<Record<string, number>>;

function isKnown(events: Days, receipts: Days): boolean {
  const sums = new Map<string, number>();
  for (const [day, count] of Object.entries(events)) sums.set(`lagday|legacy-scan|${day}|50`, count);
  for (const [day, count] of Object.entries(receipts)) sums.set(`receiptday|legacy-scan|${day}`, count);
  return areReceiptsKnown(toSpeedCounts(sums), "legacy-scan");
}

const days = (count: number, each: number, first = 1): Days =>
  Object.fromEntries(
    Array.from({ length: count }, (_, i) => [`2026-03-${String(first + i).padStart(2, "0")}`, each]),
  );

describe("areReceiptsKnown", () => {
  it("is so for a feed that speaks daily, a day late as well", () => {
    expect(isKnown(days(10, 50), days(10, 50))).toBe(true);
    expect(isKnown(days(10, 50), days(10, 50, 2))).toBe(true);
  });

  it("is not so for a history that was taken in at once, or in two goes", () => {
    expect(isKnown(days(10, 50), { "2026-03-20": 500 })).toBe(false);
    expect(isKnown(days(20, 50), { "2026-03-21": 500, "2026-03-25": 500 })).toBe(false);
  });

  it("is not so for a long history taken in at once, with some live days after it", () => {
    expect(isKnown(days(28, 50), { "2026-03-26": 1300, "2026-03-27": 50, "2026-03-28": 50 })).toBe(false);
  });

  it("is not denied to a feed of a day or two, nor to nothing", () => {
    expect(isKnown(days(2, 50), { "2026-03-02": 100 })).toBe(true);
    expect(isKnown({}, {})).toBe(true);
  });
});
