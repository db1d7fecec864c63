import { describe, expect, it } from "vitest";
import { toFindingId } from "../../src/reconcile/finding-id.ts";
import { BARCODE, timeOf } from "../support/observations.ts";

const T = timeOf("10:00:00");

describe("toFindingId", () => {
  const id = toFindingId("missing_in_new", BARCODE, "sorted", T, 0);

  it("is the same for the same thing", () => {
    expect(toFindingId("missing_in_new", BARCODE, "sorted", T, 0)).toBe(id);
  });

  it("does not see fractions of a second", () => {
    expect(toFindingId("missing_in_new", BARCODE, "sorted", T + 999, 0)).toBe(id);
  });

  it.each([
    ["kind", toFindingId("missing_in_legacy", BARCODE, "sorted", T, 0)],
    ["barcode", toFindingId("missing_in_new", "3SDEVC000000000", "sorted", T, 0)],
    ["subject", toFindingId("missing_in_new", BARCODE, "in_transit", T, 0)],
    ["second", toFindingId("missing_in_new", BARCODE, "sorted", T + 1000, 0)],
    ["absent second", toFindingId("missing_in_new", BARCODE, "sorted", null, 0)],
    ["position among equals", toFindingId("missing_in_new", BARCODE, "sorted", T, 1)],
  ])("is another for another %s", (_name, other) => {
    expect(other).not.toBe(id);
  });
});
