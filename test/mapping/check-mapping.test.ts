import { describe, expect, it } from "vitest";
import type { StatusRow } from "../../src/domain/status.ts";
import { checkMapping } from "../../src/mapping/check-mapping.ts";
import type { MappingRow } from "../../src/mapping/mapping-row.ts";

const STATUSES = new Map<string, StatusRow>(
  ["sorted", "delivered"].map((status) => [
    status,
    { status, phase: "p", rank: 1, final: false, nameNl: status, nameEn: status, definition: status },
  ]),
);

/** A row without any fault: `J01` means sorted. */
function aRow(wish: Partial<MappingRow> = {}): MappingRow {
  return {
    line: 2,
    code: "J01",
    status: "sorted",
    relation: "exact",
    kind: "milestone",
    confidence: "0.9",
    justification: "the text says so",
    author: "one",
    reviewer: "another",
    validFrom: "",
    validTo: "",
    note: "",
    ...wish,
  };
}

/** A code of its own for the other status, so that every status is reached. */
const DELIVERED = aRow({ line: 9, code: "I01", status: "delivered" });
const NOTICE = { status: "", kind: "notice", relation: "none" };

function problemsOf(...rows: readonly Partial<MappingRow>[]) {
  return checkMapping([...rows.map((row) => aRow(row)), DELIVERED], STATUSES).map(
    ({ level, check, line }) => `${level} ${check} ${line}`,
  );
}

describe("checkMapping", () => {
  it.each<readonly [string, Partial<MappingRow>]>([
    ["a milestone", {}],
    ["a notice", NOTICE],
    ["an internal code", { ...NOTICE, kind: "internal" }],
    ["a broader status", { relation: "broader" }],
    ["a narrower status", { relation: "narrower" }],
    ["no confidence at all", { confidence: "0" }],
    ["full confidence", { confidence: "1.00" }],
    ["a span of days", { validFrom: "2026-01-01", validTo: "2028-02-29" }],
    ["no justification and no note", { justification: "", note: "" }],
  ])("has nothing against %s", (_, row) => {
    // Where the row is no milestone another one leads to its status.
    const other = aRow({ line: 8, code: "B01" });
    expect(checkMapping([aRow(row), other, DELIVERED], STATUSES)).toEqual([]);
  });

  it.each<readonly [string, Partial<MappingRow>]>([
    ["code-empty", { code: "" }],
    ["status-unknown", { status: "teleported" }],
    ["relation-unknown", { relation: "roughly" }],
    ["relation-unknown", { relation: "" }],
    ["kind-unknown", { kind: "Milestone" }],
    ["status-contradicts-kind", { kind: "notice" }],
    ["status-contradicts-kind", { kind: "internal" }],
    ["status-contradicts-kind", { relation: "none" }],
    ["status-contradicts-kind", { ...NOTICE, kind: "milestone" }],
    ["status-contradicts-kind", { ...NOTICE, relation: "exact" }],
    ["confidence-invalid", { confidence: "" }],
    ["confidence-invalid", { confidence: "1.01" }],
    ["confidence-invalid", { confidence: "-0.1" }],
    ["confidence-invalid", { confidence: "high" }],
    ["confidence-invalid", { confidence: "NaN" }],
    ["date-invalid", { validFrom: "2026-1-1" }],
    ["date-invalid", { validFrom: "01-01-2026" }],
    ["date-invalid", { validTo: "2026-02-29" }],
    ["date-invalid", { validTo: "2026-12-31T00:00" }],
  ])("refuses %s: %o", (check, row) => {
    const other = aRow({ line: 8, code: "B01" });
    const problems = checkMapping([aRow(row), other, DELIVERED], STATUSES);
    expect(problems.map(({ check: name }) => name)).toContain(check);
    for (const { level, line } of problems) expect([level, line]).toEqual(["error", 2]);
  });

  it.each<readonly [Partial<MappingRow>]>([[{ author: "" }], [{ reviewer: "" }], [{ reviewer: "one" }]])(
    "warns where four eyes did not look: %o",
    (row) => {
      expect(problemsOf(row)).toEqual(["warning four-eyes 2"]);
    },
  );

  it("warns of a status that no code leads to", () => {
    expect(checkMapping([aRow()], STATUSES)).toMatchObject([
      { level: "warning", check: "status-unreached", value: "delivered", line: 0 },
    ]);
  });

  it("warns of every status when there is no row", () => {
    expect(checkMapping([], STATUSES).map(({ value }) => value)).toEqual(["sorted", "delivered"]);
  });

  it("tells of every problem of a row", () => {
    const problems = problemsOf({ relation: "x", kind: "y", confidence: "z", author: "" });
    for (const problem of [
      "error confidence-invalid 2",
      "error kind-unknown 2",
      "error relation-unknown 2",
      "warning four-eyes 2",
    ]) {
      expect(problems).toContain(problem);
    }
  });

  it("tells of problems in order of line", () => {
    const rows = [
      { line: 7, confidence: "" },
      { line: 3, code: "B01", status: "?" },
      { line: 5, code: "" },
    ];
    expect(problemsOf(...rows)).toEqual([
      "error status-unknown 3",
      "error code-empty 5",
      "error confidence-invalid 7",
    ]);
  });

  describe("the days on which the rows of one code hold", () => {
    const from = (line: number, validFrom: string, validTo: string) => ({ line, validFrom, validTo });

    it.each<readonly [string, readonly Partial<MappingRow>[]]>([
      ["one after the other", [from(2, "", "2026-03-01"), from(3, "2026-03-01", "")]],
      ["in another order", [from(2, "2026-03-01", ""), from(3, "", "2026-03-01")]],
      ["with a gap", [from(2, "2026-01-01", "2026-02-01"), from(3, "2026-03-01", "2026-04-01")]],
      [
        "three of them",
        [from(2, "", "2026-01-01"), from(3, "2026-01-01", "2026-02-01"), from(4, "2026-02-01", "")],
      ],
    ])("may follow each other: %s", (_, rows) => {
      expect(problemsOf(...rows)).toEqual([]);
    });

    it.each<readonly [string, readonly Partial<MappingRow>[], string]>([
      ["the same row twice", [{ line: 2 }, { line: 3 }], "error rows-overlap 3"],
      ["by a day", [from(2, "", "2026-03-02"), from(3, "2026-03-01", "")], "error rows-overlap 3"],
      ["within another", [from(2, "", ""), from(3, "2026-01-01", "2026-02-01")], "error rows-overlap 3"],
      [
        "written the other way round",
        [from(2, "2026-03-01", ""), from(3, "2026-01-01", "")],
        "error rows-overlap 2",
      ],
    ])("may not overlap: %s", (_, rows, problem) => {
      expect(problemsOf(...rows)).toEqual([problem]);
    });

    it("may not overlap with a row that is not its neighbour either", () => {
      const rows = [
        from(2, "", ""),
        from(3, "2026-01-01", "2026-02-01"),
        from(4, "2026-03-01", "2026-04-01"),
      ];
      expect(problemsOf(...rows)).toEqual(["error rows-overlap 3", "error rows-overlap 4"]);
    });

    it.each([
      ["2026-03-01", "2026-03-01"],
      ["2026-03-01", "2026-01-01"],
    ])("may not be none at all: from %s to %s", (validFrom, validTo) => {
      const problems = problemsOf({ validFrom, validTo });
      expect(problems).toHaveLength(1);
      expect(problems[0]).toMatch(/^error .* 2$/);
    });

    it("do not matter between codes", () => {
      expect(problemsOf({ line: 2 }, { line: 3, code: "B01" })).toEqual([]);
    });
  });
});
