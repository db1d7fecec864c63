import { describe, expect, it } from "vitest";
import { planPull } from "../../src/worker/plan-pull.ts";
import { MINUTE } from "../support/observations.ts";

const SCHEDULE = { pullMinutes: 15, sweepMinutes: 60 };
const plan = (pulledAt: number | undefined, sweptAt: number | undefined, now: number) =>
  planPull(SCHEDULE, { pulledAt, sweptAt }, now);

describe("planPull", () => {
  it("fetches at once where nothing was fetched yet", () => {
    expect(plan(undefined, undefined, 0)).toEqual({ isPullDue: true, isSweepDue: true });
  });

  it("fetches again when the minutes have gone by, each by its own", () => {
    expect(plan(0, 0, 15 * MINUTE - 1)).toEqual({ isPullDue: false, isSweepDue: false });
    expect(plan(0, 0, 15 * MINUTE)).toEqual({ isPullDue: true, isSweepDue: false });
    expect(plan(45 * MINUTE, 0, 60 * MINUTE - 1)).toEqual({ isPullDue: false, isSweepDue: false });
    expect(plan(50 * MINUTE, 0, 60 * MINUTE)).toEqual({ isPullDue: false, isSweepDue: true });
  });

  it("does not wait for a clock that was set back", () => {
    expect(plan(15 * MINUTE, 15 * MINUTE, 0)).toEqual({ isPullDue: true, isSweepDue: true });
  });
});
