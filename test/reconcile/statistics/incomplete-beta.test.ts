import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { binomialAtLeast, binomialAtMost } from "../../../src/reconcile/statistics/exact-binomial.ts";
import { betaTails } from "../../../src/reconcile/statistics/incomplete-beta.ts";
import { expectClose } from "./close.ts";
import { atMostExactly } from "./exactly.ts";

describe("betaTails", () => {
  it("has the closed forms that are known", () => {
    expectClose(betaTails(1, 7, 0.2).above, 0.8 ** 7, 1e-14);
    expectClose(betaTails(7, 1, 0.2).below, 0.2 ** 7, 1e-14);
    expectClose(betaTails(0.5, 0.5, 0.3).below, (2 / Math.PI) * Math.asin(Math.sqrt(0.3)), 1e-14);
  });

  // scipy 1.17.1: special.betainc(a, b, x), special.betaincc(a, b, x)
  it.each([
    [1, 1e7, 1e-7, 0.6321205772225305, 0.3678794227774695],
    [100.5, 1e6, 1.2e-4, 0.9689667515521811, 0.031033248447818733],
    [5000, 7000, 0.4, 0.00010062185380799715, 0.999899378146192],
    [0.5, 12, 0.001, 0.12188002443751801, 0.878119975562482],
    [1e6, 1e6, 0.5005, 0.9213504224190758, 0.07864957758092468],
  ])("of a %s, b %s at %s is as scipy says", (a, b, x, below, above) => {
    const tails = betaTails(a, b, x);
    expectClose(tails.below, below, 1e-11);
    expectClose(tails.above, above, 1e-11);
  });

  it("keeps eight digits of the smaller tail of a thousand million", () => {
    // mpmath 1.3 with 40 digits: betainc(3, 10**9, 0, mpf("1e-8"), regularized=True)
    const tails = betaTails(3, 1e9, 1e-8);
    expectClose(tails.below, 0.9972306044206882, 1e-10);
    expectClose(tails.above, 1 - 0.9972306044206882, 2e-8);
  });

  it("is all or nothing at the ends", () => {
    expect(betaTails(2, 3, 0)).toEqual({ below: 0, above: 1 });
    expect(betaTails(2, 3, 1)).toEqual({ below: 1, above: 0 });
  });
});

describe("binomialAtMost and binomialAtLeast", () => {
  it("are the sums of whole numbers that they stand for, also where these are tiny", () => {
    const arbitrary = fc
      .record({ trials: fc.integer({ min: 1, max: 150 }), over: fc.integer({ min: 1, max: 999 }) })
      .chain(({ trials, over }) =>
        fc.record({ trials: fc.constant(trials), over: fc.constant(over), hits: fc.nat(trials) }),
      );
    fc.assert(
      fc.property(arbitrary, ({ hits, trials, over }) => {
        expectClose(
          binomialAtMost({ hits, trials }, over / 1000),
          atMostExactly({ hits, trials }, [over, 1000]),
          1e-11,
        );
        // At least k of one kind is at most n − k of the other.
        expectClose(
          binomialAtLeast({ hits, trials }, over / 1000),
          atMostExactly({ hits: trials - hits, trials }, [1000 - over, 1000]),
          1e-11,
        );
      }),
    );
  });
});
