import { describe, expect, it } from "vitest";
import type { Listing } from "../../../src/sources/status-api/plan-listing.ts";
import { planListing, planNextPage, restartListing } from "../../../src/sources/status-api/plan-listing.ts";
import { HOUR, MINUTE, timeOf } from "../../support/observations.ts";

const NOW = timeOf("10:00:00");
const LISTING: Listing = { from: NOW - HOUR, until: NOW, cursor: "b", loops: 0 };

describe("planListing", () => {
  it("goes on with a listing in progress, however old", () => {
    expect(planListing(NOW, LISTING, 0, NOW + 99 * HOUR)).toBe(LISTING);
  });

  it("lists from the first moment, and then from the mark with an overlap, to now", () => {
    const first = { from: NOW - 48 * HOUR, until: NOW, cursor: null, loops: 0 };
    expect(planListing(null, null, NOW - 48 * HOUR, NOW)).toEqual(first);
    expect(planListing(NOW - HOUR, null, 0, NOW)).toEqual({ ...first, from: NOW - HOUR - 5 * MINUTE });
    expect(planListing(NOW, null, 0, NOW)).toBeNull();
    expect(planListing(NOW + HOUR, null, 0, NOW)).toBeNull();
  });
});

describe("planNextPage", () => {
  it("goes on at the next cursor, and ends without one", () => {
    expect(planNextPage(LISTING, "c", new Set(["a"]))).toEqual({
      kind: "on",
      listing: { ...LISTING, cursor: "c" },
    });
    expect(planNextPage(LISTING, null, new Set(["a"]))).toEqual({ kind: "done", mark: NOW });
  });

  it.each(["a", "b"])(
    "asks the same page again when its cursor %j came before, then the window anew",
    (cursor) => {
      const once = { ...LISTING, loops: 1 };
      expect(planNextPage(LISTING, cursor, new Set(["a"]))).toEqual({ kind: "loop", listing: once });
      expect(planNextPage(once, cursor, new Set(["a"]))).toEqual({
        kind: "loop",
        listing: { ...LISTING, cursor: null, loops: 0 },
      });
    },
  );
});

describe("restartListing", () => {
  it("lists from the same moment, up to now", () => {
    expect(restartListing(LISTING, NOW + HOUR)).toEqual({ ...LISTING, until: NOW + HOUR, cursor: null });
    expect(restartListing(LISTING, NOW - HOUR)).toEqual({ ...LISTING, cursor: null });
  });
});
