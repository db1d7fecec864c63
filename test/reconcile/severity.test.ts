import { describe, expect, it } from "vitest";
import type { FindingKind, Severity } from "../../src/domain/finding.ts";
import { FINDING_KINDS } from "../../src/domain/finding.ts";
import { severityOf } from "../../src/reconcile/severity.ts";

/** Section 5 of the meaning: for a status that is not final, and for one that is. */
const EXPECTED: Readonly<Record<FindingKind, readonly [Severity, Severity]>> = {
  final_conflict: ["critical", "critical"],
  parcel_missing_in_new: ["critical", "critical"],
  parcel_missing_in_legacy: ["critical", "critical"],
  missing_in_new: ["high", "critical"],
  missing_in_legacy: ["high", "critical"],
  status_mismatch: ["high", "high"],
  unknown_status: ["high", "high"],
  status_after_final: ["high", "high"],
  unmapped_code: ["medium", "medium"],
  time_mismatch: ["medium", "medium"],
  order_mismatch: ["medium", "medium"],
  push_missed: ["medium", "medium"],
  pull_missed: ["medium", "medium"],
  detail_mismatch: ["low", "low"],
  duplicate_push: ["low", "low"],
};

describe("severityOf", () => {
  it.each(FINDING_KINDS)("%s", (kind) => {
    expect([severityOf(kind, "a", false, {}), severityOf(kind, "a", true, {})]).toEqual(EXPECTED[kind]);
  });

  it("is adjusted per kind", () => {
    const overrides = { missing_in_new: "low" } as const;
    expect(severityOf("missing_in_new", "sorted", false, overrides)).toBe("low");
    expect(severityOf("missing_in_new", "delivered", true, overrides)).toBe("low");
    expect(severityOf("missing_in_legacy", "sorted", false, overrides)).toBe("high");
  });

  it("is adjusted per status, the narrower word winning", () => {
    const overrides = { missing_in_new: "low", "missing_in_new/sorted": "critical" } as const;
    expect(severityOf("missing_in_new", "sorted", false, overrides)).toBe("critical");
    expect(severityOf("missing_in_new", "in_transit", false, overrides)).toBe("low");
  });
});
