import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { checkLayout } from "../../src/app/check-layout.ts";
import { readConfig } from "../../src/config.ts";
import { UsageError } from "../../src/domain/errors.ts";
import type { LayoutCheckReport } from "../../src/report/layout-check.ts";
import { renderLayoutCheckText } from "../../src/report/render-layout-text.ts";
import { aCsvRow, CSV_HEADER, withFolder } from "../support/scan-files.ts";
import { listSchemaErrors } from "../support/schemas.ts";

const fixture = (name: string): string =>
  fileURLToPath(new URL(`../fixtures/layouts/${name}`, import.meta.url));
const CSV = "TT_11223344_20260308_060359_002.csv";
const DPD = "SCANINFO_BE0000_D20250117T133125_123456";

const check = async (path: string, layout?: string, rows = 5): Promise<LayoutCheckReport> => {
  const report = await checkLayout(readConfig(undefined), { path, layout, rows });
  expect(listSchemaErrors("layout-check", JSON.parse(JSON.stringify(report)))).toEqual([]);
  return report;
};

const checkText = (content: string, layout?: string): Promise<LayoutCheckReport> =>
  withFolder(async (folder) => {
    await writeFile(join(folder, "scans.csv"), content);
    return check(join(folder, "scans.csv"), layout);
  });

