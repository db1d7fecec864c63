import { parse } from "csv-parse/sync";
import { describe, expect, it } from "vitest";
import { renderCsv, renderParcelsCsv } from "../../src/report/render-csv.ts";
import {
  ACTING_CHARACTER,
  aFindingReport,
  aHostileReportData,
  aParcelReport,
  FINDINGS_OF_ALL_KINDS,
  HOSTILE_TEXTS,
} from "../support/report-data.ts";

function textOf(chunks: Iterable<string>): string {
  return [...chunks].join("");
}

/** Read back as strictly as RFC 4180 has it. */
function readCsv(text: string, delimiter = ","): Record<string, string>[] {
  return parse(text, { columns: true, delimiter, record_delimiter: "\r\n", bom: true });
}

describe("renderCsv", () => {
  it("has the columns of the JSON output, in its order", () => {
    expect(textOf(renderCsv([]))).toBe(
      "id,kind,state,severity,barcode,status,legacyStatus,newStatus,code,field,deltaSeconds,legacyAt,newAt," +
        "cause,causeRule,signature,firstSeenAt,settlesAt,pendingReason,reopenCount,knownDifference,evidence\r\n",
    );
  });

  it("writes a finding to the letter: commas, CR LF, empty for what does not apply", () => {
    const finding = aFindingReport({
      causeRule: 'says "no"',
      deltaSeconds: -5,
      evidence: { b: [1, -2], a: "x" },
    });
    expect(textOf(renderCsv([finding])).split("\r\n")[1]).toBe(
      "f1a40cc0ffee0001,missing_in_new,open,critical,3SDEVC123456789,delivered,,,,,-5,2026-03-18T13:22:56Z,," +
        'undecided,"says ""no""",missing_in_new/delivered,2026-03-19T06:30:00Z,2026-03-18T15:22:56Z,,0,,' +
        '"{""a"":""x"",""b"":[1,-2]}"',
    );
  });

  it("gives every finding back when read", () => {
    const rows = readCsv(textOf(renderCsv(FINDINGS_OF_ALL_KINDS)));
    expect(rows.map(({ id, kind, barcode }) => ({ id, kind, barcode }))).toEqual(
      FINDINGS_OF_ALL_KINDS.map(({ id, kind, barcode }) => ({ id, kind, barcode })),
    );
    expect(rows.map(({ evidence }) => JSON.parse(evidence ?? ""))).toEqual(
      FINDINGS_OF_ALL_KINDS.map(({ evidence }) => evidence),
    );
  });

  it("streams: it takes findings as it goes and does not gather them", () => {
    let taken = 0;
    function* many() {
      for (; taken < 10_000; taken += 1) yield aFindingReport({ id: `f${taken}` });
    }
    const chunks = renderCsv(many())[Symbol.iterator]();
    chunks.next();
    expect(taken).toBeLessThan(1000);
    let rows = 0;
    for (const chunk of { [Symbol.iterator]: () => chunks }) rows += chunk.split("\r\n").length - 1;
    expect(taken).toBe(10_000);
    expect(rows).toBeGreaterThan(9_000);
  });

  it.each([
    ["standard", ","],
    ["excel-nl", ";"],
  ] as const)("lets no hostile text begin a cell or a line as a formula (%s)", (dialect, delimiter) => {
    const rows = readCsv(textOf(renderCsv(aHostileReportData().findings, { dialect })), delimiter);
    expect(rows).toHaveLength(15);
    const cells = rows.flatMap((row) => Object.values(row));
    expect(cells.some((cell) => cell.includes("'=HYPERLINK"))).toBe(true);
    for (const line of cells.flatMap((cell) => cell.split(/[\r\n]/))) {
      expect(line.trim()).not.toMatch(/^[=+\-@＝＋－＠\t\r]/);
    }
  });

  it("lets no formula through when it is cut at the other separator", () => {
    const text = textOf(renderCsv([aFindingReport({ code: 'A;"=1+1";=2', field: "x\t=3" })]));
    for (const cell of text.split(/[;\t\r\n]/)) expect(cell.replace(/^["\s]+/, "")).not.toMatch(/^[=+@]/);
  });

  it("lets no formula through within evidence, and keeps the evidence readable as JSON", () => {
    const evidence = { newValue: "x;=1+1", legacyValue: "=2" };
    const text = textOf(renderCsv([aFindingReport({ evidence })]));
    expect(text).not.toMatch(/[;,"]=/);
    expect(JSON.parse(readCsv(text)[0]?.evidence ?? "")).toEqual(evidence);
  });

  it("keeps control and reordering characters out of the file", () => {
    const text = textOf(renderCsv(aHostileReportData().findings));
    expect(text).not.toMatch(ACTING_CHARACTER);
    expect(text.isWellFormed()).toBe(true);
  });

  it("writes for Excel under Dutch settings: byte-order mark and semicolons", () => {
    const text = textOf(
      renderCsv([aFindingReport({ knownDifference: "één, twee" })], { dialect: "excel-nl" }),
    );
    expect(text.startsWith("\ufeffid;kind;state;")).toBe(true);
    expect(readCsv(text, ";")[0]).toMatchObject({ kind: "missing_in_new", knownDifference: "één, twee" });
  });
});

describe("renderParcelsCsv", () => {
  it("writes parcels under the names of the JSON output", () => {
    expect(
      textOf(renderParcelsCsv([aParcelReport(), aParcelReport({ verdict: "not_proven", openFindings: 2 })])),
    ).toBe(
      "barcode,verdict,legacyEpisodes,newEpisodes,openFindings\r\n" +
        "3SDEVC123456789,matched,5,5,0\r\n3SDEVC123456789,not_proven,5,5,2\r\n",
    );
  });

  it("guards barcodes too", () => {
    const parcels = HOSTILE_TEXTS.map((barcode) => aParcelReport({ barcode }));
    for (const { barcode } of readCsv(textOf(renderParcelsCsv(parcels))))
      expect(barcode).not.toMatch(/^[=+\-@\t]/);
  });
});
