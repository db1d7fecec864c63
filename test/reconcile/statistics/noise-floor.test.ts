import { describe, expect, it } from "vitest";
import { compareWithNoise } from "../../../src/reconcile/statistics/noise-floor.ts";
import { wilsonInterval } from "../../../src/reconcile/statistics/wilson.ts";

const POLICY = { confidence: 0.95, margin: 0.001 };
const of = (hits: number, trials: number) => ({ hits, trials });

describe("compareWithNoise", () => {
  it("calls worse what is surely above the noise by more than the margin", () => {
    expect(compareWithNoise(of(20, 10_000), of(90, 10_000), POLICY).verdict).toBe("worse_than_noise");
  });

  it("calls within what is surely not, as noisy as both may be", () => {
    expect(compareWithNoise(of(2000, 100_000), of(1950, 100_000), POLICY).verdict).toBe("within_noise");
    expect(compareWithNoise(of(0, 10_000), of(0, 10_000), POLICY).verdict).toBe("within_noise");
  });

  it("needs more data where the interval holds the margin, however equal the rates look", () => {
    expect(compareWithNoise(of(2, 1000), of(2, 1000), POLICY).verdict).toBe("not_enough_data");
    expect(compareWithNoise(of(0, 100), of(0, 100), POLICY).verdict).toBe("not_enough_data");
  });

  it("comes to a verdict as days add up", () => {
    const verdicts = [1, 10, 100].map(
      (days) => compareWithNoise(of(2 * days, 1000 * days), of(4 * days, 1000 * days), POLICY).verdict,
    );
    expect(verdicts).toEqual(["not_enough_data", "not_enough_data", "worse_than_noise"]);
  });

  it("does not charge to the new feed what the old ones disagree on: the same rate against no noise is worse", () => {
    const newFeed = of(300, 20_000);
    expect(compareWithNoise(of(310, 20_000), newFeed, { confidence: 0.95, margin: 0.005 }).verdict).toBe(
      "within_noise",
    );
    expect(compareWithNoise(of(0, 20_000), newFeed, { confidence: 0.95, margin: 0.005 }).verdict).toBe(
      "worse_than_noise",
    );
  });

  it("gives each rate with Wilson's interval, and nothing of nothing", () => {
    const { noise, newFeed, excess, verdict } = compareWithNoise(of(0, 0), of(3, 1000), POLICY);
    expect(noise).toEqual({ hits: 0, trials: 0, rate: null, interval: { lower: 0, upper: 1 } });
    expect(newFeed).toEqual({
      hits: 3,
      trials: 1000,
      rate: 0.003,
      interval: wilsonInterval(of(3, 1000), 0.95),
    });
    expect(excess).toBeNull();
    expect(verdict).toBe("not_enough_data");
  });

  it.each([-0.1, 1, Number.NaN])("refuses a margin of %s", (margin) => {
    expect(() => compareWithNoise(of(1, 2), of(1, 2), { confidence: 0.95, margin })).toThrow(RangeError);
  });
});
