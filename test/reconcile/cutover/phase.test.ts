import { describe, expect, it } from "vitest";
import {
  lastLegacyEndOf,
  legacyEndOf,
  standingOf,
  toLegacyEnds,
} from "../../../src/reconcile/cutover/phase.ts";
import { aCalendar, aPhaseDate, aWave } from "../../support/cutover.ts";
import { CUSTOMER, timeOf } from "../../support/observations.ts";

const CALENDAR = aCalendar({
  phases: {
    parallelRun: aPhaseDate("2026-03-01"),
    newLeads: aPhaseDate("2026-06-01"),
    oldEnds: aPhaseDate("2026-07-01"),
  },
  waves: [
    aWave({ id: "pilot", customers: [CUSTOMER], dates: { newLeads: aPhaseDate("2026-05-04") } }),
    aWave({ id: "scans", channels: ["legacy-scan"], dates: { oldEnds: aPhaseDate("2026-06-15") } }),
  ],
});

describe("standingOf", () => {
  const phaseOf = (at: string, customer: string | null = null) =>
    standingOf(CALENDAR, timeOf(at), customer, "webhook").phase;

  it("begins each phase at midnight in Amsterdam, in summer time, too", () => {
    expect(phaseOf("2026-02-28T22:59:59Z")).toBe("before");
    expect(phaseOf("2026-02-28T23:00:00Z")).toBe("parallelRun");
    expect(phaseOf("2026-05-31T21:59:59Z")).toBe("parallelRun");
    expect(phaseOf("2026-05-31T22:00:00Z")).toBe("newLeads");
    expect(phaseOf("2026-06-30T22:00:00Z")).toBe("oldEnds");
  });

  it("goes by a wave's dates where it has any, else by the calendar's", () => {
    expect(standingOf(CALENDAR, timeOf("2026-05-10T00:00:00Z"), CUSTOMER, "webhook")).toEqual({
      phase: "newLeads",
      wave: "pilot",
    });
    expect(phaseOf("2026-05-10T00:00:00Z", "55667788")).toBe("parallelRun");
    expect(phaseOf("2026-07-10T00:00:00Z", CUSTOMER)).toBe("oldEnds");
    expect(standingOf(CALENDAR, timeOf("2026-06-20T00:00:00Z"), null, "legacy-scan")).toEqual({
      phase: "oldEnds",
      wave: "scans",
    });
  });
});

describe("toLegacyEnds", () => {
  it("ends when the last of the old channels does", () => {
    const end = aPhaseDate("2026-07-01").at;
    expect(toLegacyEnds(CALENDAR)).toEqual({ others: end, customers: { [CUSTOMER]: end } });
  });

  it("is nothing where no end is planned", () => {
    expect(toLegacyEnds(aCalendar())).toBeNull();
    expect(toLegacyEnds(aCalendar({ phases: { newLeads: aPhaseDate("2026-06-01") } }))).toBeNull();
    // One of the two old channels goes on.
    const scansEnd = aWave({ channels: ["legacy-scan"], dates: { oldEnds: aPhaseDate("2026-06-15") } });
    expect(toLegacyEnds(aCalendar({ waves: [scansEnd] }))).toBeNull();
  });

  it("knows customers that end on their own, and waits for the last one before silence is usual", () => {
    const pilot = aWave({ customers: [CUSTOMER], dates: { oldEnds: aPhaseDate("2026-06-15") } });
    const ends = toLegacyEnds(aCalendar({ waves: [pilot] }));
    expect(legacyEndOf(ends, CUSTOMER)).toBe(aPhaseDate("2026-06-15").at);
    expect(legacyEndOf(ends, "55667788")).toBe(Infinity);
    expect(legacyEndOf(ends, null)).toBe(Infinity);
    expect(legacyEndOf(ends, "constructor")).toBe(Infinity);
    expect(lastLegacyEndOf(ends)).toBe(Infinity);
    expect(lastLegacyEndOf(toLegacyEnds(CALENDAR))).toBe(aPhaseDate("2026-07-01").at);
  });
});
