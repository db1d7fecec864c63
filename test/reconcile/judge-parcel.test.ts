import { describe, expect, it } from "vitest";
import { judgeParcel } from "../../src/reconcile/judge-parcel.ts";

const OPEN = { state: "open", pendingReason: null } as const;
const EARLY = { state: "pending", pendingReason: "not_settled" } as const;
const SILENT = { state: "pending", pendingReason: "feed_silent" } as const;
const KNOWN = { state: "known", pendingReason: null } as const;
const RESOLVED = { state: "resolved", pendingReason: null } as const;

describe("judgeParcel", () => {
  it.each([
    ["matched", []],
    ["matched", [RESOLVED]],
    ["known", [RESOLVED, KNOWN]],
    ["pending", [KNOWN, EARLY]],
    ["not_proven", [KNOWN, SILENT]],
    ["not_proven", [EARLY, SILENT]],
    ["mismatched", [SILENT, OPEN]],
    ["mismatched", [OPEN, EARLY, KNOWN, RESOLVED]],
  ] as const)("is %s for %j", (verdict, findings) => {
    expect(judgeParcel(findings)).toBe(verdict);
    expect(judgeParcel(findings.toReversed())).toBe(verdict);
  });
});
