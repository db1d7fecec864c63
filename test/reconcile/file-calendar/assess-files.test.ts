import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { FileCalendar } from "../../../src/domain/file-calendar.ts";
import type { ScanFileEntry } from "../../../src/domain/scan-file-entry.ts";
import { assessFiles } from "../../../src/reconcile/file-calendar/assess-files.ts";
import { HOUR, MINUTE, timeOf } from "../../support/observations.ts";
import { aCalendar, anEntry, dailyAt, LEARNT, tellFaults } from "../../support/scan-file-entries.ts";

const DAY = 24 * HOUR;
/** A Sunday. */
const NOW = timeOf("2026-03-22T12:00:00Z");

interface Wish {
  readonly now?: number;
  readonly since?: number;
  readonly begunAt?: number;
}

function assess(
  entries: readonly ScanFileEntry[],
  calendar: FileCalendar | undefined,
  { now = NOW, since = now - 7 * DAY, begunAt = timeOf("2026-01-01T00:00:00Z") }: Wish = {},
) {
  return assessFiles({ entries, calendar, now, since, begunAt, graceMs: calendar?.graceMs ?? HOUR });
}

const faultsOf = (...args: Parameters<typeof assess>) => tellFaults(assess(...args).irregularities);

const TIMES = ["00:10", "06:10", "12:10", "18:10"];
/** Twelve weeks of a customer who sends four files a day, without a fault. */
const QUIET = dailyAt("2025-12-28", "2026-03-22", TIMES)
  .filter((at) => at <= NOW)
  .map((at) => anEntry(at));
const without = (...missing: readonly string[]) =>
  QUIET.filter(({ receivedAt }) => !missing.map((one) => timeOf(one)).includes(receivedAt));

