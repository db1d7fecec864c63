import { describe, expect, it } from "vitest";
import { findCorrections } from "../../src/reconcile/find-corrections.ts";
import { aKept, hashOf } from "../support/store-rows.ts";

describe("findCorrections", () => {
  it("finds scans of one code and time that differ in another column, in order of time", () => {
    const [before, after] = [hashOf("before"), hashOf("after")];
    const { at } = aKept();
    const observations = [
      aKept({ identity: "as it is", intake: after }),
      aKept({ identity: "as it was", intake: before }),
      aKept({ identity: "another code", code: "J05" }),
      aKept({ identity: "another time", at: at + 1 }),
      aKept({ identity: "a reply", channel: "legacy-api", code: "A01" }),
      aKept({ identity: "another reply", channel: "legacy-api", code: "A01" }),
      ...["x", "y", "z"].map((intake) => aKept({ identity: intake, code: "I01", intake: hashOf(intake) })),
    ];
    expect(findCorrections(observations)).toEqual([
      { code: "I01", at, intakes: 3 },
      { code: "J01", at, intakes: 2 },
    ]);
  });

  it("finds none in scans that stand once", () => {
    expect(findCorrections([aKept(), aKept({ identity: "other", code: "B01" })])).toEqual([]);
  });
});
