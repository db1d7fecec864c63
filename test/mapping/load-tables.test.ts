import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { UsageError } from "../../src/domain/errors.ts";
import { readMappingFiles, toMappingTables } from "../../src/mapping/load-tables.ts";
import type { MappingTables } from "../../src/mapping/translate.ts";
import { translate } from "../../src/mapping/translate.ts";
import { timeOf } from "../support/observations.ts";

const STATUSES = `status,phase,rank,final,name_nl,name_en,definition
sorted,sorting,40,no,Gesorteerd,Sorted,"A centre, or a depot, processed it."
delivered,delivered,100,yes,Bezorgd,Delivered,Handed over.
`;
const HEADER = "code,status,relation,kind,confidence,justification,author,reviewer,validFrom,validTo,note";
const CODES = `${HEADER}
J01,sorted,exact,milestone,1.00,"It says ""sorted"".",one,another,,,
I01,delivered,exact,milestone,0.9,,one,another,,,
A19,,none,notice,1,,one,another,,,
`;
const WIRE: MappingTables["wireCodes"] = {
  webhook: new Map([["sorted", "sorted"]]),
  "status-api": new Map([["sorted", "sorted"]]),
};

/** Writes the tables to a folder of their own, for as long as the test lasts. */
function makeFolder(codes: string | null = CODES, statuses: string | null = STATUSES): string {
  const folder = mkdtempSync(join(tmpdir(), "trackbridge-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  if (codes !== null) writeFileSync(join(folder, "legacy-codes.csv"), codes);
  if (statuses !== null) writeFileSync(join(folder, "statuses.csv"), statuses);
  return folder;
}

function tablesOf(codes?: string, wire = WIRE): MappingTables {
  return toMappingTables(readMappingFiles(makeFolder(codes)), wire, "the codes");
}

/** What loading refuses with: one line. */
function refusalOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    const { message } = error as UsageError;
    expect(message.split("\n")).toHaveLength(1);
    return message;
  }
  throw new Error("it was accepted");
}

describe("readMappingFiles", () => {
  it("reads statuses and codes as they stand, with their lines", () => {
    const { statuses, rows } = readMappingFiles(makeFolder());
    expect([...statuses.values()]).toEqual([
      {
        status: "sorted",
        phase: "sorting",
        rank: 40,
        final: false,
        nameNl: "Gesorteerd",
        nameEn: "Sorted",
        definition: "A centre, or a depot, processed it.",
      },
      {
        status: "delivered",
        phase: "delivered",
        rank: 100,
        final: true,
        nameNl: "Bezorgd",
        nameEn: "Delivered",
        definition: "Handed over.",
      },
    ]);
    expect(rows.map(({ line, code, status }) => [line, code, status])).toEqual([
      [2, "J01", "sorted"],
      [3, "I01", "delivered"],
      [4, "A19", ""],
    ]);
    expect(rows[0]).toMatchObject({ justification: 'It says "sorted".', author: "one", reviewer: "another" });
  });

  it("passes over a byte-order mark, CR LF, blanks around cells and empty lines, and takes columns in any order", () => {
    const [, ...lines] = CODES.trim().split("\n");
    const turned = lines.map((line) => line.split(",").reverse().join(" , "));
    const codes = [`\ufeff${HEADER.split(",").reverse().join(",")}`, "", ...turned.slice(1)].join("\r\n");
    const { rows } = readMappingFiles(makeFolder(codes, `\ufeff${STATUSES.replaceAll("\n", "\r\n")}`));
    expect(rows.map(({ line, code, status }) => [line, code, status])).toEqual([
      [3, "I01", "delivered"],
      [4, "A19", ""],
    ]);
  });

  it("brings codes into their letter-first, upper-case form", () => {
    const { rows } = readMappingFiles(makeFolder(CODES.replace("J01,", " 01j ,")));
    expect(rows[0]?.code).toBe("J01");
  });

  it.each([
    ["codes", null, STATUSES, /legacy-codes\.csv → a CSV file that can be read/],
    ["statuses", CODES, null, /statuses\.csv → a CSV file that can be read/],
    [
      "a column of the codes",
      CODES.replace(",reviewer", ",checker"),
      STATUSES,
      /legacy-codes\.csv line 1: .* → add reviewer/,
    ],
    [
      "a column of the statuses",
      CODES,
      STATUSES.replace(",rank", ",order"),
      /statuses\.csv line 1: .* → add rank/,
    ],
  ])("refuses a folder without %s", (_, codes, statuses, told) => {
    expect(refusalOf(() => readMappingFiles(makeFolder(codes, statuses)))).toMatch(told);
  });

  it.each([
    ["a row with a cell too few", `${CODES}B01,sorted\n`],
    ["a row with a cell too many", `${CODES}B01,sorted,exact,milestone,1,,one,another,,,,\n`],
    ["a quote that does not end", `${CODES}B01,"sorted,exact\n`],
  ])("refuses %s", (_, codes) => {
    expect(refusalOf(() => readMappingFiles(makeFolder(codes)))).toMatch(
      /legacy-codes\.csv: .*correct the file/,
    );
  });

  it.each([
    ["a rank that is no number", /line 2: rank 'x'/, STATUSES.replace(",40,", ",x,")],
    ["no rank", /line 2: rank ''/, STATUSES.replace(",40,", ",,")],
    ["a final that is neither yes nor no", /line 3: final 'true'/, STATUSES.replace(",yes,", ",true,")],
    [
      "a name that no code can be compared with",
      /line 3: status 'Delivered'/,
      STATUSES.replace("\ndelivered,", "\nDelivered,"),
    ],
    ["a status twice", /line 4: .*sorted/, `${STATUSES}sorted,again,41,no,Gesorteerd,Sorted,Again.\n`],
  ])("refuses %s", (_, told, statuses) => {
    expect(refusalOf(() => readMappingFiles(makeFolder(CODES, statuses)))).toMatch(told);
  });

  it("says of a table without a single row that it has none, not that its columns are missing", () => {
    expect(() => readMappingFiles(makeFolder(`${HEADER}\n`))).not.toThrow(/add code/);
  });

  it("gives another fingerprint for any other byte, and the same one for the same", () => {
    const of = (codes?: string, statuses?: string) =>
      readMappingFiles(makeFolder(codes, statuses)).fingerprint;
    const given = of();
    expect(of()).toBe(given);
    expect(of(CODES.replace("0.9", "0.8"))).not.toBe(given);
    expect(of(CODES, STATUSES.replace("Handed", "Given"))).not.toBe(given);
  });
});

