import { describe, expect, it } from "vitest";
import { toExitCode } from "../../src/report/exit-code.ts";

describe("toExitCode", () => {
  it("is 0, 1 and 3 for go, no go and not proven", () => {
    expect((["go", "no_go", "not_proven"] as const).map(toExitCode)).toEqual([0, 1, 3]);
  });
});
