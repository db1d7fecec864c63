import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodePlan, encodePlan } from "../../src/store/plan-codec.ts";
import type { RunPlan } from "../../src/store/run-access.ts";
import { arbitraryText } from "../support/arbitrary-kept.ts";

const arbitraryAt = fc.maxSafeInteger();
const arbitraryPlan: fc.Arbitrary<RunPlan> = fc.record({
  runId: arbitraryText,
  job: fc.option(arbitraryText),
  now: arbitraryAt,
  exhaustedRules: fc.array(fc.string()),
  fingerprint: arbitraryText,
  deliveriesFingerprint: arbitraryText,
  selection: fc.oneof(
    fc.constant({ kind: "all" as const }),
    fc.record({ kind: fc.constant("touched" as const), now: arbitraryAt, deliveriesMoved: fc.boolean() }),
  ),
  rulesChanged: fc.boolean(),
  progress: fc.record({
    watermarks: fc.record({ legacy: fc.option(arbitraryAt), new: fc.option(arbitraryAt) }),
    deliveries: fc
      .array(fc.tuple(arbitraryText, fc.record({ firstAt: arbitraryAt, lastAt: arbitraryAt })))
      .map((windows) => new Map(windows)),
  }),
});

describe("encodePlan", () => {
  it("writes a text that gives the same plan back, in UTF-8 and in a database's text", () => {
    fc.assert(
      fc.property(arbitraryPlan, (plan) => {
        const text = encodePlan(plan);
        expect(decodePlan(text)).toEqual(plan);
        expect(Buffer.from(text).toString("utf8")).toBe(text);
        expect(text).not.toContain("\u0000");
      }),
    );
  });

  it("keeps the order of the customers", () => {
    const windows = ["2", "10", "1"].map((customer) => [customer, { firstAt: 1, lastAt: 2 }] as const);
    fc.assert(
      fc.property(arbitraryPlan, ({ progress, ...plan }) => {
        const deliveries = new Map(windows);
        const again = decodePlan(encodePlan({ ...plan, progress: { ...progress, deliveries } }));
        expect([...again.progress.deliveries.keys()]).toEqual(["2", "10", "1"]);
      }),
      { numRuns: 5 },
    );
  });
});
