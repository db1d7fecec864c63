import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { earnRetry, FULL_BUDGET, spendRetry } from "../../../src/sources/pacing/retry-budget.ts";

describe("the retry budget", () => {
  it("lets ten requests and one in ten be repeated, and no more", () => {
    let budget = FULL_BUDGET;
    let repeated = 0;
    for (let request = 0; request < 1_000; request += 1) {
      budget = earnRetry(budget);
      for (let left = spendRetry(budget); left !== null; left = spendRetry(budget)) {
        budget = left;
        repeated += 1;
      }
    }
    expect(repeated).toBe(10 + 99);
  });

  it("agrees with a count in whole tenths, whatever the order", () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 400 }), (steps) => {
        let budget = FULL_BUDGET;
        let tenths = 100;
        for (const isRequest of steps) {
          if (isRequest) {
            budget = earnRetry(budget);
            tenths = Math.min(100, tenths + 1);
          } else {
            const left = spendRetry(budget);
            expect(left !== null).toBe(tenths >= 10);
            if (left === null) continue;
            budget = left;
            tenths -= 10;
          }
        }
      }),
    );
  });
});
