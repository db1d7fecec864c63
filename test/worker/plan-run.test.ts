import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { LastRun, NightlySchedule } from "../../src/worker/plan-run.ts";
import { dueAtOf, findNextRun, planRun } from "../../src/worker/plan-run.ts";
import { HOUR, MINUTE, timeOf } from "../support/observations.ts";

const AMSTERDAM: NightlySchedule = { nightlyAt: "03:30", zone: "Europe/Amsterdam" };

/** The business date of the run that is due; `null`: none is. */
function dueOf(now: string, last?: LastRun, schedule = AMSTERDAM): string | null {
  return planRun(schedule, last, timeOf(now))?.businessDate ?? null;
}

const ended = (businessDate: string): LastRun => ({ businessDate, hasEnded: true });
const begun = (businessDate: string): LastRun => ({ businessDate, hasEnded: false });

describe("planRun", () => {
  it("gives the day that had ended when the hour of the night came", () => {
    expect(dueOf("2026-01-20T02:30:00Z")).toBe("2026-01-19");
    expect(dueOf("2026-01-20T22:59:59Z")).toBe("2026-01-19");
    expect(dueOf("2026-01-20T02:29:59.999Z")).toBe("2026-01-18");
  });

  it("goes by the clock of the zone, in winter and in summer", () => {
    expect(dueOf("2026-01-20T02:29:00Z", ended("2026-01-18"))).toBeNull();
    expect(dueOf("2026-01-20T02:30:00Z", ended("2026-01-18"))).toBe("2026-01-19");
    expect(dueOf("2026-07-20T01:29:00Z", ended("2026-07-18"))).toBeNull();
    expect(dueOf("2026-07-20T01:30:00Z", ended("2026-07-18"))).toBe("2026-07-19");
    const newYork = { nightlyAt: "23:45", zone: "America/New_York" };
    expect(dueOf("2026-07-20T03:44:00Z", ended("2026-07-17"), newYork)).toBeNull();
    expect(dueOf("2026-07-20T03:45:00Z", ended("2026-07-17"), newYork)).toBe("2026-07-18");
  });

  it("wants nothing once the run has ended, until the next night", () => {
    expect(dueOf("2026-01-20T02:30:00Z", ended("2026-01-19"))).toBeNull();
    expect(dueOf("2026-01-21T02:29:00Z", ended("2026-01-19"))).toBeNull();
    expect(dueOf("2026-01-21T02:30:00Z", ended("2026-01-19"))).toBe("2026-01-20");
  });

  it("wants a run that was begun until it has ended, and leaves it for a later night's", () => {
    expect(dueOf("2026-01-20T02:31:00Z", begun("2026-01-19"))).toBe("2026-01-19");
    expect(dueOf("2026-01-21T02:31:00Z", begun("2026-01-19"))).toBe("2026-01-20");
  });

  it("makes up for many missed nights by one run", () => {
    expect(dueOf("2026-02-10T12:00:00Z", ended("2026-01-19"))).toBe("2026-02-09");
    expect(dueOf("2026-02-10T12:00:00Z", ended("2026-02-09"))).toBeNull();
  });

  it("wants nothing of a day before the last, when the clock was set back", () => {
    expect(dueOf("2026-01-20T12:00:00Z", ended("2026-01-20"))).toBeNull();
    expect(dueOf("2026-01-20T12:00:00Z", begun("2026-01-20"))).toBeNull();
  });

  it("comes due an hour later by the wall clock in the night that skips its hour", () => {
    const at = { nightlyAt: "02:30", zone: "Europe/Amsterdam" };
    expect(dueOf("2026-03-29T01:29:59Z", ended("2026-03-27"), at)).toBeNull();
    expect(dueOf("2026-03-29T01:30:00Z", ended("2026-03-27"), at)).toBe("2026-03-28");
    expect(dueOf("2026-03-29T01:30:00Z", ended("2026-03-28"), at)).toBeNull();
  });

  it("comes due at the first passing, and once, in the night that repeats its hour", () => {
    const at = { nightlyAt: "02:30", zone: "Europe/Amsterdam" };
    expect(dueOf("2026-10-25T00:29:59Z", ended("2026-10-23"), at)).toBeNull();
    expect(dueOf("2026-10-25T00:30:00Z", ended("2026-10-23"), at)).toBe("2026-10-24");
    expect(dueOf("2026-10-25T01:30:00Z", ended("2026-10-24"), at)).toBeNull();
  });

  it.each(["00:00", "00:30", "02:00", "02:30", "03:00", "12:00", "23:59"])(
    "makes each business date of a year due exactly once, at %s",
    (nightlyAt) => {
      const made: string[] = [];
      let last: LastRun = ended("2025-12-31");
      const start = timeOf("2026-01-02T00:00:00Z");
      for (let now = start; now < start + 366 * 24 * HOUR; now += 10 * MINUTE) {
        const due = planRun({ nightlyAt, zone: "Europe/Amsterdam" }, last, now);
        if (due === undefined) continue;
        last = ended(due.businessDate);
        made.push(due.businessDate);
      }
      const days = Array.from({ length: made.length }, (_, n) =>
        Temporal.PlainDate.from("2026-01-01").add({ days: n }).toString(),
      );
      expect(made).toEqual(days);
      expect(made.length).toBeGreaterThan(364);
    },
  );

  it("never gives a business date twice, nor goes back, however the clock jumps", () => {
    const jump = fc.oneof(
      fc.integer({ min: -3 * 24 * 60, max: 5 * 24 * 60 }),
      fc.integer({ min: 0, max: 120 }),
    );
    const zone = fc.constantFrom("Europe/Amsterdam", "America/New_York", "Asia/Kathmandu", "Pacific/Apia");
    const time = fc.tuple(fc.nat(23), fc.nat(59)).map((parts) => parts.map(twoDigits).join(":"));
    fc.assert(
      fc.property(zone, time, fc.array(jump, { maxLength: 60 }), (zone, nightlyAt, jumps) => {
        let now = timeOf("2026-03-20T00:00:00Z");
        let last: LastRun | undefined;
        for (const minutes of jumps) {
          now += minutes * MINUTE;
          const due = planRun({ nightlyAt, zone }, last, now);
          if (due === undefined) continue;
          const { businessDate } = due;
          if (last !== undefined) expect(businessDate > last.businessDate).toBe(true);
          last = ended(businessDate);
          expect(planRun({ nightlyAt, zone }, last, now)).toBeUndefined();
        }
      }),
    );
  });
});

