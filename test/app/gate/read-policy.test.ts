import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { readGatePolicy, SHIPPED_POLICY } from "../../../src/app/gate/read-policy.ts";
import { UsageError } from "../../../src/domain/errors.ts";

const STATUSES = new Set(["sorted", "lost"]);

function makeFile(content: string): string {
  const folder = mkdtempSync(join(tmpdir(), "trackbridge-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "gate.yml");
  writeFileSync(path, content);
  return path;
}

/** What reading refuses with. */
function refusalOf(content: string): string {
  try {
    readGatePolicy(makeFile(content), STATUSES);
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    const { message } = error as UsageError;
    expect(message.split("\n")).toHaveLength(1);
    return message;
  }
  throw new Error("it was accepted");
}

describe("readGatePolicy", () => {
  it.each(["", "# only a comment\n", "{}\n", "strata: { status: {} }\n"])(
    "has a default for every key: %o",
    (content) => {
      expect(readGatePolicy(makeFile(content), STATUSES)).toEqual(readGatePolicy(SHIPPED_POLICY, STATUSES));
    },
  );

  it("ships every key, with its default", () => {
    const shipped = readGatePolicy(SHIPPED_POLICY, STATUSES);
    expect(shipped).toEqual({
      days: 14,
      confidence: 0.95,
      starts: [],
      strata: {
        all: { maximumRate: 0.001, leastEpisodes: 1000, few: "not_proven", exceptions: {} },
        status: { maximumRate: 0.01, leastEpisodes: 1000, few: "not_exercised", exceptions: {} },
        customer: { maximumRate: 0.01, leastEpisodes: 1000, few: "not_exercised", exceptions: {} },
        product: { maximumRate: 0.01, leastEpisodes: 1000, few: "not_exercised", exceptions: {} },
        channel: { maximumRate: 0.005, leastEpisodes: 1000, few: "not_proven", exceptions: {} },
      },
      critical: 0,
      newFamilies: 0,
      codes: { coverage: 0.95, leastPairs: 3, exempt: [] },
      knownShare: 0.05,
      requireRecall: true,
      requireCertificate: true,
      runAtMostHoursOld: 36,
    });
    const written = readFileSync(SHIPPED_POLICY, "utf8");
    for (const key of ["maximumRate", "leastEpisodes", ...Object.keys(shipped)]) {
      expect(written).toMatch(new RegExp(`^${key}:`, "m"));
    }
  });

  it("keeps the zeros of customer numbers and codes, and takes a channel list", () => {
    const policy = readGatePolicy(
      makeFile(
        "strata: { customer: { exceptions: { 00123: { maximumRate: 0.05 } } }, status: { exceptions: { lost: { few: not_exercised } } } }\n" +
          "codes: { exempt: [01j, J05] }\nrequireCertificate: [webhook]\nstarts: [{ from: 2026-03-10, reason: mended }]\n",
      ),
      STATUSES,
    );
    expect(policy.strata.customer.exceptions).toEqual({ "00123": { maximumRate: 0.05 } });
    expect(policy.strata.status.exceptions).toEqual({ lost: { few: "not_exercised" } });
    expect(policy.codes.exempt).toEqual(["01J", "J05"]);
    expect(policy.requireCertificate).toEqual(["webhook"]);
    expect(policy.starts).toEqual([{ from: "2026-03-10", reason: "mended" }]);
  });

  it.each([
    ["a key that it does not know", "day: 14", /: the whole file: unknown key day → /],
    ["a key in a part", "strata: { status: { rate: 1 } }", /strata\.status: unknown key rate → /],
    ["a share as a percentage", "maximumRate: 5", /maximumRate: "5" → a share between 0 and 1/],
    ["a certain confidence", "confidence: 1", /confidence: "1" → a share between 0 and 1/],
    ["no days", "days: 0", /days: "0" → at least 1/],
    ["half a day", "days: 1.5", /days: "1\.5" → a whole number/],
    ["an empty number", "days:", /days: "" → a whole number/],
    ["a start without a reason", "starts: [{ from: 2026-03-10 }]", /starts\.0\.reason: nothing → /],
    [
      "a day that is none",
      "starts: [{ from: 2026-02-30, reason: x }]",
      /starts\.0\.from: "2026-02-30" → a day/,
    ],
    [
      "starts out of order",
      "starts: [{ from: 2026-03-10, reason: x }, { from: 2026-03-10, reason: y }]",
      /starts: .* → days in order/,
    ],
    [
      "a status that is none",
      "strata: { status: { exceptions: { teleported: {} } } }",
      /teleported → a status: sorted, lost/,
    ],
    [
      "a channel of the old side",
      "strata: { channel: { exceptions: { legacy-scan: {} } } }",
      /legacy-scan → a channel: webhook/,
    ],
    ["a channel that is none", "requireCertificate: [sms]", /requireCertificate.* → /],
    ["no YAML", "a: [", /gate\.yml: .* → a YAML file that can be read → name another file, or copy /],
  ])("refuses %s", (_, content, expected) => {
    expect(refusalOf(content)).toMatch(expected);
  });

  it("refuses a file that is not there", () => {
    expect(() => readGatePolicy("/nowhere/gate.yml", STATUSES)).toThrow(UsageError);
  });
});
