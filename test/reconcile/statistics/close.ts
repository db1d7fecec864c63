import { expect } from "vitest";

/** Compares by the share they differ by, so that a tiny number is held to its own digits. */
export function expectClose(actual: number, expected: number, tolerance = 1e-10): void {
  const apart = Math.abs(actual - expected);
  expect(apart, `${actual} should be ${expected}`).toBeLessThanOrEqual(
    tolerance * Math.max(Math.abs(expected), Number.MIN_VALUE),
  );
}
