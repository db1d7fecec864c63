import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { checkMapping } from "../../src/mapping/check-mapping.ts";
import { readMappingFiles } from "../../src/mapping/load-tables.ts";
import { PACKAGE_ROOT } from "../../src/package-root.ts";
import { describeWithShared, sharedFolder } from "../support/shared.ts";

const folder = join(PACKAGE_ROOT, "mappings");
const { rows, statuses } = readMappingFiles(folder);

/** The first two columns of a table; neither is ever quoted. */
function readPairs(path: string): (readonly [first: string, second: string])[] {
  const lines = readFileSync(path, "utf8").trim().split(/\r?\n/).slice(1);
  return lines.map((line) => {
    const [first = "", second = ""] = line.split(",");
    return [first, second];
  });
}

describe("mappings/legacy-codes.csv", () => {
  it("has no error", () => {
    expect(checkMapping(rows, statuses).filter(({ level }) => level === "error")).toEqual([]);
  });

  it("has a row for each of 311 codes, letter first", () => {
    const codes = rows.map(({ code }) => code);
    expect(new Set(codes).size).toBe(311);
    for (const code of codes) expect(code).toMatch(/^[A-Z][0-9]{2}$/);
  });

  it("gives a reason for every row and was read by two", () => {
    for (const { code, justification, author, reviewer } of rows) {
      expect(justification, code).not.toBe("");
      expect(author, code).not.toBe(reviewer);
    }
  });

  it("leads to every status", () => {
    const reached = new Set(rows.map(({ status }) => status));
    for (const status of statuses.keys()) expect(reached).toContain(status);
  });
});

describe("mappings/statuses.csv", () => {
  it("has 25 statuses, six of them final or more", () => {
    expect(statuses.size).toBe(25);
    const finals = [...statuses.values()].filter(({ final }) => final).map(({ status }) => status);
    expect(finals.sort()).toEqual([
      "cancelled",
      "delivered",
      "delivered_to_neighbour",
      "delivered_to_safe_place",
      "lost",
      "picked_up",
      "returned",
    ]);
  });
});

describeWithShared("the shipped tables beside the specification's", () => {
  it("translate exactly the carrier's published codes", () => {
    const published = readPairs(join(sharedFolder, "facts/codes.csv")).map(([code]) => code);
    expect(rows.map(({ code }) => code).sort()).toEqual(published.sort());
  });

  it("keep the rows that are settled", () => {
    const settled = readPairs(join(sharedFolder, "spec/anchor-rows.csv"));
    expect(settled.length).toBeGreaterThan(80);
    const meanings = new Map(rows.map(({ code, status }) => [code, status]));
    expect(settled.map(([code]) => [code, meanings.get(code)])).toEqual(settled);
  });

  it("have the statuses of the specification, byte for byte", () => {
    const read = (path: string) => readFileSync(path, "utf8");
    expect(read(join(folder, "statuses.csv"))).toBe(read(join(sharedFolder, "spec/statuses.csv")));
  });
});
