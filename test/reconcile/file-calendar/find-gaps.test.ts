import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findGaps } from "../../../src/reconcile/file-calendar/find-gaps.ts";
import { HOUR, timeOf } from "../../support/observations.ts";
import { anEntry } from "../../support/scan-file-entries.ts";

const START = timeOf("2026-03-01T00:30:00Z");

/** Files with these numbers, one an hour. */
function filesOf(numbers: readonly number[], digits: number, isDaily = false) {
  return numbers.map((number, i) =>
    anEntry(START + i * HOUR, { name: `${i}`, sequence: { number, digits, isDaily } }),
  );
}

/** What is wrong, in short: `gap 3-4 before 2` (the third file). */
function tell(...args: Parameters<typeof filesOf>): string[] {
  return findGaps(filesOf(...args)).map(
    ({ kind, fromNumber, toNumber, file }) => `${kind} ${fromNumber}-${toNumber} before ${file.name}`,
  );
}

describe("findGaps", () => {
  it.each([
    ["numbers without a gap", [1, 2, 3], 3, []],
    ["one that is missing", [1, 3], 3, ["gap 2-2 before 1"]],
    ["several, in two places", [1, 4, 5, 7], 3, ["gap 2-3 before 1", "gap 6-6 before 3"]],
    ["one that comes later", [1, 3, 2, 4], 3, []],
    ["the same number again", [1, 2, 2, 3], 3, []],
    ["a row that begins anywhere", [517, 518], 3, []],
    ["999, then 000", [998, 999, 0, 1], 3, []],
    ["999, then 001", [998, 999, 1, 2], 3, []],
    ["one that is missing around that", [998, 1], 3, ["gap 999-999 before 1"]],
    ["one that is missing after that", [999, 2], 3, ["gap 1-1 before 1"]],
    ["two rounds", [...Array(25).keys()].map((n) => n % 10), 1, []],
    ["numbers that begin anew", [5230, 5231, 1, 2, 4], 6, ["restarted 5231-1 before 2", "gap 3-3 before 4"]],
    ["no numbers", [], 3, []],
  ])("of %s", (_, numbers, digits, told) => {
    expect(tell(numbers, digits)).toEqual(told);
  });

  it("counts each day by itself where numbers begin anew each day, with 0 or 1", () => {
    const day = Array.from({ length: 24 }, (_, n) => n + 1);
    expect(tell([...day, 1, 2], 3, true)).toEqual([]);
    expect(tell([...day, 2, 4], 3, true)).toEqual(["gap 1-1 before 24", "gap 3-3 before 25"]);
    expect(tell([0, 1, 2], 3, true)).toEqual([]);
  });

  it("leaves files without a number alone", () => {
    expect(findGaps([anEntry(START), anEntry(START + HOUR)])).toEqual([]);
  });

  it("finds exactly the numbers that were taken out, whatever the order of the others (property)", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 9_999 }),
        fc.uniqueArray(fc.integer({ min: 1, max: 58 }), { maxLength: 20 }),
        fc.integer({ min: 0, max: 3 }),
        (first, gone, disorder) => {
          const kept = Array.from({ length: 60 }, (_, n) => n).filter((n) => !gone.includes(n));
          // Neighbours change places.
          for (let i = disorder; i + 1 < kept.length; i += 2 + disorder) {
            [kept[i], kept[i + 1]] = [kept[i + 1] as number, kept[i] as number];
          }
          const found = new Set<number>();
          for (const { kind, fromNumber, toNumber } of findGaps(
            filesOf(
              kept.map((n) => (first + n) % 10_000),
              4,
            ),
          )) {
            expect(kind).toBe("gap");
            for (let n = fromNumber; ; n = (n + 1) % 10_000) {
              found.add(n);
              if (n === toNumber) break;
            }
          }
          const expected = gone.map((n) => (first + n) % 10_000);
          // 0 may be left out where numbers begin anew.
          for (const n of [...found, ...expected]) {
            if (n !== 0) expect([n, found.has(n)]).toEqual([n, expected.includes(n)]);
          }
        },
      ),
    );
  });
});
