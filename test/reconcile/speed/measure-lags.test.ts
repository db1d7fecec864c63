import { describe, expect, it } from "vitest";
import { toBin } from "../../../src/reconcile/facts/bins.ts";
import { measureLags } from "../../../src/reconcile/speed/measure-lags.ts";
import { toSpeedCounts } from "../../../src/reconcile/speed/speed-counts.ts";

const HOUR = 3600;
const W = 1_000 * HOUR;

function measure(sums: Readonly<Record<string, number>>, skewSeconds = 0) {
  return measureLags(toSpeedCounts(new Map(Object.entries(sums))), { legacy: W, new: W }, skewSeconds, 0.95);
}

describe("measureLags", () => {
  it("gives the range of each quantile, over all statuses and by status, the side before its channels", () => {
    const lags = measure({
      [`sidelag|legacy|sorted|${toBin(600)}`]: 3,
      [`sidelag|legacy|delivered|${toBin(7200)}`]: 97,
      [`lag|legacy-scan|sorted|${toBin(600)}`]: 3,
      [`lag|legacy-scan|delivered|${toBin(7200)}`]: 97,
    });
    expect(lags.map(({ feed, status, told }) => [feed, status, told])).toEqual([
      ["legacy", null, 100],
      ["legacy", "delivered", 97],
      ["legacy", "sorted", 3],
      ["legacy-scan", null, 100],
      ["legacy-scan", "delivered", 97],
      ["legacy-scan", "sorted", 3],
    ]);
    const { p5, p50 } = lags[3]!.quantiles!;
    expect(p5).toEqual(p50);
    expect(p50.from).toBeLessThanOrEqual(7200);
    expect(p50.to).toBeGreaterThanOrEqual(7200);
    expect(lags[5]!.quantiles!.p50.to).toBeLessThan(700);
  });

  it("takes what only the other side told as later than the watermark, not as if it had never been", () => {
    const sums = {
      [`sidelag|new|sorted|${toBin(10)}`]: 60,
      [`sidelag|legacy|sorted|${toBin(7200)}`]: 100,
      // Told by the old side a day ago, two hours after it happened; not by the new one to this day.
      [`onlylegacy|sorted|${toBin(7200)}|${W / HOUR - 25}`]: 40,
    };
    const newSide = measure(sums).find(({ feed, status }) => feed === "new" && status === null)!;
    expect(newSide).toMatchObject({ told: 60, untold: 40 });
    expect(newSide.quantiles!.p50.to).toBeLessThan(12);
    expect(newSide.quantiles!.p95).toMatchObject({ to: null });
    expect(newSide.quantiles!.p95.from).toBeGreaterThan(20 * HOUR);
    // The control: of what arrived alone, 95 in 100 came within seconds.
    const { [`onlylegacy|sorted|${toBin(7200)}|${W / HOUR - 25}`]: _, ...told } = sums;
    const dropped = measure(told).find(({ feed, status }) => feed === "new" && status === null)!;
    expect(dropped.quantiles!.p95.to).toBeLessThan(12);
  });

  it("counts what was received before it happened, and what of it the skew of the clocks explains", () => {
    const [lags] = measure(
      {
        [`lag|webhook|sorted|${toBin(-2)}`]: 5,
        [`lag|webhook|sorted|${toBin(-90)}`]: 1,
        "lag|webhook|sorted|8": 9,
      },
      4,
    );
    expect(lags).toMatchObject({ feed: "webhook", early: 6, earlyBySkew: 5 });
  });

  it("gives no figure where receipts only say when a history was imported", () => {
    const days = Array.from({ length: 9 }, (_, i) => `2026-03-0${i + 1}`);
    const sums: Record<string, number> = {
      "lag|legacy-scan|sorted|60": 90,
      "receiptday|legacy-scan|2026-03-20": 90,
    };
    for (const day of days) sums[`lagday|legacy-scan|${day}|60`] = 10;
    expect(measure(sums)[0]).toMatchObject({ told: 90, quantiles: null });
  });
});
