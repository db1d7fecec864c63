import { describe, expect, it } from "vitest";
import { toCalendar } from "../../../src/app/feeds/to-calendar.ts";
import type { FileCalendar } from "../../../src/domain/file-calendar.ts";
import { FEEDS } from "../../../src/feed-settings.ts";
import { assessFiles } from "../../../src/reconcile/file-calendar/assess-files.ts";
import { learnSlots } from "../../../src/reconcile/file-calendar/learn-slots.ts";
import { planSlots } from "../../../src/reconcile/file-calendar/plan-slots.ts";
import { HOUR, timeOf } from "../../support/observations.ts";
import { anEntry, dailyAt, LEARNT } from "../../support/scan-file-entries.ts";

type Given = FileCalendar & { readonly kind: "given" };

function calendarOf(settings: object): Given {
  const feed = { name: "a", host: "h", user: "u", folder: "/o", calendar: settings };
  const [parsed] = FEEDS.parse({ scanFiles: [feed] }).scanFiles;
  const calendar = parsed === undefined ? undefined : toCalendar(parsed.calendar);
  if (calendar?.kind !== "given") throw new Error("it is not given");
  return calendar;
}

/** The slots of one day by Amsterdam's clock, as UTC times of day. */
function slotsOn(day: string, settings: object): string[] {
  const date = Temporal.PlainDate.from(day);
  const [from, until] = [date, date.add({ days: 1 })].map(
    (one) => one.toZonedDateTime("Europe/Amsterdam").epochMilliseconds,
  ) as [number, number];
  return planSlots(calendarOf(settings), from, until)
    .filter(({ expectedAt }) => from <= expectedAt && expectedAt < until)
    .map(({ expectedAt }) => Temporal.Instant.fromEpochMilliseconds(expectedAt).toString().slice(11, 16));
}

const SPRING = "2026-03-29";
const AUTUMN = "2026-10-25";

describe("a calendar that is given", () => {
  it("goes by the wall clock, in winter and in summer", () => {
    expect(slotsOn("2026-03-28", { at: ["18:00", "06:00"] })).toEqual(["05:00", "17:00"]);
    expect(slotsOn("2026-03-30", { at: ["18:00", "06:00"] })).toEqual(["04:00", "16:00"]);
  });

  it("expects a file of a skipped time an hour later, and one of a repeated time once", () => {
    expect(slotsOn(SPRING, { at: ["02:30", "06:00"] })).toEqual(["01:30", "04:00"]);
    expect(slotsOn(AUTUMN, { at: ["02:30", "06:00"] })).toEqual(["00:30", "05:00"]);
  });

  it("has as many hourly slots as a day has hours", () => {
    expect(slotsOn("2026-03-28", { every: "1h" })).toHaveLength(24);
    expect(slotsOn(SPRING, { every: "1h" })).toHaveLength(23);
    expect(slotsOn(AUTUMN, { every: "1h" })).toHaveLength(25);
    expect(slotsOn(SPRING, { every: "30m" })).toHaveLength(46);
    expect(slotsOn(AUTUMN, { every: "30m" })).toHaveLength(50);
    // The control: less often than hourly, a repeated hour makes no more of them.
    expect(slotsOn(AUTUMN, { every: "2h" })).toHaveLength(12);
  });

  it("goes from one time of day to another, both included, on some weekdays only", () => {
    const settings = { every: "8h", between: ["06:00", "22:00"], weekdays: ["sat"] };
    expect(slotsOn("2026-03-28", settings)).toEqual(["05:00", "13:00", "21:00"]);
    expect(slotsOn("2026-03-30", settings)).toEqual([]);
  });

  it("lets no two slots want the same file", () => {
    for (const day of [SPRING, AUTUMN]) {
      const at = timeOf(`${day}T00:00:00Z`);
      const slots = planSlots(calendarOf({ every: "30m", graceMinutes: 90 }), at - 24 * HOUR, at + 48 * HOUR);
      for (const [i, slot] of slots.entries()) {
        expect(slot.fromAt).toBeLessThanOrEqual(slot.expectedAt);
        expect(slot.untilAt).toBe(slots[i + 1]?.fromAt ?? Infinity);
      }
    }
  });
});

describe("a calendar that is learnt", () => {
  const TIMES = ["01:10", "09:10", "17:10"];

  it.each([
    ["spring", "2026-01-04", SPRING],
    ["autumn", "2026-08-02", AUTUMN],
  ])("keeps to the wall clock when it changes in %s", (_, first, last) => {
    const files = dailyAt(first, last, TIMES).map((at) => anEntry(at));
    const start = Temporal.PlainDate.from(last).toZonedDateTime("Europe/Amsterdam").epochMilliseconds;
    const { slots } = learnSlots(files, LEARNT, start, start + 20 * HOUR);
    const onDay = slots.filter(({ expectedAt }) => start <= expectedAt && expectedAt < start + 23 * HOUR);
    expect(onDay.map(({ expectedAt }) => expectedAt)).toEqual(dailyAt(last, last, TIMES));
    const now = start + 24 * HOUR;
    const { irregularities } = assessFiles({
      entries: files,
      calendar: LEARNT,
      begunAt: 0,
      graceMs: HOUR,
      since: start,
      now,
    });
    expect(irregularities).toEqual([]);
  });
});
