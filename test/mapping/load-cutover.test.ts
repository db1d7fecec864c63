import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { UsageError } from "../../src/domain/errors.ts";
import { readConsumers } from "../../src/mapping/load-consumers.ts";
import { readCutover } from "../../src/mapping/load-cutover.ts";
import { readMappingFiles } from "../../src/mapping/load-tables.ts";
import { PACKAGE_ROOT } from "../../src/package-root.ts";

const SHIPPED = join(PACKAGE_ROOT, "config/cutover.yml");
const { statuses } = readMappingFiles(join(PACKAGE_ROOT, "mappings"));

function makeFile(content: string): string {
  const folder = mkdtempSync(join(tmpdir(), "trackbridge-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "a.yml");
  writeFileSync(path, content);
  return path;
}

function refusalOf(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    return (error as UsageError).message;
  }
  throw new Error("it was accepted");
}

describe("readCutover", () => {
  it("finds no dates in the file that comes along, and a full example in its comments", () => {
    const { phases, waves } = readCutover(SHIPPED);
    expect([...Object.values(phases), ...waves]).toEqual([null, null, null]);
    const example = readFileSync(SHIPPED, "utf8")
      .split("\n")
      .slice(3)
      .map((line) => line.replace(/^# ?/, ""))
      .join("\n");
    const calendar = readCutover(makeFile(example));
    expect(calendar.phases.newLeads).toEqual({
      date: "2026-06-01",
      at: Temporal.Instant.from("2026-05-31T22:00:00Z").epochMilliseconds,
      announced: "decided by the steering group",
      changedOn: "2026-04-14",
      history: [{ date: "2026-05-04", changedOn: "2026-04-14", reason: "unmapped codes" }],
    });
    expect(calendar.phases.parallelRun?.date).toBe("2026-03-01");
    expect(calendar.waves.map(({ id, customers, channels }) => [id, customers, channels])).toEqual([
      ["pilot", ["11223344"], null],
      ["scan-files", null, ["legacy-scan"]],
    ]);
    // What is commented out is what holds anyway.
    expect(calendar.rollback).toEqual(readCutover(SHIPPED).rollback);
  });

  it.each([
    ["phases: { oldEnds: 2026-02-30 }", "phases.oldEnds"],
    ["phases: { oldEnd: 2026-02-20 }", "phases"],
    ["phases: { newLeads: 2026-07-01, oldEnds: 2026-06-01 }", "in the order"],
    [
      "phases: { newLeads: 2026-07-01 }\nwaves: [{ id: a, customers: ['1'], oldEnds: 2026-06-01 }]",
      "waves.0",
    ],
    ["waves: [{ id: a, oldEnds: 2026-06-01 }]", "customers, channels or both"],
    ["waves: [{ id: a, customers: ['1'] }]", "a date of its own"],
    ["waves: [{ id: a, channels: [webhook], oldEnds: 2026-06-01 }]", "channels of the old side"],
    ["waves: [{ id: a, channels: [legacy-api], newLeads: 2026-06-01 }]", "channels of the new side"],
    [
      "waves: [{ id: a, customers: ['1'], oldEnds: 2026-06-01 }, { id: b, customers: ['2', '1'], oldEnds: 2026-06-02 }]",
      "wave a",
    ],
    ["rollback: { wrongMessages: 2 }", "rollback.wrongMessages"],
  ])("refuses %s", (content, complaint) => {
    expect(refusalOf(() => readCutover(makeFile(content)))).toContain(complaint);
  });

  it("names a file that is not there", () => {
    expect(refusalOf(() => readCutover("no/such.yml"))).toContain("no/such.yml");
  });
});

describe("readConsumers", () => {
  it("reads the examples that come along, by the statuses of the table", () => {
    const consumers = readConsumers(join(PACKAGE_ROOT, "mappings/consumers.yml"), statuses);
    expect(consumers.length).toBeGreaterThan(3);
    expect(consumers[0]).toMatchObject({ id: "out-for-delivery-message", lateMs: 1_800_000 });
  });

  it.each([
    ["sorted, zzz", "zzz"],
    ["", "at least one status"],
  ])("refuses statuses [%s]", (list, complaint) => {
    const content = `consumers: [{ id: a, nameNl: a, nameEn: a, action: message, statuses: [${list}] }]`;
    expect(refusalOf(() => readConsumers(makeFile(content), statuses))).toContain(complaint);
  });
});
