import { createHash } from "node:crypto";
import { appendFile, copyFile, readFile, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { UsageError } from "../../../src/domain/errors.ts";
import type { Observation } from "../../../src/domain/observation.ts";
import { NO_DETAILS } from "../../../src/domain/observation.ts";
import { openScanFile } from "../../../src/sources/legacy-scan/parse-scan-file.ts";
import { parseLayout, readLayout } from "../../../src/sources/legacy-scan/read-layout.ts";
import { timeOf } from "../../support/observations.ts";
import {
  aCsvRow,
  barcodeOf,
  CSV_HEADER,
  type ReadFile,
  readScanBytes,
  readScanFile,
  withFolder,
} from "../../support/scan-files.ts";

const fixture = (name: string): string =>
  fileURLToPath(new URL(`../../fixtures/layouts/${name}`, import.meta.url));

const csv = await readLayout("postnl-scan-csv");
const fixed = await readLayout("postnl-scan-fixed");
const xml = await readLayout("postnl-scan-xml");
const dpd = await readLayout("dpd-scaninfo");

const readFixture = (name: string, layout: typeof csv): Promise<ReadFile> =>
  readScanFile(fixture(name), layout, name);

/** Fields that every observation of a file shares, so that the tests name only what differs. */
function shared(file: ReadFile["file"], receivedAt: string): Partial<Observation> {
  return {
    channel: "legacy-scan",
    precisionMs: 1000,
    receivedAt: timeOf(receivedAt),
    intake: file.hash,
    lastListedAt: null,
    laterAt: null,
    nonexistentTime: false,
  };
}

const identities = ({ observations }: ReadFile): string[] => observations.map(({ identity }) => identity);

describe("openScanFile, postnl-scan-csv", () => {
  const name = "TT_11223344_20260308_060359_002.csv";

  it("reads a real-shaped file to the last field", async () => {
    const { file, observations } = await readFixture(name, csv);
    const content = await readFile(fixture(name));
    expect(file).toMatchObject({
      kind: "file",
      hash: createHash("sha256").update(content).digest("hex"),
      arrival: { channel: "legacy-scan", name, receivedAt: timeOf("2026-03-08T06:03:59Z"), httpStatus: null },
      layout: "postnl-scan-csv",
      foreignLines: 1,
    });
    const common = shared(file, "2026-03-08T06:03:59Z");
    const first = {
      ...common,
      barcode: "3SDEVC123456789",
      code: "J01",
      at: timeOf("2026-03-07T22:22:56Z"),
      // SHA-256 of 3SDEVC123456789, J01, 20260307232256 and the eight other columns, joined with U+001F.
      identity: "38e2dee4390ebe8d746716db6cb5513b",
      details: {
        reference: "ORDER-1001",
        customerNumber: "11223344",
        customerCode: "DEVC",
        mainBarcode: "3SDEVC123456789",
        location: "888888",
        productCode: "003085",
      },
    };
    expect(observations).toEqual([
      { ...first, line: 2 },
      { ...first, line: 3 },
      {
        ...common,
        line: 4,
        barcode: "3SDEVC000000001",
        code: "I01",
        at: timeOf("2026-10-25T00:30:00Z"),
        laterAt: timeOf("2026-10-25T01:30:00Z"),
        identity: "381634121bb1926227b583ba1438b6e7",
        details: {
          reference: 'Café "De Zon"',
          customerNumber: "11223344",
          customerCode: "DEVC",
          mainBarcode: null,
          location: "161119",
          productCode: "003085",
        },
      },
      {
        ...common,
        line: 5,
        barcode: "3SDEVC000000002",
        code: "B01",
        at: timeOf("2026-03-29T01:30:00Z"),
        nonexistentTime: true,
        identity: expect.stringMatching(/^[0-9a-f]{32}$/),
        details: {
          reference: "Straße € 5",
          customerNumber: "11223344",
          customerCode: "DEVC",
          mainBarcode: "3SDEVC000000001",
          location: "161119",
          productCode: "003085",
        },
      },
    ]);
  });

  it("sets unreadable rows aside with file, line, reason and what to do", async () => {
    const { quarantined } = await readFixture(name, csv);
    expect(quarantined).toEqual([
      {
        line: 7,
        code: "TIME_INVALID",
        message: `${name} line 7: time '30-02-2026 10:00:00' → a date and time of the years 2000 to 2099 as dd-MM-yyyy HH:mm:ss (Europe/Amsterdam) → correct the row, or the layout's time pattern`,
        raw: "3SDEVC000000003;J01;30-02-2026 10:00:00;161119;11223344;DEVC;ORDER-1003;003085;;1;1",
      },
      {
        line: 8,
        code: "BARCODE_INVALID",
        message: expect.stringMatching(`^${name} line 8: barcode '3SD EVC' → 8 to 35 letters or digits → .`),
        raw: "3SD EVC;J01;07-03-2026 10:00:00;161119;11223344;DEVC;ORDER-1004;003085;;1;1",
      },
      {
        line: 9,
        code: "CODE_EMPTY",
        message: expect.stringMatching(`^${name} line 9: no observation code → .* → .`),
        raw: "3SDEVC000000004; ;07-03-2026 10:00:00;161119;11223344;DEVC;ORDER-1005;003085;;1;1",
      },
      {
        line: 10,
        code: "ROW_RAGGED",
        message: expect.stringMatching(`^${name} line 10: 10 columns → 11 columns → .`),
        raw: "3SDEVC000000005;J01;07-03-2026 10:00:00;161119;11223344;DEVC;ORDER-1006;003085;;1",
      },
    ]);
  });

  it("gives the bytes as they are, and the rows again when asked again", async () => {
    const file = await openScanFile(fixture(name), { layout: csv, name });
    const chunks: Uint8Array[] = [];
    for await (const chunk of file.content()) chunks.push(chunk);
    expect(Buffer.concat(chunks)).toEqual(await readFile(fixture(name)));
    const [first, second] = [await Array.fromAsync(file.rows()), await Array.fromAsync(file.rows())];
    expect(second).toEqual(first);
  });

  const rows = [aCsvRow(1), aCsvRow(2)];
  const fileOf = (lines: readonly string[], end = "\n"): string => lines.map((line) => line + end).join("");
  const readRows = (lines: readonly string[]): Promise<ReadFile> => readScanBytes(fileOf(lines), csv);

  describe("identity", () => {
    const [row] = rows as [string];
    const identityOf = async (content: string): Promise<string | undefined> =>
      identities(await readScanBytes(content, csv))[0];
    const expected = identityOf(`${CSV_HEADER}\n${row}\n`);

    it.each([
      ["a byte-order mark", `\ufeff${CSV_HEADER}\n${row}\n`],
      ["CR LF", `${CSV_HEADER}\r\n${row}\r\n`],
      ["no last line end", `${CSV_HEADER}\n${row}`],
      [
        "a barcode in lower case",
        `${CSV_HEADER}\n${row.toLowerCase().replace("order", "ORDER").replace("devc;", "DEVC;")}\n`,
      ],
      ["blanks around every value", `${CSV_HEADER}\n${row.replaceAll(";", " ; ")}\n`],
      ["the digits first", `${CSV_HEADER}\n${row.replace("J01", "01j")}\n`],
      [
        "another order of columns",
        `${CSV_HEADER.split(";").toReversed().join(";")}\n${row.split(";").toReversed().join(";")}\n`,
      ],
      ["another empty column", `Nieuw;${CSV_HEADER}\n;${row}\n`],
    ])("is the same with %s", async (_what, content) => {
      expect(await identityOf(content)).toBe(await expected);
    });

    it("is another when any column differs, also one that the layout does not know", async () => {
      const cells = row.split(";");
      const others = [
        barcodeOf(2),
        "J02",
        "07-03-2026 23:22:57",
        "888889",
        "11223345",
        "DEVD",
        "ORDER-2",
        "003086",
        barcodeOf(1),
        "2",
        "2",
      ];
      const changed = others.map((value, at) => cells.with(at, value).join(";"));
      const { observations } = await readRows([CSV_HEADER, row, ...changed]);
      const more = await readRows([`${CSV_HEADER};Nieuw;Ander`, `${row};a;`, `${row};;a`, `${row};a;a`]);
      const all = [...identities({ observations } as ReadFile), ...identities(more)];
      expect(new Set(all).size).toBe(15);
    });

    it("is the same with unknown columns in any order", async () => {
      const one = await readRows([`${CSV_HEADER};Nieuw;Ander`, `${row};a;b`]);
      const other = await readRows([`Ander;${CSV_HEADER};Nieuw`, `b;${row};a`]);
      expect(identities(other)).toEqual(identities(one));
    });

    it("does not take one column's text for another's", async () => {
      const { observations } = await readRows([
        `${CSV_HEADER}`,
        row.replace("ORDER-1;003085", "ORDER-1 003085;"),
        row.replace("ORDER-1;003085", ";ORDER-1 003085"),
      ]);
      expect(new Set(observations.map(({ identity }) => identity)).size).toBe(2);
    });
  });

  describe("header", () => {
    it.each([
      [
        "lacks columns",
        CSV_HEADER.replace("Tijdstip;", "").replace(";ColloAantal", ""),
        "the columns Tijdstip, ColloAantal too",
      ],
      ["names one twice", `${CSV_HEADER};Barcode`, "'Barcode' twice"],
      ["is not there", aCsvRow(3), "the columns Barcode, Waarneming,"],
      [
        "was read with another delimiter",
        CSV_HEADER.replaceAll(";", ","),
        "the columns Barcode, Waarneming,",
      ],
    ])("that %s costs every row, with one reason", async (_what, header, reason) => {
      const { refused, quarantined, observations } = await readRows([header, ...rows]);
      expect(observations).toEqual([]);
      expect(refused).toEqual(["2 HEADER_INVALID", "3 HEADER_INVALID"]);
      for (const { message } of quarantined) expect(message).toContain(reason);
    });

    it("that is wrong shows even where no row follows", async () => {
      expect((await readRows([CSV_HEADER.slice(0, 40)])).refused).toEqual(["1 HEADER_INVALID"]);
      expect((await readScanBytes("", csv)).refused).toEqual(["1 HEADER_INVALID"]);
      expect((await readScanBytes(fileOf([CSV_HEADER, ...rows], "\r"), csv)).refused).toEqual([
        "1 HEADER_INVALID",
      ]);
    });

    it("may stand alone: a quiet period", async () => {
      expect((await readRows([CSV_HEADER])).seen).toBe(0);
      expect((await readRows([CSV_HEADER, "#EOF;0"])).seen).toBe(0);
    });

    it("in UTF-16 costs every row, with that reason", async () => {
      const { refused } = await readScanBytes(
        Buffer.from(`\ufeff${fileOf([CSV_HEADER, ...rows])}`, "utf16le"),
        csv,
      );
      expect(refused.length).toBeGreaterThan(0);
      expect(new Set(refused.map((text) => text.split(" ")[1]))).toEqual(new Set(["ENCODING_UNSUPPORTED"]));
    });
  });

  describe("trailer", () => {
    it.each([
      ["agrees", ["#EOF;2"]],
      ["agrees, with zeros in front and blanks behind", ["#EOF;0002  "]],
      ["is followed by nothing but blank lines", ["#EOF;2", "", " "]],
      ["is absent", []],
    ])("that %s lets every row count", async (_what, end) => {
      const { observations, refused } = await readRows([CSV_HEADER, ...rows, ...end]);
      expect(refused).toEqual([]);
      expect(observations).toHaveLength(2);
    });

    it("counts damaged rows, and no blank lines", async () => {
      const { refused } = await readRows([CSV_HEADER, "", aCsvRow(1), " ", "x;y", "#EOF;2"]);
      expect(refused).toEqual(["5 ROW_RAGGED"]);
    });

    it.each([
      ["counts fewer", ["#EOF;1"]],
      ["counts more", ["#EOF;3"]],
      ["counts nothing", ["#EOF;"]],
      ["counts in words", ["#EOF;two"]],
      ["says more than a number", ["#EOF;2;"]],
      ["has a negative number", ["#EOF;-2"]],
      ["is cut off", ["#EO"]],
      ["comes twice", ["#EOF;2", "#EOF;2"]],
    ])("that %s costs every row", async (_what, end) => {
      const { observations, quarantined } = await readRows([CSV_HEADER, ...rows, ...end]);
      expect(observations).toEqual([]);
      expect(quarantined.slice(0, 2).map(({ line }) => line)).toEqual([2, 3]);
      expect(new Set(quarantined.map(({ code }) => code))).toEqual(new Set(["TRAILER_MISMATCH"]));
    });

    it("with lines behind it costs every row, those lines included", async () => {
      const { refused } = await readRows([CSV_HEADER, aCsvRow(1), "#EOF;1", aCsvRow(2)]);
      expect(refused).toEqual(["2 TRAILER_MISMATCH", "4 TRAILER_MISMATCH"]);
    });

    it("that is wrong shows even where no row stands before it", async () => {
      expect((await readRows([CSV_HEADER, "#EOF;5"])).refused).toEqual(["2 TRAILER_MISMATCH"]);
    });
  });

  describe("rows", () => {
    it("takes quotation marks as letters, so that one of them costs nothing", async () => {
      const { observations, refused } = await readRows([
        CSV_HEADER,
        aCsvRow(1).replace("ORDER-1", '"ORDER-1'),
        aCsvRow(2).replace("ORDER-2", 'OR"DER"-2'),
        aCsvRow(3),
      ]);
      expect(refused).toEqual([]);
      expect(observations.map(({ details }) => details.reference)).toEqual([
        '"ORDER-1',
        'OR"DER"-2',
        "ORDER-3",
      ]);
    });

    it("sets aside what is too long or holds control characters, and goes on", async () => {
      const { refused, observations, quarantined } = await readRows([
        CSV_HEADER,
        aCsvRow(1).replace("ORDER-1", "x".repeat(200_000)),
        aCsvRow(2).replace("ORDER-2", "\u0000"),
        aCsvRow(3).replace("ORDER-3", "a\rb"),
        aCsvRow(4).replace("ORDER-4", "a\u001fb"),
        aCsvRow(5).replace("ORDER-5", "a\tb"),
      ]);
      expect(refused).toEqual([
        "2 ROW_TOO_LONG",
        "3 ROW_CONTROL_CHARACTER",
        "4 ROW_CONTROL_CHARACTER",
        "5 ROW_CONTROL_CHARACTER",
      ]);
      expect(observations.map(({ line }) => line)).toEqual([6]);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: none may get through
      for (const { raw, message } of quarantined) expect(raw + message).not.toMatch(/[\u0000-\u001f]/);
      for (const { raw } of quarantined) expect(raw.length).toBeLessThan(400);
    });

    it("reads each line in its own encoding: one bad byte garbles no other", async () => {
      const content = Buffer.concat([
        Buffer.from(`${CSV_HEADER}\n${aCsvRow(1).replace("ORDER-1", "Café")}\n`),
        Buffer.from(`${aCsvRow(2).replace("ORDER-2", "Café")}\n`, "latin1"),
        Buffer.from(`${aCsvRow(3).replace("ORDER-3", "€")}\n`),
      ]);
      const { file, observations } = await readScanBytes(content, csv);
      expect(observations.map(({ details }) => details.reference)).toEqual(["Café", "Café", "€"]);
      expect(file.foreignLines).toBe(1);
    });

    it("keeps line numbers over many blocks, in batches of some thousand", async () => {
      const count = 20_000;
      const lines = [CSV_HEADER, ...Array.from({ length: count }, (_, at) => aCsvRow(at)), `#EOF;${count}`];
      await withFolder(async (folder) => {
        const path = join(folder, "scans");
        await writeFile(path, fileOf(lines));
        const file = await openScanFile(path, { layout: csv, name: "scans" });
        let next = 0;
        for await (const batch of file.rows()) {
          expect(batch.length).toBeLessThanOrEqual(4096);
          for (const row of batch) {
            if (row.kind !== "observation") throw new Error(row.quarantined.message);
            const { barcode, line } = row.observation;
            if (barcode !== barcodeOf(next) || line !== next + 2)
              throw new Error(`${barcode} in line ${line}`);
            next += 1;
          }
        }
        expect(next).toBe(count);
      });
    });
  });
});

describe("openScanFile, postnl-scan-fixed", () => {
  const name = "TT_11223344_20260308_060359_002.txt";

  it("reads a real-shaped file by bytes", async () => {
    const { file, observations } = await readFixture(name, fixed);
    const common = shared(file, "2026-03-08T06:03:59Z");
    // The euro sign is no Latin-1; é and ß are.
    expect(file.foreignLines).toBe(1);
    const details = { ...NO_DETAILS, customerNumber: "11223344", location: "161119" };
    expect(observations).toEqual([
      {
        ...common,
        line: 1,
        barcode: "3SDEVC123456789",
        code: "J01",
        at: timeOf("2026-03-07T22:22:56Z"),
        identity: "cab4166300befce5346ac2a03fe36d86",
        details: { ...details, reference: "ORDER-1001", location: "888888" },
      },
      {
        ...common,
        line: 2,
        barcode: "3SDEVC000000001",
        code: "I01",
        at: timeOf("2026-10-25T00:30:00Z"),
        laterAt: timeOf("2026-10-25T01:30:00Z"),
        identity: expect.any(String),
        details: { ...details, reference: "Café Straße" },
      },
      {
        ...common,
        line: 3,
        barcode: "3SDEVC000000002",
        code: "B01",
        at: timeOf("2026-03-29T01:30:00Z"),
        nonexistentTime: true,
        identity: expect.any(String),
        details: { ...details, reference: "Kado € 5" },
      },
    ]);
  });

  it("sets aside rows of another width, also where a letter took two bytes", async () => {
    const { refused, quarantined } = await readFixture(name, fixed);
    expect(refused).toEqual(["4 ROW_RAGGED", "5 ROW_RAGGED", "6 CODE_EMPTY"]);
    expect(quarantined[1]?.message).toContain("68 bytes → 67 bytes");
  });

  it("reads letters of several bytes where the layout says UTF-8", async () => {
    const text = await readFile(
      fileURLToPath(new URL("../../../config/layouts/postnl-scan-fixed.yml", import.meta.url)),
      "utf8",
    );
    const utf8 = parseLayout(text.replace("encoding: latin1", "encoding: utf-8"), "fixed-utf8.yml");
    const row = (reference: string): string => `3SDEVC123456789 J0120260307232256888888 11223344${reference}`;
    // Twenty bytes: é and ß take two each, € three.
    const content = `${row("Café Straße €       ").replace("888888 ", "888888")}\n`;
    expect(Buffer.byteLength(content)).toBe(72);
    const inBytes = content.replace("€       ", "€   ");
    expect(Buffer.byteLength(inBytes)).toBe(68);
    const { observations, file } = await readScanBytes(inBytes, utf8);
    expect(observations.map(({ details }) => details.reference)).toEqual(["Café Straße €"]);
    expect(file.foreignLines).toBe(0);
  });
});

describe("openScanFile, postnl-scan-xml", () => {
  const name = "TT_11223344_20260308_060359_002.xml";

  it("reads a real-shaped document", async () => {
    const { file, observations, refused, quarantined } = await readFixture(name, xml);
    const common = shared(file, "2026-03-08T06:03:59Z");
    expect(observations).toEqual([
      {
        ...common,
        line: 4,
        barcode: "3SDEVC123456789",
        code: "J01",
        at: timeOf("2026-03-07T22:22:56Z"),
        identity: expect.any(String),
        details: {
          reference: "Café & Zoon <1> €5",
          customerNumber: "11223344",
          customerCode: "DEVC",
          mainBarcode: "3SDEVC123456789",
          location: "888888",
          productCode: "003085",
        },
      },
      {
        ...common,
        line: 17,
        barcode: "3SDEVC000000001",
        code: "I01",
        at: timeOf("2026-10-25T00:30:00.250Z"),
        laterAt: timeOf("2026-10-25T01:30:00.250Z"),
        // Of the layout's columns in order, then @id=7 and Route/Code=R7.
        identity: "83c6f7925263c847c05d9045de9a29c4",
        details: { ...NO_DETAILS, reference: "ORDER <2>" },
      },
    ]);
    expect(refused).toEqual(["19 TIME_INVALID", "20 ELEMENT_REPEATED", "21 BARCODE_INVALID"]);
    expect(quarantined[0]).toMatchObject({
      message: expect.stringContaining("'2026-03-07T10:00:00Z'"),
      raw: "Barcode=3SDEVC000000002 Code=B01 TimeStamp=2026-03-07T10:00:00Z",
    });
  });

  const row = (n: number): string =>
    `<Observation><Barcode>${barcodeOf(n)}</Barcode><Code>J01</Code><TimeStamp>2026-03-07T10:00:00</TimeStamp></Observation>`;
  const document = (body: string): string => `<Observations>\n${body}\n</Observations>`;

  it.each([
    ["cut off", `<Observations>\n${row(1)}\n${row(2)}`, "XML_TRUNCATED"],
    ["cut off within the last tag", document(`${row(1)}\n${row(2)}`).slice(0, -1), "XML_TRUNCATED"],
    ["cut off within a row", `<Observations>\n${row(1)}\n${row(2).slice(0, 40)}`, "XML_TRUNCATED"],
    ["with a lone ampersand", document(`${row(1)}\n${row(2).replace("J01", "J01 & co")}`), "XML_MALFORMED"],
    ["with tags that cross", document(`${row(1)}\n${row(2).replace("</Code>", "")}`), "XML_MALFORMED"],
    ["with a control character", document(`${row(1)}\n${row(2).replace("J01", "\u0000")}`), "XML_MALFORMED"],
    ["with more behind it", `${document(`${row(1)}\n${row(2)}`)}\n<x/>`, "XML_MALFORMED"],
    [
      "with a DOCTYPE",
      `<!DOCTYPE Observations [<!ENTITY a "b">]>${document(`${row(1)}\n${row(2)}`)}`,
      "XML_DOCTYPE",
    ],
    ["of another name", document(`${row(1)}\n${row(2)}`).replaceAll("Observations", "Scans"), "XML_ROOT"],
  ])("sets every row of a document %s aside", async (_what, content, code) => {
    const { refused, observations, quarantined } = await readScanBytes(content, xml);
    expect(observations).toEqual([]);
    expect(refused).toEqual([`2 ${code}`, `3 ${code}`]);
    expect(quarantined[0]?.raw).toContain(barcodeOf(1));
  });

  it.each([
    ["nothing", ""],
    ["no XML", "Barcode;Waarneming\n"],
    ["a start alone", "<Observations>"],
  ])("shows a file of %s, though it has no row", async (_what, content) => {
    const { refused } = await readScanBytes(content, xml);
    expect(refused).toEqual([expect.stringMatching(/ XML_(TRUNCATED|MALFORMED)$/)]);
  });

  it("accepts an empty document: a quiet period", async () => {
    expect((await readScanBytes("<Observations/>", xml)).seen).toBe(0);
  });

  it("finds rows within other elements, and in one long line", async () => {
    const body = Array.from({ length: 5000 }, (_, at) => row(at)).join("");
    const { observations, refused } = await readScanBytes(
      `<o:Observations xmlns:o="x"><Batch>${body}</Batch></o:Observations>`,
      xml,
    );
    expect(refused).toEqual([]);
    expect(observations.map(({ barcode }) => barcode)).toEqual(
      Array.from({ length: 5000 }, (_, at) => barcodeOf(at)),
    );
  });

  it("sets aside rows that would fill the memory, and rows within rows", async () => {
    const long = row(1).replace("J01", "x".repeat(200_000));
    const longTogether = row(2).replace(
      "<Code>",
      `${["A", "B", "C"].map((name) => `<${name}>${"x".repeat(30_000)}</${name}>`).join("")}<Code>`,
    );
    const many = row(3).replace(
      "<Code>",
      `${Array.from({ length: 300 }, (_, at) => `<e${at}/>`).join("")}<Code>`,
    );
    const nested = `<Observation>${row(4)}</Observation>`;
    const { refused, observations } = await readScanBytes(
      document([long, longTogether, many, nested, row(5)].join("\n")),
      xml,
    );
    expect(refused).toEqual([
      "2 ROW_TOO_LONG",
      "3 ROW_TOO_LONG",
      "4 ROW_TOO_LONG",
      "5 ELEMENT_REPEATED",
      "5 ELEMENT_REPEATED",
    ]);
    expect(observations.map(({ barcode }) => barcode)).toEqual([barcodeOf(5)]);
  });

  it("sets aside a row with a control character, which XML 1.1 can hold", async () => {
    const content = `<?xml version="1.1"?>${document(`${row(1).replace("J01", "J&#x1f;01")}\n${row(2)}`)}`;
    const { refused, observations } = await readScanBytes(content, xml);
    expect(refused).toEqual(["2 ROW_CONTROL_CHARACTER"]);
    expect(observations.map(({ barcode }) => barcode)).toEqual([barcodeOf(2)]);
  });

  it("reads a text over several lines as one line", async () => {
    const content = document(row(1).replace("</Code>", "</Code><Reference>\n  ORDER\r\n\t1\n</Reference>"));
    expect((await readScanBytes(content, xml)).observations[0]?.details.reference).toBe("ORDER 1");
  });

  it.each([
    ["a text of megabytes", row(1).replace("J01", "x".repeat(2_000_000))],
    ["a remark of megabytes", `${row(1)}<!-- ${"<b/>\n".repeat(400_000)} -->`],
    ["an ampersand that begins no reference", `${row(1)}&${"<b/>\n".repeat(300_000)}`],
    ["elements deep within elements", `${row(1)}${"<a>".repeat(40)}${"</a>".repeat(40)}`],
  ])("gives up on a document with %s, though it ends well", async (_what, body) => {
    const { refused } = await readScanBytes(document(body), xml);
    expect(refused).toEqual(["2 XML_MALFORMED"]);
  });

  it("names an ampersand that begins no reference", async () => {
    const content = document(`${row(1)}\n<!-- R&D -->\n${row(2).replace("J01", "J01 & co")}`);
    const { refused, quarantined } = await readScanBytes(content, xml);
    expect(refused).toEqual(["2 XML_MALFORMED", "4 XML_MALFORMED"]);
    expect(quarantined[0]?.message).toContain("'&'");
  });

  it("expands no entity that a document brings", async () => {
    const content = document(row(1).replace("J01", "&a;"));
    expect((await readScanBytes(content, xml)).refused).toEqual(["2 XML_MALFORMED"]);
  });

  it("reads each text in its own encoding, whatever the declaration says", async () => {
    const named = (n: number, reference: string): string =>
      row(n).replace("</Code>", `</Code><Reference>${reference}</Reference>`);
    const content = Buffer.concat([
      Buffer.from(`<?xml version="1.0" encoding="ISO-8859-1"?><Observations>${named(1, "Café €")}`),
      Buffer.from(named(2, "Café"), "latin1"),
      Buffer.from(`${named(3, "ß")}</Observations>`),
    ]);
    const { observations, file } = await readScanBytes(content, xml);
    expect(observations.map(({ details }) => details.reference)).toEqual(["Café €", "Café", "ß"]);
    expect(file.foreignLines).toBe(1);
  });
});

describe("openScanFile, dpd-scaninfo", () => {
  const name = "SCANINFO_BE0000_D20250117T133125_123456";

  it("reads a real-shaped file of another carrier", async () => {
    const { file, observations } = await readFixture(name, dpd);
    const common = shared(file, "2025-01-17T13:31:25Z");
    expect(observations).toEqual([
      {
        ...common,
        line: 2,
        barcode: "05212345678901",
        code: "13",
        at: timeOf("2025-01-17T12:05:01Z"),
        // Over all 31 columns, the personal ones too.
        identity: "57b8285782cafaaaf6cb7293743b22bb",
        details: {
          ...NO_DETAILS,
          reference: "ORDER-2001",
          customerNumber: "530000001",
          location: "0532",
          productCode: "101",
        },
      },
      {
        ...common,
        line: 3,
        barcode: "05212345678902",
        code: "04",
        at: timeOf("2025-01-17T08:15:00Z"),
        identity: expect.any(String),
        details: {
          ...NO_DETAILS,
          reference: "ORDER-2002",
          customerNumber: "530000001",
          location: "0532",
          productCode: "101",
        },
      },
    ]);
  });

  it("sets aside a cut line and an impossible time", async () => {
    expect((await readFixture(name, dpd)).refused).toEqual(["4 TIME_INVALID", "5 ROW_RAGGED"]);
  });

  it("keeps no name, address or free text, also of rows set aside", async () => {
    const { observations, quarantined } = await readFixture(name, dpd);
    const content = (await readFile(fixture(name), "utf8")).split("\n");
    const headless = await readScanBytes(content.slice(1).join("\n"), dpd);
    const longer = await readScanBytes(
      [content[0], ...content.slice(1).map((line) => `${line}x;`)].join("\n"),
      dpd,
    );
    const kept = JSON.stringify([observations, quarantined, headless, longer]);
    const personal = ["Peeters", "niet thuis", "Kerkstraat", "Müller", "Janssens", "De Smet", "3012", "8501"];
    for (const text of personal) {
      expect(content.join("\n")).toContain(text);
      expect(kept).not.toContain(text);
    }
    expect(quarantined[0]?.raw).toContain("05212345678903;03;0530;20250117999999;B1;512;101;056;BE;***;");
  });
});

describe("openScanFile, several kinds of line", () => {
  const layout = parseLayout(
    `{ format: delimited, encoding: latin1, delimiter: ";", header: false, trailingDelimiter: false,
       columns: [Kind, Parcel, Code, Time],
       records: { kindAt: 1, row: SAPO, ignore: [SAZU, SAEN],
         inherit: [{ column: Day, from: SADK, at: 3 }, { column: Customer, from: SANK, at: 2 }] },
       fields: { barcode: Parcel, code: Code, time: [Day, Time], customerNumber: Customer },
       time: { pattern: yyyyMMdd HHmmss, zone: Europe/Berlin, precision: seconds },
       complete: { by: semaphore, suffix: .ok } }`,
    "easylog.yml",
  );
  const read = async (
    lines: string[],
  ): Promise<{ refused: readonly string[]; rows: (string | null)[][] }> => {
    const { refused, observations } = await readScanBytes(lines.join("\n"), layout);
    const rows = observations.map(({ barcode, at, details }) => [
      barcode,
      Temporal.Instant.fromEpochMilliseconds(at).toString(),
      details.customerNumber,
    ]);
    return { refused, rows };
  };

  it("gives a row the columns of the latest lines before it", async () => {
    expect(
      await read([
        "SADK;1;20260307",
        "SANK;1001",
        "SAPO;PARCEL0001;A1;101500",
        "SAZU;COD",
        "SAPO;PARCEL0002;A1;101600",
        "SANK;1002",
        "SAPO;PARCEL0003;A1;101700",
        "SAEN;3",
      ]),
    ).toEqual({
      refused: [],
      rows: [
        ["PARCEL0001", "2026-03-07T09:15:00Z", "1001"],
        ["PARCEL0002", "2026-03-07T09:16:00Z", "1001"],
        ["PARCEL0003", "2026-03-07T09:17:00Z", "1002"],
      ],
    });
  });

  it("gives a row nothing from behind a new outer line, or from a damaged one", async () => {
    const { refused, rows } = await read([
      "SAPO;PARCEL0001;A1;101500",
      "SADK;1;20260307",
      "SANK;1001",
      "SADK;2;20260308",
      "SAPO;PARCEL0002;A1;101500",
      "SANK;1002",
      "WHAT;1003",
      "SAPO;PARCEL0003;A1;101500",
      "SADK;3;20260309",
      "SANK;1003",
      "SANK;10\u00004",
      "SAPO;PARCEL0005;A1;101500",
      "SADK;3",
      "SANK;1004",
      "SAPO;PARCEL0004;A1;101500",
    ]);
    expect(rows).toEqual([]);
    expect(refused).toEqual([
      "1 RECORD_ORPHAN",
      "5 RECORD_ORPHAN",
      "7 RECORD_UNKNOWN",
      "8 RECORD_ORPHAN",
      "11 ROW_CONTROL_CHARACTER",
      "12 RECORD_ORPHAN",
      "15 RECORD_ORPHAN",
    ]);
  });
});

describe("openScanFile, receipt time", () => {
  const content = `${CSV_HEADER}\n${aCsvRow(1)}\n`;

  it("is the time in the name, in UTC", async () => {
    const name = "TT_11223344_20260308_060359_002.csv";
    const { file, observations } = await readScanBytes(content, csv, name, 5);
    expect(file.arrival.receivedAt).toBe(timeOf("2026-03-08T06:03:59Z"));
    expect(observations[0]?.receivedAt).toBe(timeOf("2026-03-08T06:03:59Z"));
  });

  it("is what the caller says where the name says nothing", async () => {
    expect((await readScanBytes(content, csv, "export.csv", 5)).file.arrival.receivedAt).toBe(5);
  });

  it("is the file's modification time otherwise", () =>
    withFolder(async (folder) => {
      const path = join(folder, "export.csv");
      await writeFile(path, content);
      await utimes(path, 1_772_922_239, 1_772_922_239);
      const { file } = await readScanFile(path, csv, "export.csv");
      expect(file.arrival.receivedAt).toBe(1_772_922_239_000);
    }));
});

describe("openScanFile, the file itself", () => {
  it("says of a path that it cannot be read", async () => {
    const open = (path: string): Promise<unknown> => openScanFile(path, { layout: csv, name: "x" });
    await expect(open(fixture("no-such-file.csv"))).rejects.toThrow(UsageError);
    await expect(open(fixture(""))).rejects.toThrow(UsageError);
  });

  it("does not mix two states of a file that changes between the readings", () =>
    withFolder(async (folder) => {
      const path = join(folder, "scans.csv");
      await copyFile(fixture("TT_11223344_20260308_060359_002.csv"), path);
      const file = await openScanFile(path, { layout: csv, name: "scans.csv" });
      await appendFile(path, `${aCsvRow(9)}\n`);
      await expect(Array.fromAsync(file.rows())).rejects.toThrow(UsageError);
      await expect(Array.fromAsync(file.content())).rejects.toThrow(UsageError);
    }));

  it("reads a file with UTF-8's mark as UTF-8, also where the layout says Latin-1", async () => {
    const row = "3SDEVC123456789 J012026030723225688888811223344Café               ";
    expect(Buffer.byteLength(row)).toBe(67);
    const { observations } = await readScanBytes(`\ufeff${row}`, fixed);
    expect(observations[0]?.details.reference).toBe("Café");
    const [latin1] = (await readScanBytes(row, fixed)).observations;
    expect(latin1?.details.reference).toBe("CafÃ©");
  });
});
