import { describe, expect, it } from "vitest";
import { UsageError } from "../../../src/domain/errors.ts";
import { makeSharedKeyVerifier } from "../../../src/sources/webhook/verify-shared-key.ts";

const BODY = new Uint8Array(0);

describe("makeSharedKeyVerifier", () => {
  it("lets the key pass, in whatever case the contract writes the header", () => {
    expect(
      makeSharedKeyVerifier("X-Carrier-Key", ["first key"])({ "x-carrier-key": "first key" }, BODY),
    ).toBe(true);
  });

  it("lets either of two keys pass while the key is being changed", () => {
    const verify = makeSharedKeyVerifier("apikey", ["old", "new"]);
    expect(["old", "new", "older"].map((apikey) => verify({ apikey }, BODY))).toEqual([true, true, false]);
  });

  it.each([
    [{}],
    [{ apikey: "" }],
    [{ apikey: "firs" }],
    [{ apikey: "first1" }],
    [{ apikey: "FIRST" }],
    [{ apikey: " first" }],
    [{ apikey: "first, first" }],
    [{ apikey: "x".repeat(100_000) }],
    [{ other: "first" }],
  ])("refuses %j", (headers) => {
    expect(makeSharedKeyVerifier("apikey", ["first"])(headers, BODY)).toBe(false);
  });

  it.each([[[]], [[""]], [["a", " "]], [["a", "b", "c"]]])(
    "cannot be made of %j, and shows no secret",
    (secrets) => {
      expect(() => makeSharedKeyVerifier("apikey", secrets)).toThrow(UsageError);
    },
  );
});
