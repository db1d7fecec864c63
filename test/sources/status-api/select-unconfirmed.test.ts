import { describe, expect, it } from "vitest";
import type { Pushed } from "../../../src/sources/status-api/select-unconfirmed.ts";
import { selectUnconfirmed } from "../../../src/sources/status-api/select-unconfirmed.ts";
import { HOUR, timeOf } from "../../support/observations.ts";
import { parcelOf } from "../../support/store-rows.ts";

const NOW = timeOf("2026-03-07T20:00:00Z");
const REACH = { settleNewMs: 2 * HOUR, reachMs: 72 * HOUR, now: NOW };
const P1 = parcelOf(1);

function isSelected(at: readonly number[], listedAt: number | null, askedAbout?: number): boolean {
  const asked = new Map(askedAbout === undefined ? [] : [[P1, { at: NOW, times: 1, about: askedAbout }]]);
  return selectUnconfirmed([{ barcode: P1, at, listedAt }], asked, REACH).length === 1;
}

describe("selectUnconfirmed", () => {
  const about = NOW - 5 * HOUR;

  it("takes what no reply lists, or only replies that came before the new side had its time", () => {
    expect(isSelected([about], null)).toBe(true);
    expect(isSelected([about], about + 2 * HOUR - 1)).toBe(true);
    expect(isSelected([about], about + 2 * HOUR)).toBe(false);
  });

  it("goes by the newest that has had its time, and not too far back", () => {
    expect(isSelected([NOW - 2 * HOUR + 1], null)).toBe(false);
    expect(isSelected([NOW - HOUR, about], about + 3 * HOUR)).toBe(false);
    expect(isSelected([about - 9 * HOUR, about], about + HOUR)).toBe(true);
    expect(isSelected([NOW - 72 * HOUR], null)).toBe(false);
    expect(isSelected([], null)).toBe(false);
  });

  it("lets be what was not known when it was asked for, until more is pushed", () => {
    expect(isSelected([about], null, about)).toBe(false);
    expect(isSelected([about], null, about - 1)).toBe(true);
  });

  it("gives the oldest first", () => {
    const pushed = (n: number, hours: number): Pushed => ({
      barcode: parcelOf(n),
      at: [NOW - hours * HOUR],
      listedAt: null,
    });
    const selected = selectUnconfirmed([pushed(1, 3), pushed(3, 9), pushed(2, 9)], new Map(), REACH);
    expect(selected.map(({ barcode }) => barcode)).toEqual([2, 3, 1].map(parcelOf));
  });
});
