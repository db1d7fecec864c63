import { describe, expect, it } from "vitest";
import { type ReportedFinding, scoreFindings } from "../../src/sandbox/score.ts";
import type { TruthFinding } from "../../src/sandbox/truth.ts";

const planted = (wanted: Partial<TruthFinding>): TruthFinding => ({
  kind: "missing_in_new",
  barcode: "3SDEVC000000001",
  status: null,
  legacyStatus: null,
  newStatus: null,
  code: null,
  field: null,
  state: "open",
  ...wanted,
});
const score = (truth: TruthFinding[], reported: ReportedFinding[]) =>
  scoreFindings({ findings: truth }, reported);

describe("scoreFindings", () => {
  it("finds a planted finding again whatever the case and blanks of its texts", () => {
    const truth = [planted({ status: "sorted" }), planted({ kind: "unmapped_code", code: "W01" })];
    const reported = [
      { kind: "missing_in_new", barcode: " 3sdevc000000001", status: "Sorted", state: "open" },
      { kind: "unmapped_code", barcode: "3SDEVC000000001", code: "w01", state: "open" },
    ];
    expect(score(truth, reported)).toEqual({ hits: 2, missed: [], false: [] });
  });

  it("does not take another status, state, field or pair of statuses for the planted one", () => {
    const truth = [
      planted({ status: "sorted" }),
      planted({ status: "held" }),
      planted({ kind: "detail_mismatch", status: "sorted", field: "location" }),
      planted({ kind: "status_mismatch", legacyStatus: "sorted", newStatus: "held" }),
    ];
    const reported = [
      planted({ status: "accepted" }),
      planted({ status: "held", state: "pending" }),
      planted({ kind: "detail_mismatch", status: "sorted", field: "reference" }),
      planted({ kind: "status_mismatch", legacyStatus: "held", newStatus: "sorted" }),
    ];
    expect(score(truth, reported)).toEqual({ hits: 0, missed: truth, false: reported });
  });

  it("compares only what the kind is about", () => {
    const truth = [
      planted({ kind: "unmapped_code", code: "W01" }),
      planted({ kind: "parcel_missing_in_new" }),
    ];
    const reported = [
      planted({ kind: "unmapped_code", code: "W01", newStatus: "sorted" }),
      planted({ kind: "parcel_missing_in_new", status: "announced" }),
    ];
    expect(score(truth, reported).hits).toBe(2);
  });

  it("counts each planted finding once, so that a second report of it is false", () => {
    const finding = planted({ status: "sorted" });
    expect(score([finding], [finding, finding])).toEqual({ hits: 1, missed: [], false: [finding] });
    expect(score([finding, finding], [finding])).toEqual({ hits: 1, missed: [finding], false: [] });
  });

  it("leaves out what is resolved or known", () => {
    const reported = [planted({ state: "open" }), { kind: "x", barcode: "Y", state: "resolved" }];
    expect(score([], [{ ...reported[1]!, state: "known" }, reported[1]!]).false).toEqual([]);
  });
});
