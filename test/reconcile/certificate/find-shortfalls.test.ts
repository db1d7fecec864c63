import { describe, expect, it } from "vitest";
import { DAY_MS } from "../../../src/domain/instant.ts";
import type { PushFacts } from "../../../src/reconcile/certificate/find-shortfalls.ts";
import {
  compareListed,
  comparePushed,
  findClosed,
  findNotSwept,
  findNotUnpacked,
  findQuarantined,
  readTold,
} from "../../../src/reconcile/certificate/find-shortfalls.ts";
import { MIDNIGHT, NOW, RULES } from "../../support/certificate-drafts.ts";
import { sumsOf } from "../../support/gate.ts";
import { BARCODE, DAY, HOUR } from "../../support/observations.ts";

const TODAY = MIDNIGHT / DAY_MS;
const dayName = (day: number) =>
  Temporal.Instant.fromEpochMilliseconds(day * DAY_MS)
    .toString()
    .slice(0, 10);

describe("what was set aside", () => {
  const find = (rows: number, of: number, day: number | null = TODAY - 1) =>
    findQuarantined([{ day, rows }], of, new Map([[TODAY - 1, of - rows]]), RULES, NOW);

  it("counts by the day on which it was received, above the share that is allowed", () => {
    expect(find(1, 1000)).toEqual([]);
    expect(find(2, 1000)).toMatchObject([
      { kind: "quarantined", count: 2, of: 998, from: MIDNIGHT - DAY, until: MIDNIGHT - 1 },
    ]);
    expect(find(1, 1)).toHaveLength(1);
  });

  it("counts for all days where nobody can date it, and not for ever where somebody can", () => {
    expect(find(2, 1000, null)).toMatchObject([{ from: null, until: null }]);
    expect(find(2, 3000, null)).toEqual([]);
    expect(find(500, 1000, TODAY - 8)).toEqual([]);
  });
});

describe("deliveries that were not read", () => {
  it("count where they lay there when the run began", () => {
    expect(findNotUnpacked({ batches: 2, oldestAt: NOW - 1 }, NOW)).toMatchObject([
      { kind: "not_unpacked", count: 2, from: NOW - 1 },
    ]);
    expect(findNotUnpacked({ batches: 2, oldestAt: NOW }, NOW)).toEqual([]);
    expect(findNotUnpacked({ batches: 0, oldestAt: null }, NOW)).toEqual([]);
  });
});

describe("what was not pushed", () => {
  /** On each of the last days both told of a thousand. */
  const facts = (wish: { pushed?: Record<number, number> } & Partial<PushFacts> = {}): PushFacts => {
    const { pushed = {}, ...rest } = wish;
    const days = [4, 3, 2, 1].map((ago) => TODAY - ago);
    const told = readTold(
      sumsOf([
        ...days.map((day) => ({ day: dayName(day), channel: "status-api" as const, count: 1000 })),
        ...days.map((day) => ({ day: dayName(day), count: pushed[TODAY - day] ?? 1000 })),
      ]),
      NOW,
    );
    const inUseSince = NOW - 30 * DAY;
    return { told, missed: new Map(), excused: new Map(), inUseSince, watermark: NOW - HOUR, ...rest };
  };
  const compare = (wish: Parameters<typeof facts>[0] = {}) => comparePushed(facts(wish), RULES, NOW);

  it("is nothing where both told of the same", () => {
    expect(compare()).toEqual({
      shortfalls: [],
      expectation: { unit: "status_changes", expected: 4000, received: 4000 },
    });
  });

  it("is at least what the status API told of more", () => {
    expect(compare({ pushed: { 2: 999 } }).shortfalls).toEqual([]);
    const { shortfalls, expectation } = compare({ pushed: { 2: 998 } });
    expect(shortfalls).toMatchObject([{ kind: "not_pushed", count: 2, of: 1000, from: MIDNIGHT - 2 * DAY }]);
    expect(expectation).toMatchObject({ expected: 4000, received: 3998 });
  });

  it("is not told from the counts where the webhook is not in use for all, or was not yet", () => {
    expect(compare({ pushed: { 3: 10 }, inUseSince: null }).shortfalls).toEqual([]);
    expect(compare({ pushed: { 3: 10 }, inUseSince: MIDNIGHT - 2 * DAY }).shortfalls).toEqual([]);
    expect(compare({ pushed: { 3: 10 }, inUseSince: MIDNIGHT - 3 * DAY }).shortfalls).toHaveLength(1);
  });

  it("is what the findings say, also today, but for what is agreed", () => {
    const missed = new Map([[TODAY, 3]]);
    expect(compare({ missed, inUseSince: null }).shortfalls).toMatchObject([
      { count: 3, of: 3, from: MIDNIGHT },
    ]);
    expect(compare({ pushed: { 2: 990 }, excused: new Map([[TODAY - 2, 10]]) }).shortfalls).toEqual([]);
  });

  it("is told as silence, too, where nothing came for longer than anybody waits", () => {
    const silentSince = (hours: number) =>
      compare({ watermark: NOW - hours * HOUR, inUseSince: null }).shortfalls.map(({ kind }) => kind);
    expect(silentSince(72)).toEqual([]);
    expect(silentSince(73)).toEqual(["silent"]);
    const quiet = { told: readTold(new Map(), NOW), watermark: NOW - 100 * HOUR };
    expect(compare(quiet).shortfalls).toEqual([]);
  });
});

