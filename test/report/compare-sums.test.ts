import { describe, expect, it } from "vitest";
import { compareSums, toDifference } from "../../src/report/compare-sums.ts";
import type { ReportData } from "../../src/report/report-data.ts";
import { aReconcileReport, aReportData } from "../support/report-data.ts";

function differenceOf(data: ReportData): number {
  return toDifference(compareSums(data.summary, data));
}

describe("compareSums", () => {
  it("shows rows, each channel, both sides, agreed, differing, parcels and the four states", () => {
    const lines = compareSums(aReportData().summary, aReportData());
    expect(lines.map(({ subject }) => Object.values(subject).at(-1))).toEqual([
      "rows",
      "legacy-scan",
      "legacy-api",
      "webhook",
      "status-api",
      "rowsByChannel",
      "legacyEpisodes",
      "newEpisodes",
      "agreed",
      "differing",
      "parcels",
      "open",
      "pending",
      "known",
      "resolved",
    ]);
    expect(lines.every(({ difference }) => difference === 0)).toBe(true);
  });

  it("puts the figures of a line side by side", () => {
    const [rows] = compareSums(aReconcileReport(), undefined);
    expect(rows).toEqual({
      subject: { kind: "plain", name: "rows" },
      total: { name: "seen", value: 196_504 },
      parts: [
        { name: "accepted", value: 153_147 },
        { name: "duplicates", value: 43_347 },
        { name: "quarantined", value: 10 },
      ],
      difference: 0,
    });
  });

  it("finds each figure that is one off", () => {
    const start = aReportData();
    const { summary } = start;
    const { tieOut } = summary;
    const withTieOut = (changes: Partial<typeof tieOut>): ReportData => ({
      ...start,
      summary: { ...summary, tieOut: { ...tieOut, ...changes } },
    });
    const wrong: readonly (readonly [string, ReportData, number])[] = [
      ["rows", withTieOut({ rows: { ...tieOut.rows, accepted: tieOut.rows.accepted + 1 } }), 1],
      ["legacy events", withTieOut({ legacy: { ...tieOut.legacy, lone: tieOut.legacy.lone - 1 } }), 1],
      ["new events", withTieOut({ new: { ...tieOut.new, explained: tieOut.new.explained + 1 } }), 1],
      ["parcels", withTieOut({ parcels: tieOut.parcels + 1 }), 1],
      ["a verdict", { ...start, summary: { ...summary, parcels: { ...summary.parcels, known: 13 } } }, 1],
      ["a state", { ...start, summary: { ...summary, findings: { ...summary.findings, pending: 51 } } }, 1],
      [
        "a channel",
        { ...start, channels: start.channels.map((row, i) => (i === 2 ? { ...row, quarantined: 3 } : row)) },
        1,
      ],
      ["a kind", { ...start, kinds: start.kinds.slice(1) }, 9 + 21 + 118],
    ];
    for (const [name, data, difference] of wrong) expect(differenceOf(data), name).toBe(difference);
  });

  it("finds agreed and differing events that one side has more of", () => {
    const { summary } = aReportData();
    const { tieOut } = summary;
    const shifted = { ...tieOut.new, agreed: tieOut.new.agreed - 1, differing: tieOut.new.differing + 1 };
    const lines = compareSums({ ...summary, tieOut: { ...tieOut, new: shifted } }, undefined);
    expect(toDifference(lines)).toBe(2);
  });

  it("finds parcels listed that were not evaluated", () => {
    const { summary } = aReportData();
    const lines = compareSums({ ...summary, parcels: { ...summary.parcels, total: 12_481 } }, undefined);
    expect(toDifference(lines)).toBe(1);
  });
});

describe("toDifference", () => {
  it("does not let one difference hide another", () => {
    const line = {
      subject: { kind: "plain", name: "rows" },
      total: { name: "seen", value: 0 },
      parts: [],
    } as const;
    expect(
      toDifference([
        { ...line, difference: 3 },
        { ...line, difference: -3 },
      ]),
    ).toBe(6);
  });
});
