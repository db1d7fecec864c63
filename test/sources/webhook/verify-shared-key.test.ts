import { describe, expect, it } from "vitest";
import { UsageError } from "../../../src/domain/errors.ts";
import { makeSharedKeyVerifier } from "../../../src/sources/webhook/verify-shared-key.ts";
import { aRequest, ask } from "../../support/verifiers.ts";

const rule = (header: string) => ({ header, secret: "sharedKey" });

describe("makeSharedKeyVerifier", () => {
  it("lets the key pass, in whatever case contract and sender write the header", async () => {
    const verify = makeSharedKeyVerifier(rule("X-Carrier-Key"), ["first key"]);
    expect(await ask(verify, aRequest({ "x-CARRIER-key": "first key" }))).toBe("1 of 1");
  });

  it("lets either of two keys pass while the key is being changed, and says which", async () => {
    const verify = makeSharedKeyVerifier(rule("apikey"), ["old", "new"]);
    const said = ["old", "new", "older"].map((apikey) => ask(verify, aRequest({ apikey })));
    expect(await Promise.all(said)).toEqual(["1 of 2", "2 of 2", "mismatch"]);
  });

  it.each([
    [{}, "missing"],
    [{ other: "first" }, "missing"],
    [{ apikey: ["first", "first"] }, "repeated"],
    [{ apikey: ["first", "other"] }, "repeated"],
    [{ apikey: "" }, "mismatch"],
    [{ apikey: "firs" }, "mismatch"],
    [{ apikey: "first1" }, "mismatch"],
    [{ apikey: "FIRST" }, "mismatch"],
    [{ apikey: " first" }, "mismatch"],
    [{ apikey: "first, first" }, "mismatch"],
    [{ apikey: "x".repeat(100_000) }, "mismatch"],
  ])("refuses %j: %s", async (headers, why) => {
    expect(await ask(makeSharedKeyVerifier(rule("apikey"), ["first"]), aRequest(headers))).toBe(why);
  });

  it.each([[[]], [[""]], [["a", " "]], [["a", "b", "c"]], [["schlüssel"]], [["a\tschl"]]])(
    "cannot be made of %j, and shows no secret",
    (secrets) => {
      expect(() => makeSharedKeyVerifier(rule("apikey"), secrets)).toThrow(UsageError);
      expect(() => makeSharedKeyVerifier(rule("apikey"), secrets)).not.toThrow(/schl/);
    },
  );
});
