import { describe, expect, it } from "vitest";
import type { Outcome } from "../../../src/app/doctor/check.ts";
import { attempt, attemptAll, hoursBetween, say } from "../../../src/app/doctor/check.ts";
import { UsageError } from "../../../src/domain/errors.ts";
import { HttpFailure } from "../../../src/sources/http-failure.ts";

const complaint = { place: "a: b", value: "c: d", expected: "e", todo: "f" };
const attemptOne = (work: () => Outcome | Promise<Outcome>, deadlineMs = 60_000) =>
  attempt("store.space", null, deadlineMs, work);

describe("attempt", () => {
  it("gives what the check says", async () => {
    expect(await attemptOne(() => say("ok", "sound"))).toEqual({
      check: "store.space",
      subject: null,
      state: "ok",
      said: { text: "sound", values: {} },
    });
  });

  it("waits no longer than allowed", async () => {
    const never = () => new Promise<Outcome>(() => {});
    expect(await attemptOne(never, 20)).toMatchObject({
      state: "failure",
      said: { text: "too-slow", values: { seconds: "0.02" } },
    });
  });

  it.each([
    ["what a person can mend, in its own words", new UsageError(complaint), complaint],
    [
      "a failed request, in its parts",
      new HttpFailure("ECONNRESET", { ...complaint, place: "a" }),
      { ...complaint, place: "a" },
    ],
    ["anything else", new Error("boom"), { text: "unexpected", values: { problem: "boom" } }],
    ["what is no error at all", "boom", { text: "unexpected", values: { problem: "boom" } }],
  ])("tells of %s", async (_, thrown, said) => {
    const at = { state: "failure", said };
    expect(await attemptOne(() => Promise.reject(thrown))).toMatchObject(at);
    expect(
      await attemptOne(() => {
        throw thrown;
      }),
    ).toMatchObject(at);
  });
});

describe("attemptAll", () => {
  it("tells once of checks that come together and fail together", async () => {
    const lines = await attemptAll("keys.certificate", "serve.tls", 60_000, async () => {
      throw new UsageError(complaint);
    });
    expect(lines).toEqual([
      { check: "keys.certificate", subject: "serve.tls", state: "failure", said: complaint },
    ]);
  });
});

describe("hoursBetween", () => {
  it("counts whole hours, and none where a clock was set back", () => {
    expect(hoursBetween(0, 3_599_999)).toBe(0);
    expect(hoursBetween(0, 7_200_000)).toBe(2);
    expect(hoursBetween(7_200_000, 0)).toBe(0);
  });
});
