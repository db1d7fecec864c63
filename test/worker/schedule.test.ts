import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { everyMinute } from "../../src/worker/schedule.ts";
import { HOUR, MINUTE, timeOf } from "../support/observations.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("everyMinute", () => {
  it.each([
    ["an ordinary night", "2026-01-20T00:30:00Z"],
    ["the night that skips an hour", "2026-03-29T00:30:00Z"],
    ["the night that repeats an hour", "2026-10-24T23:30:00Z"],
  ])("ticks once in every minute of %s", async (_, start) => {
    vi.setSystemTime(timeOf(start) + 1);
    const tick = vi.fn(async () => {});
    const stop = everyMinute(tick);
    await vi.advanceTimersByTimeAsync(3 * HOUR);
    expect(tick).toHaveBeenCalledTimes(180);
    await stop();
  });

  it("does not tick while the last tick goes on, and goes on after", async () => {
    vi.setSystemTime(timeOf("2026-01-20T00:30:00Z") + 1);
    const held = Promise.withResolvers<void>();
    const tick = vi.fn(async () => held.promise);
    const stop = everyMinute(tick);
    await vi.advanceTimersByTimeAsync(5 * MINUTE);
    expect(tick).toHaveBeenCalledTimes(1);
    held.resolve();
    await vi.advanceTimersByTimeAsync(2 * MINUTE);
    expect(tick).toHaveBeenCalledTimes(3);
    await stop();
  });

  it("ticks no more once it is stopped", async () => {
    vi.setSystemTime(timeOf("2026-01-20T00:30:00Z") + 1);
    const tick = vi.fn(async () => {});
    const stop = everyMinute(tick);
    await vi.advanceTimersByTimeAsync(MINUTE);
    await stop();
    await vi.advanceTimersByTimeAsync(5 * MINUTE);
    expect(tick).toHaveBeenCalledTimes(1);
    expect(vi.getTimerCount()).toBe(0);
  });
});
