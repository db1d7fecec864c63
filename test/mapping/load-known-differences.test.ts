import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { UsageError } from "../../src/domain/errors.ts";
import { readKnownDifferences } from "../../src/mapping/load-known-differences.ts";
import { timeOf } from "../support/observations.ts";

const RULE = {
  id: "locker",
  match: { kind: "status_mismatch", code: "J23", from: "2026-03-01", until: "2026-03-31" },
  reason: "One status for both.",
  owner: "a@example.nl",
  approver: "b@example.nl",
  expires: "2026-03-28",
  maximumHits: 500,
};

function read(rules: unknown) {
  const folder = mkdtempSync(join(tmpdir(), "trackbridge-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "known-differences.yml");
  // JSON is YAML.
  writeFileSync(path, JSON.stringify({ rules }));
  return readKnownDifferences(path);
}

describe("readKnownDifferences", () => {
  it("reads a rule, its days by the Dutch calendar, across the clock change too", () => {
    const [rule] = read([RULE]);
    expect(rule).toMatchObject({ id: "locker", owner: "a@example.nl", maximumHits: 500 });
    expect(rule?.expiresAt).toBe(timeOf("2026-03-28T23:00:00Z"));
    expect(rule?.scope).toMatchObject({
      kind: "status_mismatch",
      code: ["J23"],
      status: null,
      occurredFrom: timeOf("2026-02-28T23:00:00Z"),
      occurredUntil: timeOf("2026-03-31T22:00:00Z"),
    });
  });

  it("gives none where there is no file", () => {
    expect(readKnownDifferences(join(tmpdir(), "no-such-folder", "known-differences.yml"))).toEqual([]);
  });

  it.each([
    ["one person as owner and approver", { approver: "A@example.nl" }, /another person/],
    ["a kind alone", { match: { kind: "status_mismatch" } }, /more than a kind/],
    ["a kind and days alone", { match: { kind: "status_mismatch", from: "2026-03-01" } }, /more than a kind/],
    ["a kind that is none", { match: { kind: "other", code: "J23" } }, /match\.kind/],
    ["a key that is none", { match: { kind: "status_mismatch", codes: "J23" } }, /codes/],
    ["a day that is none", { expires: "2026-02-30" }, /expires/],
    ["no reason", { reason: " " }, /reason/],
    ["no hits at all", { maximumHits: 0 }, /maximumHits/],
  ])("refuses %s", (_, wish, message) => {
    expect(() => read([{ ...RULE, ...wish }])).toThrow(UsageError);
    expect(() => read([{ ...RULE, ...wish }])).toThrow(message);
  });

  it("refuses one id twice", () => {
    expect(() => read([RULE, RULE])).toThrow(/each id once/);
  });
});