describe("assessFiles, by a calendar that is given", () => {
  const calendar = aCalendar(TIMES);

  it("finds nothing where every file came, and tells each slot's file", () => {
    const { slots, irregularities, unlearnt, files, lastReceivedAt } = assess(QUIET, calendar);
    expect(irregularities).toEqual([]);
    expect(unlearnt).toEqual([]);
    expect(files).toBe(QUIET.length);
    expect(lastReceivedAt).toBe(timeOf("2026-03-22T11:10:00Z"));
    expect(slots).toHaveLength(28);
    expect(slots.at(-1)).toEqual({
      customer: "1",
      expectedAt: timeOf("2026-03-22T11:10:00Z"),
      dueAt: timeOf("2026-03-22T12:10:00Z"),
      state: "received",
      name: `TT_1_${timeOf("2026-03-22T11:10:00Z")}.csv`,
      receivedAt: timeOf("2026-03-22T11:10:00Z"),
    });
  });

  it("takes a file that is not there for due, then missing, and for late once it comes", () => {
    const entries = without("2026-03-22T11:10:00Z");
    const at = (now: string, more: readonly ScanFileEntry[] = []) => {
      const { slots, irregularities } = assess([...entries, ...more], calendar, { now: timeOf(now) });
      return [slots.at(-1)?.state, ...tellFaults(irregularities)];
    };
    expect(at("2026-03-22T12:10:00Z")).toEqual(["due"]);
    expect(at("2026-03-22T12:10:01Z")).toEqual(["missing", "missing 1 2026-03-22T11:10:00Z"]);
    const late = anEntry("2026-03-22T14:00:00Z");
    expect(at("2026-03-22T14:00:00Z", [late])).toEqual(["late", "late 1 2026-03-22T14:00:00Z"]);
  });

  it("does not let the files behind a missing one stand in for it", () => {
    expect(faultsOf(without("2026-03-18T11:10:00Z"), calendar)).toEqual(["missing 1 2026-03-18T11:10:00Z"]);
  });

  it("lets one that comes besides the expected ones stand in for one that was missing, for a day", () => {
    const entries = without("2026-03-18T11:10:00Z");
    const more = anEntry("2026-03-18T20:00:00Z");
    expect(faultsOf([...entries, more], calendar)).toEqual(["late 1 2026-03-18T20:00:00Z"]);
    const tooLate = anEntry("2026-03-19T15:00:00Z");
    expect(faultsOf([...entries, tooLate], calendar)).toEqual(["missing 1 2026-03-18T11:10:00Z"]);
  });

  it("does not let a copy of another file stand in, unless neither has rows", () => {
    const entries = without("2026-03-18T11:10:00Z");
    const copy = { sameAs: "TT_1_other.csv" };
    expect(faultsOf([...entries, anEntry("2026-03-18T11:10:00Z", copy)], calendar)).toEqual([
      "missing 1 2026-03-18T11:10:00Z",
      "resent 1 2026-03-18T11:10:00Z",
    ]);
    const empty = { ...copy, rows: 0, sizeBytes: 10_000 };
    expect(faultsOf([...entries, anEntry("2026-03-18T11:10:00Z", empty)], calendar)).toEqual([]);
  });

  it("expects each customer's files by itself, and none of a customer who has left", () => {
    const other = dailyAt("2026-02-10", "2026-02-21", TIMES).map((at) => anEntry(at, { customer: "2" }));
    const third = dailyAt("2026-03-21", "2026-03-22", ["00:10"]).map((at) => anEntry(at, { customer: "3" }));
    expect(faultsOf([...QUIET, ...other, ...third], calendar)).toEqual([
      "missing 3 2026-03-21T05:10:00Z",
      "missing 3 2026-03-21T11:10:00Z",
      "missing 3 2026-03-21T17:10:00Z",
      "missing 3 2026-03-22T05:10:00Z",
    ]);
  });

  it("expects files of customers who are listed from the first fetch on, and of nobody's where none is", () => {
    const begunAt = timeOf("2026-03-21T20:00:00Z");
    expect(faultsOf([], aCalendar(["06:10"], { customers: ["9"] }), { begunAt })).toEqual([
      "missing 9 2026-03-22T05:10:00Z",
    ]);
    expect(faultsOf([], aCalendar(["06:10"]), { begunAt })).toEqual(["missing  2026-03-22T05:10:00Z"]);
  });

  it("expects nothing on other weekdays and on days that are left out", () => {
    const none = { weekdays: [1], except: ["2026-03-16"] };
    expect(faultsOf(QUIET.slice(0, 5), aCalendar(TIMES, { ...none, customers: ["1"] }))).toEqual([]);
    const control = { weekdays: [1], customers: ["1"] };
    expect(faultsOf(QUIET.slice(0, 5), aCalendar(TIMES, control))).toHaveLength(4);
  });

  it("expects nothing without a calendar, and looks at what came all the same", () => {
    const bad = anEntry("2026-03-20T10:00:00Z", { rows: 5, quarantined: 5 });
    expect(faultsOf([bad], undefined)).toEqual(["unreadable 1 2026-03-20T10:00:00Z"]);
  });

  it("finds any one file that is taken away, and nothing else (property)", () => {
    const recent = QUIET.map(({ receivedAt }, i) => ({ receivedAt, i })).filter(
      ({ receivedAt }) => receivedAt >= NOW - 7 * DAY && receivedAt + HOUR < NOW,
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...recent),
        fc.array(fc.integer({ min: -59, max: 59 }), { minLength: QUIET.length, maxLength: QUIET.length }),
        (gone, jitter) => {
          // Each file comes up to an hour before or after its time.
          const entries = QUIET.filter((_, i) => i !== gone.i).map((entry, i) =>
            anEntry(entry.receivedAt + (jitter[i] ?? 0) * MINUTE),
          );
          const missing = assess(entries, calendar).irregularities;
          expect(tellFaults(missing)).toEqual([
            `missing 1 ${Temporal.Instant.fromEpochMilliseconds(gone.receivedAt)}`,
          ]);
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe("assessFiles, by a calendar that is learnt", () => {
  it("finds nothing where every file came", () => {
    const { irregularities, slots, unlearnt } = assess(QUIET, LEARNT);
    expect(irregularities).toEqual([]);
    expect(slots).toHaveLength(28);
    expect(unlearnt).toEqual([]);
  });

  it("expects a file until it would be unusually late, and by then misses it", () => {
    const entries = without("2026-03-22T11:10:00Z");
    const at = (now: string) => faultsOf(entries, LEARNT, { now: timeOf(now) });
    expect(at("2026-03-22T12:10:00Z")).toEqual([]);
    expect(at("2026-03-22T12:11:00Z")).toEqual(["missing 1 2026-03-22T11:10:00Z"]);
  });

  it("misses the one that is gone from the middle of a day, not those behind it", () => {
    const gone = ["2026-03-18T11:10:00Z", "2026-03-19T05:10:00Z", "2026-03-19T11:10:00Z"];
    expect(faultsOf(without(...gone), LEARNT)).toEqual(gone.map((at) => `missing 1 ${at}`));
  });

  it("raises no alarm over files that come closer together or further apart than usual", () => {
    const loose = QUIET.map(({ receivedAt }, i) => anEntry(receivedAt + ((i * 37) % 100) * MINUTE));
    expect(faultsOf(loose, LEARNT)).toEqual([]);
  });

  it("says that too little is known, and raises no alarm, with fewer than four such weekdays", () => {
    const young = QUIET.filter(({ receivedAt }) => receivedAt > NOW - 24 * DAY);
    const { irregularities, unlearnt, slots } = assess(young.slice(0, -1), LEARNT);
    expect([irregularities, slots, unlearnt]).toEqual([[], [], ["1"]]);
    // The control: a week more, and the same file is missed.
    const older = QUIET.filter(({ receivedAt }) => receivedAt > NOW - 31 * DAY);
    expect(faultsOf(older.slice(0, -1), LEARNT, { now: NOW + HOUR })).toEqual([
      "missing 1 2026-03-22T11:10:00Z",
    ]);
  });

  it("learns that weekdays differ, and that a day was left out", () => {
    const workdays = QUIET.filter(({ receivedAt }) => {
      const local = Temporal.Instant.fromEpochMilliseconds(receivedAt).toZonedDateTimeISO("Europe/Amsterdam");
      return local.dayOfWeek <= 5;
    });
    expect(faultsOf(workdays, LEARNT)).toEqual([]);
    const monday = workdays.filter(
      ({ receivedAt }) => Math.abs(receivedAt - timeOf("2026-03-16T11:00:00Z")) > 12 * HOUR,
    );
    expect(faultsOf(monday, LEARNT)).toHaveLength(4);
    expect(faultsOf(monday, { ...LEARNT, except: ["2026-03-16"] })).toEqual([]);
  });

  it("knows a file that comes about midnight for the same one, on whichever day it comes", () => {
    const aroundMidnight = QUIET.map(({ receivedAt }, i) =>
      anEntry(receivedAt - 10 * MINUTE + (((i * 7) % 21) - 10) * MINUTE),
    );
    expect(faultsOf(aroundMidnight, LEARNT)).toEqual([]);
    const gone = aroundMidnight.filter(
      ({ receivedAt }) => Math.abs(receivedAt - timeOf("2026-03-18T23:00:00Z")) > HOUR,
    );
    expect(gone).toHaveLength(aroundMidnight.length - 1);
    expect(assess(gone, LEARNT).irregularities).toMatchObject([{ kind: "missing" }]);
  });

  it("is not spoilt by one bad day of the past", () => {
    const outage = (day: string) => (entry: ScanFileEntry) =>
      Math.abs(entry.receivedAt - timeOf(`${day}T11:00:00Z`)) > 13 * HOUR;
    const entries = without("2026-03-18T17:10:00Z").filter(outage("2026-02-18"));
    expect(faultsOf(entries, LEARNT)).toEqual(["missing 1 2026-03-18T17:10:00Z"]);
  });

  it("raises hardly an alarm over customers whose files come as they like: on less than 2 days in 13", () => {
    let state = 7;
    const next = (below: number) => {
      state = (state * 48_271) % 2_147_483_647;
      return state % below;
    };
    let alarmed = 0;
    const CUSTOMERS = 20;
    for (let customer = 0; customer < CUSTOMERS; customer += 1) {
      // Without any rhythm: between none and eight files a day, at any time.
      const wild: ScanFileEntry[] = [];
      for (let day = NOW - 91 * DAY; day < NOW - DAY; day += DAY) {
        for (let n = next(9); n > 0; n -= 1) wild.push(anEntry(day + next(DAY / MINUTE) * MINUTE));
      }
      const missing = assess(wild, LEARNT, { now: NOW - DAY }).irregularities.filter(
        ({ kind }) => kind === "missing",
      );
      alarmed += new Set(missing.map(({ at }) => Math.floor((at - NOW) / DAY))).size;
    }
    expect(alarmed / (7 * CUSTOMERS)).toBeLessThan(2 / 13);
  });
});

describe("assessFiles, of what came", () => {
  const SIZES = QUIET.map((entry, i) => ({ ...entry, sizeBytes: 9_000 + ((i * 7919) % 2_000) }));
  const sized = (sizeBytes: number) =>
    SIZES.map((entry) =>
      entry.receivedAt === timeOf("2026-03-22T05:10:00Z") ? { ...entry, sizeBytes } : entry,
    );

  it("finds a file that is unusually small, and says what is usual", () => {
    const [fault, ...more] = assess(sized(300), undefined).irregularities;
    expect(more).toEqual([]);
    expect(fault).toMatchObject({ kind: "short", at: timeOf("2026-03-22T05:10:00Z"), sizeBytes: 300 });
    expect(fault?.usualBytes).toBeGreaterThan(9_000);
    expect(fault?.usualBytes).toBeLessThan(11_000);
  });

  it("takes no file for small that is half as large as usual, or of which too little is known", () => {
    expect(faultsOf(sized(6_000), undefined)).toEqual([]);
    expect(faultsOf(sized(300).slice(-20), undefined)).toEqual([]);
  });

  it("learns that some times bring small files", () => {
    const night = QUIET.map((entry) => {
      const isNight = new Set([22, 23]).has(
        Temporal.Instant.fromEpochMilliseconds(entry.receivedAt).toZonedDateTimeISO("UTC").hour,
      );
      return isNight ? { ...entry, sizeBytes: 200 } : entry;
    });
    expect(faultsOf(night, undefined)).toEqual([]);
  });

  it("names corrected and shrunk files, and those of which only the latest version cannot be read", () => {
    const [first, second, third] = [0, 1, 2].map((n) => NOW - n * HOUR) as [number, number, number];
    const entries = [
      anEntry(third, { name: "a", sizeBytes: 500, rows: 2, quarantined: 2 }),
      anEntry(second, { name: "a", version: 2, sizeBytes: 800 }),
      anEntry(first, { name: "a", version: 3, sizeBytes: 400 }),
    ];
    const faults = assess(entries, undefined).irregularities;
    expect(faults).toMatchObject([
      { kind: "corrected", version: 2, sizeBytes: 800, usualBytes: 500 },
      { kind: "shrunk", version: 3, sizeBytes: 400, usualBytes: 800 },
    ]);
  });

  it("keeps to the time that is judged", () => {
    const old = anEntry(NOW - 8 * DAY, { rows: 2, quarantined: 2 });
    const later = anEntry(NOW + HOUR, { rows: 2, quarantined: 2 });
    expect(faultsOf([old, later], undefined)).toEqual([]);
  });

  it("does not depend on the order in which entries are given (property)", () => {
    const entries = [...SIZES.slice(-60, -3), anEntry(NOW - HOUR, { name: "a", version: 2, sizeBytes: 1 })];
    const expected = JSON.stringify(assess(entries, LEARNT));
    fc.assert(
      fc.property(fc.shuffledSubarray(entries, { minLength: entries.length }), (shuffled) => {
        expect(JSON.stringify(assess(shuffled, LEARNT))).toBe(expected);
      }),
      { numRuns: 20 },
    );
  });
});