function twoDigits(number: number): string {
  return String(number).padStart(2, "0");
}

describe("findNextRun", () => {
  it.each([
    ["2026-01-20T02:29:59Z", "2026-01-20T02:30:00Z", "2026-01-19"],
    ["2026-01-20T02:30:00Z", "2026-01-21T02:30:00Z", "2026-01-20"],
    // Just after midnight by the clock of the zone, the day before by UTC.
    ["2026-07-19T22:30:00Z", "2026-07-20T01:30:00Z", "2026-07-19"],
  ])("is at %s that of %s", (now, due, businessDate) => {
    expect(findNextRun(AMSTERDAM, timeOf(now))).toEqual({ dueAt: timeOf(due), businessDate });
  });

  it("comes due when planRun says so, every night of two years, both changes of the clock included", () => {
    for (const nightlyAt of ["02:00", "02:30", "03:30", "23:59"]) {
      const schedule = { nightlyAt, zone: "Europe/Amsterdam" };
      let now = timeOf("2026-01-01T12:00:00Z");
      for (let n = 0; n < 730; n += 1) {
        const { dueAt, businessDate } = findNextRun(schedule, now);
        expect(dueAt).toBeGreaterThan(now);
        expect(dueAt - now).toBeLessThanOrEqual(25 * HOUR);
        expect(dueAtOf(schedule, businessDate)).toBe(dueAt);
        expect(planRun(schedule, undefined, dueAt)).toEqual({ businessDate });
        expect(planRun(schedule, undefined, dueAt - 1)).not.toEqual({ businessDate });
        now = dueAt;
      }
    }
  });
});
