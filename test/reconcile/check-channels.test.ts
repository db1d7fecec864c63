import { describe, expect, it } from "vitest";
import { customerNumberOf, findDuplicatePushes, isWebhookInUse } from "../../src/reconcile/check-channels.ts";
import { DEFAULT_SETTINGS } from "../../src/reconcile/settings.ts";
import { aMoment, CUSTOMER, listed, push, SECOND, scan, timeOf } from "../support/observations.ts";

const T = timeOf("10:00:00");

describe("isWebhookInUse", () => {
  const { progress } = aMoment({ deliveries: new Map([[CUSTOMER, { firstAt: T, lastAt: T + SECOND }]]) });

  it("holds between the first and the last delivery of the customer", () => {
    const at = (time: number) => isWebhookInUse(CUSTOMER, time, DEFAULT_SETTINGS, progress);
    expect([T - 1, T, T + SECOND, T + SECOND + 1].map(at)).toEqual([false, true, true, false]);
  });

  it("does not hold for a parcel whose customer nobody names", () => {
    expect(isWebhookInUse(null, T, DEFAULT_SETTINGS, progress)).toBe(false);
  });

  it("does not hold for a customer without deliveries", () => {
    expect(isWebhookInUse("99999999", T, DEFAULT_SETTINGS, progress)).toBe(false);
  });

  it("goes by the configuration before what was seen", () => {
    const webhookInUse = { [CUSTOMER]: { firstAt: T + SECOND, lastAt: T + 2 * SECOND } };
    const at = (time: number) =>
      isWebhookInUse(CUSTOMER, time, { ...DEFAULT_SETTINGS, webhookInUse }, progress);
    expect([T, T + SECOND, T + 2 * SECOND].map(at)).toEqual([false, true, true]);
  });
});

describe("customerNumberOf", () => {
  it("takes the new side's word before the legacy one", () => {
    const observations = [
      scan("B01", T, { details: { customerNumber: "1" } }),
      push("sorted", T, { details: { customerNumber: "2" } }),
    ];
    expect(customerNumberOf(observations)).toBe("2");
    expect(customerNumberOf(observations.toReversed())).toBe("2");
  });

  it("takes the legacy side's word where the new one gives none", () => {
    const observations = [scan("B01", T, { details: { customerNumber: "1" } }), listed("sorted", T)];
    expect(customerNumberOf(observations)).toBe("1");
  });

  it("is absent where nobody names one", () => {
    expect(customerNumberOf([scan("B01", T)])).toBeNull();
  });
});

describe("findDuplicatePushes", () => {
  it("gives each group in order of time, whatever the order of input", () => {
    const pushes = [push("sorted", T + SECOND), push("in_transit", T), push("sorted", T)].map(
      (observation) => ({
        observation,
        status: observation.code,
      }),
    );
    const groups = findDuplicatePushes(pushes).map((group) => group.map(({ observation }) => observation.at));
    expect(groups).toEqual([[T, T + SECOND]]);
  });
});
