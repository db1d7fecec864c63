import { describe, expect, it } from "vitest";
import { getLife, LIVES, pickLife, planLife } from "../../src/sandbox/lives.ts";
import { Prng } from "../../src/sandbox/prng.ts";
import { at, statuses } from "./world-options.ts";

const MINUTE_MS = 60_000;

describe("LIVES", () => {
  it("use each status of the table, and no other", () => {
    const used = new Set(LIVES.flatMap((life) => life.steps.map(({ status }) => status)));
    expect(used).toEqual(new Set(statuses.keys()));
  });

  it("never go from a status to the same one, which would be one episode", () => {
    for (const { steps } of LIVES) {
      for (const [index, { status }] of steps.entries()) expect(steps[index + 1]?.status).not.toBe(status);
    }
  });
});

describe("pickLife", () => {
  it("picks the common lives and none that only defects use", () => {
    const prng = new Prng(1);
    const names = new Set(Array.from({ length: 3000 }, () => pickLife(prng).name));
    expect(names).toEqual(new Set(LIVES.filter(({ weight }) => weight > 0).map(({ name }) => name)));
  });
});

describe("planLife", () => {
  const startAt = at("2026-03-02T13:20:10Z");

  it("starts when it is told to and goes on in whole seconds, at least ten minutes apart", () => {
    const prng = new Prng(2);
    for (const life of LIVES) {
      const times = planLife(life, startAt, prng);
      expect(times[0]).toBe(startAt);
      expect(times).toHaveLength(life.steps.length);
      for (const [index, time] of times.entries()) {
        expect(time % 1000).toBe(0);
        if (index > 0) expect(time - times[index - 1]!).toBeGreaterThanOrEqual(10 * MINUTE_MS);
      }
    }
  });

  it("sends the driver out in the morning", () => {
    const prng = new Prng(3);
    for (let round = 0; round < 50; round += 1) {
      const out = planLife(getLife("domestic"), startAt, prng)[3]!;
      const { hour } = Temporal.Instant.fromEpochMilliseconds(out).toZonedDateTimeISO("UTC");
      expect([5, 6, 7]).toContain(hour);
    }
  });
});

describe("getLife", () => {
  it("does not make one up", () => {
    expect(() => getLife("charmed")).toThrow("no life is called 'charmed'");
  });
});
