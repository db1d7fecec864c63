import { describe, expect, it } from "vitest";
import { evaluate } from "../support/evaluation.ts";
import { MINUTE, push, SECOND, scan, timeOf } from "../support/observations.ts";

const T = timeOf("10:00:00");
const ACCEPTED = [scan("A02", "09:00:00"), push("accepted", "09:00:00")];

/** Which code accounts for which new statuses. */
function explained(...observations: Parameters<typeof evaluate>[0]): Record<string, string[]> {
  const { explanations } = evaluate([...ACCEPTED, ...observations]);
  return Object.fromEntries(
    explanations.map(({ code, explained: by }) => [code, by.map(({ status }) => status)]),
  );
}

describe("explainByCodes", () => {
  it("gives each code with all its sightings, in order", () => {
    const { explanations } = evaluate([...ACCEPTED, scan("X02", T), scan("X01", T + MINUTE), scan("X01", T)]);
    expect(explanations.map(({ code, observations }) => [code, observations.map(({ at }) => at)])).toEqual([
      ["X01", [T, T + MINUTE]],
      ["X02", [T]],
    ]);
  });

  it("gives an episode to the nearer of two codes", () => {
    expect(explained(scan("X01", T), scan("X02", T + 50 * SECOND), push("sorted", T + 40 * SECOND))).toEqual({
      X01: [],
      X02: ["sorted"],
    });
  });

  it("gives it to the earlier of two that are as near", () => {
    expect(explained(scan("X02", T), scan("X01", T + 60 * SECOND), push("sorted", T + 30 * SECOND))).toEqual({
      X01: [],
      X02: ["sorted"],
    });
  });

  it("explains as many episodes as it can", () => {
    const pushes = [push("sorted", T + 60 * SECOND), push("in_transit", T + 160 * SECOND)];
    expect(explained(scan("X01", T), scan("X02", T + 60 * SECOND), ...pushes)).toEqual({
      X01: ["sorted"],
      X02: ["in_transit"],
    });
  });

  it("explains nothing that has its equal", () => {
    expect(explained(scan("B01", T), scan("X01", T), push("sorted", T))).toEqual({ X01: [] });
  });

  it("explains nothing that has another status over against it", () => {
    expect(explained(scan("B01", T), scan("X01", T), push("in_transit", T))).toEqual({ X01: [] });
  });
});