describe("checkLayout", () => {
  it("shows the first rows column by column, as they stand and as they are understood", async () => {
    const { rows } = await check(fixture(CSV));
    expect(rows).toHaveLength(5);
    expect(rows[1]).toMatchObject({
      line: 3,
      outcome: "accepted",
      raw: "  3sdevc123456789 ;01j;07-03-2026 23:22:56;888888;11223344;DEVC;ORDER-1001 ;003085;3SDEVC123456789;***;***",
      status: "sorted",
      at: "2026-03-07T22:22:56Z",
      localAt: "2026-03-07T23:22:56+01:00",
      code: null,
    });
    expect(rows[1]?.columns.slice(0, 3)).toEqual([
      { column: "Barcode", meaning: "barcode", text: "  3sdevc123456789 ", value: "3SDEVC123456789" },
      { column: "Waarneming", meaning: "code", text: "01j", value: "J01" },
      { column: "Tijdstip", meaning: "time", text: "07-03-2026 23:22:56", value: "2026-03-07T22:22:56Z" },
    ]);
    expect(rows[2]).toMatchObject({
      ambiguousTime: true,
      at: "2026-10-25T00:30:00Z",
      laterAt: "2026-10-25T01:30:00Z",
    });
    expect(rows[3]).toMatchObject({ nonexistentTime: true, localAt: "2026-03-29T03:30:00+02:00" });
    expect(rows[4]).toMatchObject({
      line: 7,
      outcome: "quarantined",
      code: "TIME_INVALID",
      message: expect.stringContaining("'30-02-2026 10:00:00' → "),
    });
  });

  it("says what the file is, and adds up all of it", async () => {
    const report = await check(fixture(CSV), undefined, 1);
    expect(report).toMatchObject({
      layout: "postnl-scan-csv",
      format: "delimited",
      encoding: { name: "utf-8", byteOrderMark: true, foreignLines: 1 },
      name: { matches: true, receivedAt: "2026-03-08T06:03:59Z", from: "name" },
      header: { line: 1 },
      trailer: { line: 11, text: "#EOF;8" },
      finalLineEnd: true,
      fault: null,
      notes: ["lines that are not utf-8 and were read as Windows-1252: 1"],
      summary: {
        rows: 8,
        accepted: 4,
        quarantined: 4,
        leftOut: 0,
        parcels: 3,
        earliest: "2026-03-07T22:22:56Z",
        latest: "2026-10-25T00:30:00Z",
        ambiguousTimes: 1,
        nonexistentTimes: 1,
      },
    });
    expect(report.summary.codes).toEqual([
      { code: "J01", rows: 2, meaning: "sorted" },
      { code: "B01", rows: 1, meaning: "accepted" },
      { code: "I01", rows: 1, meaning: "delivered" },
    ]);
    expect(report.summary.reasons.map(({ code, rows, firstLine }) => [code, rows, firstLine])).toEqual([
      ["BARCODE_INVALID", 1, 8],
      ["CODE_EMPTY", 1, 9],
      ["ROW_RAGGED", 1, 10],
      ["TIME_INVALID", 1, 7],
    ]);
    const unused = report.columns.filter(({ meaning }) => meaning === "unused").map(({ column }) => column);
    expect(unused).toEqual(["ColloNummer", "ColloAantal"]);
  });

  it("names columns of the file that the layout does not know, and shows nothing of them", async () => {
    const { columns, rows } = await checkText(`${CSV_HEADER};Ontvanger\n${aCsvRow(1)};Jansen\n`);
    expect(columns.at(-1)).toEqual({ column: "Ontvanger", meaning: "unknown" });
    expect(rows[0]?.columns.at(-1)).toEqual({
      column: "Ontvanger",
      meaning: "unknown",
      text: null,
      value: null,
    });
    expect(rows[0]?.raw).toMatch(/;\*\*\*$/);
  });

  it("shows no person, in text and in JSON, of rows that are read, set aside, or under no header", async () => {
    const content = `Jansen;${CSV_HEADER}\nPietersen;${aCsvRow(1)}\nDe Vries;kort\n`;
    const reports = [
      await check(fixture(DPD), "dpd-scaninfo"),
      await check(fixture("TT_11223344_20260308_060359_002.xml"), "postnl-scan-xml"),
      await checkText(content),
      // Without its header the first row stands in its place.
      await checkText("Willemsen;J01\nBakker;J02\n"),
      await checkText("<Observations><Observation><Naam>Visser</Naam></Observation>", "postnl-scan-xml"),
    ];
    for (const report of reports) {
      const shown = JSON.stringify(report) + renderLayoutCheckText(report, "en");
      expect(shown).not.toMatch(
        /Peeters|Kerkstraat|Müller|Janssens|De Smet|3012|Pietersen|De Vries|Willemsen|Bakker|Visser/,
      );
    }
    expect(reports[2]?.rows[1]?.raw).toBe("aa aaaaa;aaaa");
    expect(reports[3]?.fault).toMatchObject({ code: "HEADER_INVALID", line: 1 });
  });

  it("says why no row counts", async () => {
    const { fault, rows, summary } = await checkText(`${CSV_HEADER}\n${aCsvRow(1)}\n#EOF;2\n`);
    expect(fault).toMatchObject({
      code: "TRAILER_MISMATCH",
      line: 3,
      message: expect.stringContaining("#EOF;1"),
    });
    expect(rows.map(({ outcome, raw }) => [outcome, raw.slice(0, 8)])).toEqual([["quarantined", "9aaaaa99"]]);
    expect(summary).toMatchObject({ rows: 1, accepted: 0, quarantined: 1 });
  });

  it("mentions a missing last line end only where a cut would not show otherwise", async () => {
    const note = (report: LayoutCheckReport): boolean =>
      report.notes.some((text) => text.includes("no line end"));
    const content = `${CSV_HEADER}\n${aCsvRow(1)}`;
    const missing = await checkText(content);
    expect([missing.finalLineEnd, note(missing)]).toEqual([false, true]);
    const ended = await checkText(`${content}\n`);
    expect([ended.finalLineEnd, note(ended)]).toEqual([true, false]);
    const counted = await checkText(`${content}\n#EOF;1`);
    expect([counted.finalLineEnd, note(counted)]).toEqual([true, false]);
    const row = `3SDEVC123456789 J012026030723225688888811223344${"ORDER-1".padEnd(20)}`;
    const fixed = await checkText(row, "postnl-scan-fixed");
    expect([fixed.finalLineEnd, note(fixed)]).toEqual([false, false]);
  });

  it("counts rows that a layout leaves out", () =>
    withFolder(async (folder) => {
      const layout = join(folder, "filtered.yml");
      await writeFile(
        layout,
        `{ format: delimited, encoding: utf-8, delimiter: ";", header: false, trailingDelimiter: false,
           columns: [P, C, T, K], fields: { barcode: P, code: C, time: T }, only: [{ column: K, values: [E] }],
           time: { pattern: yyyyMMddHHmmss, zone: Europe/Amsterdam, precision: seconds },
           complete: { by: semaphore, suffix: .ok } }`,
      );
      const path = join(folder, "scans");
      await writeFile(path, "PARCEL0001;J01;20260307101500;E\nPARCEL0002;J01;20260307101500;Z\n");
      const { rows, summary } = await check(path, layout);
      expect(rows.map(({ outcome }) => outcome)).toEqual(["accepted", "left-out"]);
      expect(summary).toMatchObject({ rows: 2, accepted: 1, leftOut: 1 });
    }));

  it("refuses a layout or a file that is not there", async () => {
    await expect(check(fixture(CSV), "no-such-layout")).rejects.toThrow(UsageError);
    await expect(check(fixture("no-such-file"))).rejects.toThrow(UsageError);
  });
});

describe("renderLayoutCheckText", () => {
  it("says the same in both languages", async () => {
    const report = await check(fixture(CSV));
    const [en, nl] = [renderLayoutCheckText(report, "en"), renderLayoutCheckText(report, "nl")];
    expect(en).toContain("8 rows: 4 read, 4 set aside\n");
    expect(nl).toContain("8 regels: 4 gelezen, 4 apart gezet\n");
    expect(en).toMatch(
      /Tijdstip +time +2026-10-25T00:30:00Z \(2026-10-25T02:30:00\+02:00; or 2026-10-25T01:30:00Z: /,
    );
    expect(nl.split("\n")).toHaveLength(en.split("\n").length);
  });

  it("lets no row move the cursor or hide text", async () => {
    const report = await checkText(`${CSV_HEADER}\n${aCsvRow(1).replace("ORDER-1", "a\u001b[31m\u202eb")}\n`);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: none may get through
    expect(renderLayoutCheckText(report, "en").replaceAll("\n", "")).not.toMatch(/[\u0000-\u001f\u202e]/);
  });
});
