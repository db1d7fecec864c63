import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Stretch } from "../../../src/sources/legacy-api/plan-period.ts";
import { planStretch } from "../../../src/sources/legacy-api/plan-period.ts";
import { HOUR, MINUTE, timeOf } from "../../support/observations.ts";

const ZONE = "Europe/Amsterdam";
const WIDEST = 2 * HOUR;

type Plan = (mark: number | null, now: number, zone: string) => Stretch | null;

/** The wall clock, as the client writes it. */
function toText(at: number, zone: string): string {
  return Temporal.Instant.fromEpochMilliseconds(at)
    .toZonedDateTimeISO(zone)
    .toPlainDateTime()
    .toString({ fractionalSecondDigits: 3 });
}

function read(text: string, zone: string, disambiguation: "earlier" | "later"): number {
  return Temporal.PlainDateTime.from(text).toZonedDateTime(zone, { disambiguation }).epochMilliseconds;
}

/** Four ways in which a carrier may understand its own wall clock: what it lists of a period, and how wide it finds it. */
const CARRIERS = {
  "the earlier instants": (from: string, until: string, zone: string) =>
    byInstants(read(from, zone, "earlier"), read(until, zone, "earlier")),
  "the later instants": (from: string, until: string, zone: string) =>
    byInstants(read(from, zone, "later"), read(until, zone, "later")),
  "the widest period": (from: string, until: string, zone: string) =>
    byInstants(read(from, zone, "earlier"), read(until, zone, "later")),
  "the texts": (from: string, until: string, zone: string) => ({
    lists: (at: number) => from <= toText(at, zone) && toText(at, zone) <= until,
    width: Temporal.PlainDateTime.from(from).until(until).total("milliseconds"),
  }),
};

function byInstants(from: number, until: number) {
  return { lists: (at: number) => from <= at && at <= until, width: until - from };
}

/** Pulls at those moments; gives the changes that were never listed although the mark is past them. */
function findSkipped(
  plan: Plan,
  carrier: (typeof CARRIERS)[keyof typeof CARRIERS],
  pulls: readonly number[],
  zone: string,
): { readonly skipped: string[]; readonly refused: string[]; readonly mark: number } {
  const [begin = 0] = pulls;
  const end = pulls.at(-1) ?? 0;
  const changes = Array.from(
    { length: Math.ceil((end - begin) / (7 * MINUTE)) },
    (_, i) => begin + i * 7 * MINUTE,
  );
  const listed = new Set<number>();
  const refused: string[] = [];
  let mark: number | null = begin;
  for (const now of pulls) {
    for (let stretch = plan(mark, now, zone); stretch !== null; stretch = plan(mark, now, zone)) {
      for (const { from, until } of stretch.periods) {
        const period = carrier(toText(from, zone), toText(until, zone), zone);
        if (period.width > WIDEST || period.width < 0) refused.push(`${toText(from, zone)} ${period.width}`);
        for (const at of changes) if (at <= now && period.lists(at)) listed.add(at);
      }
      mark = stretch.mark;
    }
  }
  const skipped = changes.filter((at) => at <= (mark ?? 0) && !listed.has(at));
  return { skipped: skipped.map((at) => toText(at, zone)), refused, mark: mark ?? 0 };
}

const NIGHTS = [
  ["of autumn", ZONE, "2026-10-24T18:00:00Z"],
  ["of spring", ZONE, "2026-03-28T18:00:00Z"],
  ["like any other", ZONE, "2026-06-01T18:00:00Z"],
  ["of autumn, with half an hour", "Australia/Lord_Howe", "2026-04-04T08:00:00Z"],
] as const;

describe("planStretch", () => {
  describe.each(NIGHTS)("in a night %s (%s)", (_, zone, start) => {
    it.each(Object.entries(CARRIERS))(
      "skips nothing and is refused nothing by a carrier that takes %s",
      (_, carrier) => {
        fc.assert(
          fc.property(
            fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 8, maxLength: 60 }),
            (waits) => {
              const pulls = [timeOf(start)];
              for (const wait of waits) pulls.push((pulls.at(-1) ?? 0) + wait * MINUTE);
              const { skipped, refused, mark } = findSkipped(planStretch, carrier, pulls, zone);
              expect(skipped).toEqual([]);
              expect(refused).toEqual([]);
              // It lags by the hours that cannot be told apart at most, and by the shortest wait.
              expect((pulls.at(-1) ?? 0) - mark).toBeLessThanOrEqual(2 * HOUR + 5 * MINUTE);
            },
          ),
          { numRuns: 30 },
        );
      },
    );
  });

  it("would skip changes if its marks lay in the repeated hour", () => {
    const careless: Plan = (mark, now) =>
      mark !== null && now - mark < 5 * MINUTE
        ? null
        : { periods: [{ from: (mark ?? now) - 5 * MINUTE, until: now }], mark: now, lost: null };
    const start = timeOf("2026-10-24T22:00:00Z");
    const pulls = Array.from({ length: 30 }, (_, i) => start + i * 15 * MINUTE);
    const { skipped } = findSkipped(careless, CARRIERS["the later instants"], pulls, ZONE);
    expect(skipped.length).toBeGreaterThan(0);
  });

  const NOW = timeOf("2026-03-07T12:00:00Z");

  it("asks the first time as far back as the carrier allows, by either clock", () => {
    const stretch = planStretch(null, NOW, ZONE);
    expect(stretch).toEqual({
      periods: [{ from: NOW - 48 * HOUR + 5 * MINUTE, until: NOW - 46 * HOUR + 5 * MINUTE }],
      mark: NOW - 46 * HOUR + 5 * MINUTE,
      lost: null,
    });
  });

  it("overlaps the last period by five minutes, for clocks that differ", () => {
    expect(planStretch(NOW - 20 * MINUTE, NOW, ZONE)).toEqual({
      periods: [{ from: NOW - 25 * MINUTE, until: NOW }],
      mark: NOW,
      lost: null,
    });
  });

  it("waits five minutes at least", () => {
    expect(planStretch(NOW - 5 * MINUTE + 1, NOW, ZONE)).toBeNull();
    expect(planStretch(NOW - 5 * MINUTE, NOW, ZONE)).not.toBeNull();
    expect(planStretch(NOW + HOUR, NOW, ZONE)).toBeNull();
  });

  it("tells what cannot be asked for any more", () => {
    const mark = NOW - 60 * HOUR;
    expect(planStretch(mark, NOW, ZONE)?.lost).toEqual({ from: mark, until: NOW - 48 * HOUR + 5 * MINUTE });
    expect(planStretch(NOW - 48 * HOUR + 5 * MINUTE, NOW, ZONE)?.lost).toBeNull();
  });

  it("counts as lost what a time in the repeated hour may leave out", () => {
    // 48 hours back is 00:30Z, in the first pass of 02:30; read as the second it is 01:30Z.
    const now = timeOf("2026-10-27T00:25:00Z");
    const lost = planStretch(timeOf("2026-10-24T00:00:00Z"), now, ZONE)?.lost;
    expect(lost?.until).toBe(timeOf("2026-10-25T01:30:00Z"));
  });
});
