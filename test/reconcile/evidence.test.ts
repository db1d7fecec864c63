import { describe, expect, it } from "vitest";
import { readNotices } from "../../src/reconcile/notices.ts";
import { evaluate } from "../support/evaluation.ts";
import { apiEvent, CUSTOMER, HOUR, listed, MINUTE, push, scan, timeOf } from "../support/observations.ts";

const T = timeOf("10:00:00");

/** Both sides agree on this one; it keeps a parcel from being missing. */
const ACCEPTED = [scan("A02", "09:00:00"), push("accepted", "09:00:00")];

/** The evidence of the only finding of a kind. */
function evidenceOf(kind: string, observations: Parameters<typeof evaluate>[0]) {
  const found = evaluate(observations).findings.filter((finding) => finding.kind === kind);
  expect(found).toHaveLength(1);
  return found[0]?.evidence;
}

describe("the evidence of a finding", () => {
  it("says what the other channel tells instead", () => {
    const observations = [...ACCEPTED, scan("B01", T), push("in_transit", T + 1000), listed("sorted", T)];
    expect(evidenceOf("missing_in_legacy", observations)).toMatchObject({ toldInstead: "sorted" });
    const agreed = [...ACCEPTED, scan("B01", T), push("sorted", T), listed("sorted", T)];
    expect(evidenceOf("missing_in_legacy", [...agreed, push("in_transit", T + HOUR)])).not.toHaveProperty(
      "toldInstead",
    );
  });

  it("says by how many hours the other channel is off", () => {
    const observations = [...ACCEPTED, scan("B01", T), push("sorted", T), listed("sorted", T + 2 * HOUR)];
    const between = [scan("J01", T + HOUR), push("in_transit", T + HOUR)];
    expect(evidenceOf("missing_in_legacy", [...observations, ...between])).toMatchObject({
      shiftedHours: -2,
    });
    expect(
      evidenceOf("missing_in_legacy", [...ACCEPTED, push("sorted", T), apiEvent("J01", T + 2 * HOUR)]),
    ).not.toHaveProperty("shiftedHours");
  });

  it("says whether both sides told of the final status before", () => {
    const delivered = [scan("I01", T), push("delivered", T)];
    const after = push("sorted", T + HOUR);
    expect(evidenceOf("status_after_final", [...delivered, after])).toMatchObject({
      finalStatus: "delivered",
      finalAgreed: true,
    });
    const alone = [...ACCEPTED, push("delivered", T + 5 * MINUTE), after];
    expect(evidenceOf("status_after_final", alone)).not.toHaveProperty("finalAgreed");
  });

  it("says whose a missing parcel is", () => {
    expect(
      evidenceOf("parcel_missing_in_new", [scan("B01", T, { details: { customerNumber: CUSTOMER } })]),
    ).toMatchObject({
      customerNumber: CUSTOMER,
    });
  });
});

describe("readNotices", () => {
  const lone = (observations: Parameters<typeof evaluate>[0]) => evaluate(observations).notices;

  it("says what the new side alone tells where a code without a status stands", () => {
    expect(lone([...ACCEPTED, scan("N01", T), push("sorted", T + MINUTE)])).toEqual([
      { code: "N01", beside: ["sorted"] },
    ]);
  });

  it("says of a code that stands by itself, or beside what is agreed, that it does", () => {
    const agreed = [...ACCEPTED, scan("B01", T), push("sorted", T)];
    expect(lone([...agreed, scan("N01", T), scan("N01", T + 3 * HOUR)])).toEqual([
      { code: "N01", beside: [] },
    ]);
    expect(readNotices([], [], MINUTE)).toEqual([]);
  });
});
