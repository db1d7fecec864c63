import { describe, expect, it } from "vitest";
import { findStaleFeeds } from "../../../src/reconcile/judge-run.ts";
import type { EvaluationWish } from "../../support/evaluation.ts";
import { evaluate, onlyFinding, tellFindings } from "../../support/evaluation.ts";
import { aMoment, CUSTOMER, HOUR, MINUTE, push, scan, timeOf } from "../../support/observations.ts";

const END = timeOf("12:00:00");
const ENDS: EvaluationWish = { settings: { legacyEnds: { others: END, customers: {} } } };
const FUTURE: EvaluationWish = {
  settings: { legacyEnds: { others: timeOf("2027-01-01T00:00:00Z"), customers: {} } },
};
const ACCEPTED = [scan("A02", "08:00:00"), push("accepted", "08:00:00")];

describe("a lone new episode", () => {
  it("is missing in the old feed until that ends, and from the very moment not any more", () => {
    const lone = (at: number) => tellFindings([...ACCEPTED, push("sorted", at)], ENDS);
    expect(lone(END - 1)).toEqual(["missing_in_legacy sorted"]);
    expect(lone(END)).toEqual([]);
  });

  it("stays a finding where the end lies ahead, or none is planned", () => {
    const observations = [...ACCEPTED, push("sorted", END + HOUR)];
    expect(tellFindings(observations, FUTURE)).toEqual(["missing_in_legacy sorted"]);
    expect(tellFindings(observations)).toEqual(["missing_in_legacy sorted"]);
  });

  it("goes by the end of its own customer", () => {
    const details = { customerNumber: CUSTOMER };
    const observations = [scan("A02", "08:00:00"), push("accepted", "08:00:00", { details })];
    const ends = (others: number | null, own: number | null): EvaluationWish => ({
      settings: { legacyEnds: { others, customers: { [CUSTOMER]: own } } },
    });
    const after = push("sorted", END + HOUR, { details });
    expect(tellFindings([...observations, after], ends(END, null))).toEqual(["missing_in_legacy sorted"]);
    expect(tellFindings([...observations, after], ends(null, END))).toEqual([]);
  });

  it("is counted as accounted for, so that the sums tie out", () => {
    const { tally, unexpected } = evaluate([...ACCEPTED, push("sorted", END)], ENDS);
    expect(tally.new).toEqual({ episodes: 2, agreed: 1, differing: 0, explained: 1, lone: 0 });
    expect(unexpected.map(({ status }) => status)).toEqual(["sorted"]);
  });
});

describe("a parcel of which the old feed says nothing", () => {
  it("is missing there with what happened before the end only", () => {
    const { findings, tally } = evaluate([push("accepted", END - HOUR), push("sorted", END + HOUR)], ENDS);
    expect(findings.map(({ kind, newEpisodes }) => [kind, newEpisodes])).toEqual([
      ["parcel_missing_in_legacy", 1],
    ]);
    expect(tally.new).toMatchObject({ explained: 1, lone: 1 });
  });

  it("is not missing where its life began after the end", () => {
    expect(tellFindings([push("accepted", END), push("sorted", END + HOUR)], ENDS)).toEqual([]);
  });
});

describe("every other finding", () => {
  const after = END + HOUR;
  it.each([
    ["missing_in_new sorted", [...ACCEPTED, scan("B01", after)]],
    ["status_mismatch sorted>in_transit", [...ACCEPTED, scan("B01", after), push("in_transit", after)]],
    ["final_conflict delivered>returned", [...ACCEPTED, scan("I01", after), push("returned", after)]],
    ["time_mismatch sorted", [...ACCEPTED, scan("B01", after), push("sorted", after + HOUR)]],
    ["unknown_status zzz", [...ACCEPTED, push("zzz", after)]],
    ["unmapped_code X01", [...ACCEPTED, scan("X01", after)]],
    ["parcel_missing_in_new", [scan("A02", after)]],
    [
      "status_after_final sorted",
      [...ACCEPTED, scan("I01", "09:00:00"), push("delivered", "09:00:00"), push("sorted", after)],
    ],
    [
      "status_after_final sorted",
      [push("accepted", after), push("delivered", after + HOUR), push("sorted", after + 2 * HOUR)],
    ],
  ])("is raised after the end as before: %s", (finding, observations) => {
    expect(tellFindings(observations, ENDS)).toEqual([finding]);
  });
});

describe("the silence of the old feed", () => {
  const lone = (wish: EvaluationWish) => onlyFinding([...ACCEPTED, push("sorted", END - HOUR)], wish);

  it("holds nothing back that it could only have settled after its end", () => {
    const now = END + 11 * HOUR;
    expect(lone({ ...ENDS, now, legacy: END }).state).toBe("open");
    expect(lone({ ...ENDS, now: now - 1, legacy: END }).pendingReason).toBe("not_settled");
    expect(lone({ ...FUTURE, now, legacy: END }).pendingReason).toBe("feed_silent");
  });

  it("is stale until the end only: who spoke to the last is not", () => {
    const at = (legacy: number) => findStaleFeeds(aMoment({ now: END + 900 * HOUR, legacy }), 72 * HOUR, END);
    expect(at(END - 72 * HOUR)).toEqual([]);
    expect(at(END - 72 * HOUR - 1)).toEqual([{ side: "legacy", since: END - 72 * HOUR - 1 }]);
    const both = findStaleFeeds(aMoment({ now: END + 900 * HOUR, legacy: END, new: END }), 72 * HOUR, END);
    expect(both).toEqual([{ side: "new", since: END }]);
  });

  it("of the new feed is what it was", () => {
    const at = END + MINUTE;
    const wish = { ...ENDS, now: at + 3 * HOUR, new: at };
    expect(onlyFinding([...ACCEPTED, scan("B01", at)], wish).pendingReason).toBe("feed_silent");
  });
});
