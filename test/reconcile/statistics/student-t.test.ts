import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { studentCritical, studentTwoSided } from "../../../src/reconcile/statistics/student-t.ts";
import { expectClose } from "./close.ts";

describe("studentCritical", () => {
  // Abramowitz and Stegun, table 26.10, and every textbook.
  it.each([
    [0.05, 1, 12.706],
    [0.05, 2, 4.303],
    [0.05, 7, 2.365],
    [0.01, 7, 3.499],
    [0.001, 7, 5.408],
    [0.05, 30, 2.042],
    [0.05, 120, 1.98],
  ])("of %s with %s degrees of freedom is %s by the table", (significance, degrees, t) => {
    expect(studentCritical(significance, degrees)).toBeCloseTo(t, 3);
  });

  it("undoes studentTwoSided", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1e-6, max: 0.999, noNaN: true }),
        fc.integer({ min: 1, max: 200 }),
        (p, degrees) => {
          expectClose(studentTwoSided(studentCritical(p, degrees), degrees), p, 1e-9);
        },
      ),
    );
  });
});

describe("studentTwoSided", () => {
  // scipy 1.17.1: 2 * stats.t.sf(t, df)
  it.each([
    [2.5, 2.5, 0.1045699630781554],
    [40, 5, 1.8411962171772954e-7],
    [0.1, 30, 0.9210096117902712],
  ])("of %s with %s degrees of freedom is as scipy says", (t, degrees, probability) => {
    expectClose(studentTwoSided(t, degrees), probability, 1e-12);
    expectClose(studentTwoSided(-t, degrees), probability, 1e-12);
  });

  it("has the closed form of Cauchy's distribution with one degree of freedom", () => {
    expectClose(studentTwoSided(3, 1), 1 - (2 / Math.PI) * Math.atan(3), 1e-13);
  });

  it("refuses to work without degrees of freedom", () => {
    expect(() => studentTwoSided(1, 0)).toThrow(RangeError);
  });
});
