import { describe, expect, it } from "vitest";
import type { Finding, RaisedFinding } from "../../../src/domain/finding.ts";
import { toParcelFacts } from "../../../src/reconcile/facts/parcel-facts.ts";
import { evaluate } from "../../support/evaluation.ts";
import { push, scan } from "../../support/observations.ts";

/** As an advance of findings leaves it. */
function asKept(raised: RaisedFinding, state: Finding["state"]): Finding {
  return {
    ...raised,
    state,
    signature: null,
    knownDifference: null,
    firstSeenAt: 0,
    resolvedAt: null,
    reopenCount: 0,
  };
}

describe("toParcelFacts", () => {
  // X01 has no row: it explains the episode that the new side reports at the same moment.
  const observations = [
    scan("B01", "10:00:00"),
    push("sorted", "10:00:00"),
    scan("X01", "11:00:00"),
    push("in_transit", "11:00:00"),
  ];
  const standingsWhen = (state: Finding["state"]) => {
    const evaluation = evaluate(observations);
    const kept = evaluation.findings.map((finding) => asKept(finding, state));
    return toParcelFacts(evaluation, kept, observations).episodes.map(({ place, standing }) => [
      place,
      standing,
    ]);
  };

  it("tells an episode that a code explains from one whose code is a known difference", () => {
    expect(evaluate(observations).findings.map(({ kind }) => kind)).toEqual(["unmapped_code"]);
    expect(standingsWhen("open")).toEqual([
      ["agreed", "clean"],
      ["explained", "explained"],
    ]);
    expect(standingsWhen("known")).toEqual([
      ["agreed", "clean"],
      ["explained", "known"],
    ]);
  });
});
