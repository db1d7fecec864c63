import { describe, expect, it } from "vitest";
import { toMatchRates } from "../../src/report/to-match-rates.ts";
import { aReconcileReport } from "../support/report-data.ts";

const parcels = { total: 100, matched: 100, known: 0, mismatched: 0, pending: 0, notProven: 0 };

describe("toMatchRates", () => {
  it("takes pending and not proven parcels out of the decided, and nothing else", () => {
    expect(toMatchRates(aReconcileReport().parcels)).toMatchObject({
      matched: 12_391,
      total: 12_480,
      decided: 12_434,
    });
    expect(
      toMatchRates({ ...parcels, matched: 60, known: 10, mismatched: 10, pending: 15, notProven: 5 }),
    ).toMatchObject({
      matched: 60,
      decided: 80,
    });
  });

  it("uses the rule of three only when nothing is mismatched among 30 decided parcels or more", () => {
    expect(toMatchRates(parcels).ruleOfThree).toBe("holds");
    expect(toMatchRates({ ...parcels, total: 30, matched: 30 }).ruleOfThree).toBe("holds");
    expect(toMatchRates({ ...parcels, total: 29, matched: 29 }).ruleOfThree).toBe("too_few");
    expect(toMatchRates({ ...parcels, matched: 99, mismatched: 1 }).ruleOfThree).toBe("no_use");
    expect(toMatchRates({ ...parcels, matched: 0, pending: 100 }).ruleOfThree).toBe("no_use");
  });
});
