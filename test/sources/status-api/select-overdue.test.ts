import { describe, expect, it } from "vitest";
import type { Barcode } from "../../../src/domain/barcode.ts";
import { FINDING_KINDS } from "../../../src/domain/finding.ts";
import type { Asked } from "../../../src/sources/status-api/select-overdue.ts";
import { makeOverdueSelector, toAsked } from "../../../src/sources/status-api/select-overdue.ts";
import { HOUR, timeOf } from "../../support/observations.ts";
import { aFinding, parcelOf } from "../../support/store-rows.ts";

const NOW = timeOf("2026-03-07T20:00:00Z");
const SETTLE = 2 * HOUR;

function select(
  findings: Parameters<ReturnType<typeof makeOverdueSelector>["add"]>[0],
  asked: ReadonlyMap<Barcode, Asked> = new Map(),
) {
  const selector = makeOverdueSelector(asked, SETTLE, NOW);
  for (const finding of findings) selector.add([finding]);
  return selector.finish();
}

describe("makeOverdueSelector", () => {
  it("takes the kinds that a reply may settle, and no others", () => {
    const kinds = FINDING_KINDS.filter(
      (kind) => select([aFinding({ kind, legacyAt: NOW - SETTLE })]).length > 0,
    );
    expect(kinds).toEqual(["missing_in_new", "parcel_missing_in_new", "push_missed", "pull_missed"]);
  });

  it("waits until the new side has had its time", () => {
    expect(select([aFinding({ legacyAt: NOW - SETTLE + 1 })])).toEqual([]);
    expect(select([aFinding({ legacyAt: null, newAt: NOW - SETTLE })])).toHaveLength(1);
    expect(select([aFinding({ legacyAt: null, newAt: null })])).toEqual([]);
  });

  it("gives each parcel once, the oldest first", () => {
    const at = (n: number, hours: number) => aFinding({ barcode: parcelOf(n), legacyAt: NOW - hours * HOUR });
    expect(select([at(2, 5), at(1, 4), at(1, 9), at(3, 5)])).toEqual([
      { barcode: parcelOf(1), since: NOW - 9 * HOUR, about: NOW - 4 * HOUR },
      { barcode: parcelOf(2), since: NOW - 5 * HOUR, about: NOW - 5 * HOUR },
      { barcode: parcelOf(3), since: NOW - 5 * HOUR, about: NOW - 5 * HOUR },
    ]);
  });

  it.each([
    [1, 2],
    [2, 4],
    [3, 8],
    [5, 32],
  ])("after %i questions about the same waits %i hours", (times, hours) => {
    const about = NOW - 100 * HOUR;
    const asked = (at: number) => new Map([[parcelOf(1), { at, times, about }]]);
    expect(select([aFinding({ legacyAt: about })], asked(NOW - hours * HOUR))).toHaveLength(1);
    expect(select([aFinding({ legacyAt: about })], asked(NOW - hours * HOUR + 1))).toEqual([]);
  });

  it("gives up after six, until something else is missing", () => {
    const about = NOW - 100 * HOUR;
    const asked = new Map([[parcelOf(1), { at: NOW - 90 * HOUR, times: 6, about }]]);
    expect(select([aFinding({ legacyAt: about })], asked)).toEqual([]);
    expect(select([aFinding({ legacyAt: about + HOUR })], asked)).toHaveLength(1);
    const justAsked = new Map([[parcelOf(1), { at: NOW - SETTLE + 1, times: 6, about }]]);
    expect(select([aFinding({ legacyAt: about + HOUR })], justAsked)).toEqual([]);
  });
});

describe("toAsked", () => {
  it("counts the questions about the same", () => {
    const once = toAsked(undefined, 5, 10);
    expect(once).toEqual({ at: 10, times: 1, about: 5 });
    expect(toAsked(once, 5, 20)).toEqual({ at: 20, times: 2, about: 5 });
    expect(toAsked({ at: 20, times: 2, about: 5 }, 6, 30)).toEqual({ at: 30, times: 1, about: 6 });
  });
});