describe("toMappingTables", () => {
  it("translates what the rows say", () => {
    const tables = tablesOf();
    const now = timeOf("10:00:00");
    expect(translate("legacy-scan", "J01", now, tables)).toEqual({ kind: "status", status: "sorted" });
    expect(translate("legacy-api", "A19", now, tables)).toEqual({ kind: "notice" });
    expect(translate("legacy-scan", "Z99", now, tables)).toEqual({ kind: "unmapped" });
    expect(translate("webhook", "sorted", now, tables)).toEqual({ kind: "status", status: "sorted" });
    expect(translate("status-api", "J01", now, tables)).toEqual({ kind: "unknown" });
  });

  it("lets a row hold from its first day to its last one, in the carrier's own days", () => {
    const tables = tablesOf(
      CODES.replace("one,another,,,\nI01", "one,another,2026-03-01,2026-06-01,\nI01").concat(
        "J01,delivered,exact,milestone,1,,one,another,2026-06-01,,\n",
      ),
    );
    const statusAt = (instant: string) => {
      const translation = translate("legacy-scan", "J01", timeOf(instant), tables);
      return translation.kind === "status" ? translation.status : translation.kind;
    };
    expect(statusAt("2026-02-28T22:59:59.999Z")).toBe("unmapped");
    expect(statusAt("2026-02-28T23:00:00Z")).toBe("sorted");
    expect(statusAt("2026-05-31T21:59:59.999Z")).toBe("sorted");
    expect(statusAt("2026-05-31T22:00:00Z")).toBe("delivered");
  });

  it("names the first error, its line and how many more there are", () => {
    const codes = CODES.replace("J01,sorted", "J01,teleported").replace(",0.9,", ",2,");
    expect(refusalOf(() => tablesOf(codes))).toMatch(
      /^the codes line 2: J01 status 'teleported' → .* \(and 1 more: trackbridge mapping lint\)$/,
    );
  });

  it("goes on in spite of warnings", () => {
    expect(tablesOf(CODES.replace("one,another", "one,one")).legacyCodes.size).toBe(3);
  });

  it("gives another fingerprint when the contract's codes change", () => {
    const other = { ...WIRE, webhook: new Map([["sorteer", "sorted"]]) };
    expect(tablesOf().fingerprint).toBe(tablesOf().fingerprint);
    expect(tablesOf(CODES, other).fingerprint).not.toBe(tablesOf().fingerprint);
  });

  it("is frozen", () => {
    expect(Object.isFrozen(tablesOf())).toBe(true);
  });
});