describe("what was not listed", () => {
  const told = (listed: number) =>
    readTold(
      sumsOf([
        { day: dayName(TODAY - 1), count: 1000 },
        { day: dayName(TODAY - 1), count: listed, channel: "status-api" },
        { day: dayName(TODAY), count: 1000 },
      ]),
      NOW,
    );

  it("is at least what the webhook told of more, on a day that is over", () => {
    expect(compareListed(told(999), true, RULES, NOW)).toEqual([]);
    expect(compareListed(told(998), true, RULES, NOW)).toMatchObject([
      { kind: "not_listed", count: 2, of: 1000, from: MIDNIGHT - DAY },
    ]);
    expect(compareListed(told(0), true, RULES, NOW)).toMatchObject([{ count: 1000 }]);
  });

  it("is not told from the counts where the status API is not asked for all", () => {
    expect(compareListed(told(0), false, RULES, NOW)).toEqual([]);
  });
});

describe("the webhook of some customers", () => {
  const told = readTold(
    sumsOf([TODAY - 3, TODAY - 2, TODAY - 1, TODAY].map((day) => ({ day: dayName(day), customer: "1" }))),
    NOW,
  );
  const close = (lastAt: number, customer = "1") => findClosed([{ customer, lastAt }], told, RULES, NOW);

  it("can be vouched for up to each one's last delivery", () => {
    expect(close(NOW - HOUR)).toEqual({ closedTo: NOW - HOUR, shortfalls: [] });
    const both = [
      { customer: "1", lastAt: NOW - HOUR },
      { customer: "2", lastAt: NOW - 9 * DAY },
    ];
    // Nothing has happened to the other's parcels.
    expect(findClosed(both, told, RULES, NOW).closedTo).toBe(NOW - HOUR);
    expect(close(NOW - 9 * DAY, "2")).toEqual({ closedTo: null, shortfalls: [] });
  });

  it("is silent for one to whose parcels things happened on a later day that is over", () => {
    expect(close(MIDNIGHT - HOUR).shortfalls).toEqual([]);
    expect(close(MIDNIGHT - DAY - HOUR).shortfalls).toMatchObject([
      { kind: "not_delivered", subject: "1", count: 1, from: MIDNIGHT - DAY - HOUR, until: NOW },
    ]);
    expect(close(MIDNIGHT - 2 * DAY - HOUR).shortfalls).toMatchObject([{ count: 2 }]);
  });
});

describe("what was not swept", () => {
  const at = NOW - 10 * HOUR;
  const finding = { barcode: BARCODE, legacyAt: at, newAt: null, firstSeenAt: at + 3 * HOUR };
  const find = (wish: Partial<typeof finding> = {}, isAsked = false) =>
    findNotSwept([{ ...finding, ...wish }], () => isAsked, RULES, NOW);

  it("is what is overdue and was not asked for although there was time", () => {
    expect(find()).toMatchObject([{ kind: "not_swept", count: 1, from: at }]);
    expect(find({}, true)).toEqual([]);
    // Found by this very run, or not overdue for long.
    expect(find({ firstSeenAt: NOW })).toEqual([]);
    expect(find({ legacyAt: NOW - 4 * HOUR + 1 })).toEqual([]);
    expect(find({ legacyAt: NOW - 8 * DAY })).toEqual([]);
  });

  it("counts a parcel once", () => {
    expect(
      findNotSwept([finding, { ...finding, legacyAt: at + HOUR }], () => false, RULES, NOW),
    ).toMatchObject([{ count: 1 }]);
  });
});

describe("readTold", () => {
  it("reads what each channel told of, by both days, and whose parcels it was", () => {
    const sums = sumsOf([{ day: "2026-03-09", count: 5, customer: "a|b" }]);
    sums.set("day|2026-02-28|customer|c|clean", 1);
    sums.set("day|2026-03-09|customer||clean", 1);
    sums.set("receiptday|legacy-scan|2026-03-10", 7);
    const { happened, received, customers } = readTold(sums, NOW);
    expect(happened).toEqual(new Map([["webhook", new Map([[TODAY - 1, 5]])]]));
    expect(received).toEqual(new Map([["legacy-scan", new Map([[TODAY, 7]])]]));
    expect(customers).toEqual(new Map([["a|b", new Set([TODAY - 1])]]));
  });
});
