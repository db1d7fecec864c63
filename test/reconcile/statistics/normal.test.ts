import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chiSquareSurvival } from "../../../src/reconcile/statistics/chi-square.ts";
import { normalQuantile, twoSidedZ } from "../../../src/reconcile/statistics/normal.ts";
import { expectClose } from "./close.ts";

describe("normalQuantile", () => {
  // The three checks that Wichura 1988 prints with his algorithm, one for each of its ranges.
  it.each([
    [0.25, -0.6744897501960817],
    [0.001, -3.090232306167814],
    [1e-20, -9.26234008979841],
  ])("of %s is as Wichura prints it", (probability, z) => {
    expectClose(normalQuantile(probability), z, 1e-15);
  });

  // The table of every textbook, to the digits of R 4 (qnorm).
  it.each([
    [0.9, 1.2815515655446004],
    [0.95, 1.6448536269514722],
    [0.975, 1.959963984540054],
    [0.995, 2.5758293035489004],
    [0.9995, 3.2905267314919255],
    [0.02425, -1.972961051311885],
    [1e-300, -37.0470962993612],
  ])("of %s is that of the tables", (probability, z) => {
    expectClose(normalQuantile(probability), z, 1e-13);
  });

  it("is undone by the chi-square distribution with one degree of freedom", () => {
    fc.assert(
      fc.property(fc.double({ min: -300, max: Math.log10(0.5), noNaN: true }), (exponent) => {
        const probability = 10 ** exponent;
        expectClose(chiSquareSurvival(normalQuantile(probability) ** 2, 1), 2 * probability, 1e-11);
      }),
    );
  });

  it.each([0, 1, -0.1, Number.NaN])("refuses %s", (probability) => {
    expect(() => normalQuantile(probability)).toThrow(RangeError);
  });
});

describe("twoSidedZ", () => {
  it("leaves half of the error on each side", () => {
    expectClose(twoSidedZ(0.95), 1.959963984540054, 1e-14);
  });
});
