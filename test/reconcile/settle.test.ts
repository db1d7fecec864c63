import { describe, expect, it } from "vitest";
import { DEFAULT_SETTINGS } from "../../src/reconcile/settings.ts";
import type { Settlement } from "../../src/reconcile/settle.ts";
import { settleBoth, settleEpisode, settleFor } from "../../src/reconcile/settle.ts";
import { aMoment, HOUR, timeOf } from "../support/observations.ts";

const T = timeOf("10:00:00");

describe("settleFor", () => {
  it("is pending until the side has had its time", () => {
    expect(settleFor("new", T, DEFAULT_SETTINGS, aMoment({ now: T + 2 * HOUR - 1 }))).toEqual({
      state: "pending",
      pendingReason: "not_settled",
      settlesAt: T + 2 * HOUR,
    });
  });

  it("is open when clock and watermark stand exactly there", () => {
    expect(settleFor("new", T, DEFAULT_SETTINGS, aMoment({ now: T + 2 * HOUR }))).toEqual({
      state: "open",
      pendingReason: null,
      settlesAt: T + 2 * HOUR,
    });
    expect(settleFor("legacy", T, DEFAULT_SETTINGS, aMoment({ now: T + 12 * HOUR })).state).toBe("open");
  });

  it("is pending for a silent feed when the watermark lacks a millisecond", () => {
    const moment = aMoment({ now: T + 3 * HOUR, new: T + 2 * HOUR - 1 });
    expect(settleFor("new", T, DEFAULT_SETTINGS, moment)).toEqual({
      state: "pending",
      pendingReason: "feed_silent",
      settlesAt: T + 72 * HOUR,
    });
  });

  it("opens regardless when the longest wait is over", () => {
    const silent = (now: number) => settleFor("new", T, DEFAULT_SETTINGS, aMoment({ now, new: null }));
    expect(silent(T + 72 * HOUR - 1).state).toBe("pending");
    expect(silent(T + 72 * HOUR).state).toBe("open");
  });

  it("is too early rather than silent while the clock lacks too", () => {
    const moment = aMoment({ now: T + HOUR, new: null });
    expect(settleFor("new", T, DEFAULT_SETTINGS, moment).pendingReason).toBe("not_settled");
  });
});

describe("settleEpisode", () => {
  it("waits for the other side", () => {
    const moment = aMoment({ now: T + HOUR });
    expect(settleEpisode("legacy", T, DEFAULT_SETTINGS, moment).settlesAt).toBe(T + 2 * HOUR);
    expect(settleEpisode("new", T, DEFAULT_SETTINGS, moment).settlesAt).toBe(T + 12 * HOUR);
  });
});

describe("settleBoth", () => {
  const open: Settlement = { state: "open", pendingReason: null, settlesAt: 1 };
  const early = (settlesAt: number): Settlement => ({
    state: "pending",
    pendingReason: "not_settled",
    settlesAt,
  });
  const silent = (settlesAt: number): Settlement => ({
    state: "pending",
    pendingReason: "feed_silent",
    settlesAt,
  });

  it.each([
    ["both open", open, open, open],
    ["one pending", open, early(5), early(5)],
    ["both too early: the later one", early(5), early(7), early(7)],
    ["both silent: the later one", silent(5), silent(7), silent(7)],
    ["one too early, one silent: not only the watermark lacks", silent(9), early(7), early(7)],
  ])("%s", (_name, a, b, expected) => {
    expect(settleBoth(a, b)).toEqual(expected);
    expect(settleBoth(b, a)).toEqual(expected);
  });
});
