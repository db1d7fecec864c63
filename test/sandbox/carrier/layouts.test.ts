import { describe, expect, it } from "vitest";
import { toFixedFile, toXmlFile } from "../../../src/sandbox/carrier/layouts.ts";

const HEADER =
  "Barcode;Waarneming;Tijdstip;Locatie;Klantnummer;Klantcode;Referentie;Productcode;Hoofdbarcode;ColloNummer;ColloAantal";
const ROW =
  "3SDEVC477977947;A71;01-03-2026 01:36:15;888888;11223344;DEVC;ORDER-97258987;003085;3SDEVC477977947;1;2";

function csv(text: string, encoding: BufferEncoding = "utf8") {
  return { name: "TT_11223344_20260301_060027_002.csv", bytes: Buffer.from(text, encoding) };
}

function textOf(file: { readonly bytes: Uint8Array } | undefined, encoding: BufferEncoding = "utf8"): string {
  return Buffer.from(file?.bytes ?? []).toString(encoding);
}

describe("toFixedFile", () => {
  it("writes each row in 67 bytes, and keeps the time in the name", () => {
    const short = "3SDEVC12345;J01;31-12-2026 23:59:59;;11223344;DEVC;;003085;3SDEVC12345;1;1";
    const file = toFixedFile(csv(`${HEADER}\n${ROW}\n${short}\n`));
    expect(file?.name).toBe("TT_11223344_20260301_060027_002.txt");
    const lines = textOf(file, "latin1").split("\n");
    //                16              3  14            6     8       20
    expect(lines).toEqual([
      "3SDEVC477977947 A712026030101361588888811223344ORDER-97258987      ",
      "3SDEVC12345     J0120261231235959      11223344                    ",
      "",
    ]);
    expect(lines[0]).toHaveLength(67);
  });

  it("writes Latin-1, from UTF-8 with a mark as from Windows-1252", () => {
    const row = ROW.replace("ORDER-97258987", "Ordér ß");
    for (const file of [csv(`\ufeff${HEADER}\r\n${row}\r\n`), csv(`${HEADER}\r\n${row}\r\n`, "latin1")]) {
      const { bytes } = toFixedFile(file)!;
      expect(bytes).toHaveLength(68);
      expect(textOf({ bytes }, "latin1")).toContain("11223344Ordér ß             \n");
    }
  });

  it("leaves out a trailer that agrees", () => {
    expect(textOf(toFixedFile(csv(`${HEADER}\n${ROW}\n#EOF;1\n`)))).toHaveLength(68);
  });

  it("keeps a date that does not exist as it is written", () => {
    const row = ROW.replace("01-03-2026 01:36:15", "31-02-2026 25:61:00");
    expect(textOf(toFixedFile(csv(`${HEADER}\n${row}\n`)))).toContain("A7120260231256100");
  });

  it("gives nothing where a row could not be written without changing what it says", () => {
    const spoilt = {
      "a barcode that is too long": `${HEADER}\n${ROW.replace("3SDEVC477977947;A71", "3SDEVC47797794712;A71")}\n`,
      "a reference that is too long": `${HEADER}\n${ROW.replace("ORDER-97258987", "ORDER-97258987-1234567")}\n`,
      "a character outside Latin-1": `${HEADER}\n${ROW.replace("ORDER-97258987", "ORDER-€")}\n`,
      "a time that is none": `${HEADER}\n${ROW.replace("01-03-2026", "soon")}\n`,
      "a ragged row": `${HEADER}\n${ROW};more\n`,
      "half a row": `${HEADER}\n3SDEVC477977947;A71\n`,
      "a trailer that disagrees": `${HEADER}\n${ROW}\n#EOF;2\n`,
      "no line end after the last row": `${HEADER}\n${ROW}`,
      "another header": `Barcode;Waarneming\n${ROW}\n`,
      "no row": `${HEADER}\n`,
      "nothing at all": "",
    };
    for (const [what, text] of Object.entries(spoilt)) expect(toFixedFile(csv(text)), what).toBeUndefined();
  });
});

describe("toXmlFile", () => {
  it("writes every column, with the time as ISO local time", () => {
    const file = toXmlFile(csv(`${HEADER}\n${ROW}\n`));
    expect(file?.name).toBe("TT_11223344_20260301_060027_002.xml");
    expect(textOf(file)).toBe(
      [
        '<?xml version="1.0" encoding="UTF-8"?>',
        "<Observations>",
        "<Observation><Barcode>3SDEVC477977947</Barcode><Code>A71</Code>" +
          "<TimeStamp>2026-03-01T01:36:15</TimeStamp><LocationCode>888888</LocationCode>" +
          "<CustomerNumber>11223344</CustomerNumber><CustomerCode>DEVC</CustomerCode>" +
          "<Reference>ORDER-97258987</Reference><ProductCode>003085</ProductCode>" +
          "<MainBarcode>3SDEVC477977947</MainBarcode><ShipmentCounter>1</ShipmentCounter>" +
          "<ShipmentAmount>2</ShipmentAmount></Observation>",
        "</Observations>",
        "",
      ].join("\n"),
    );
  });

  it("escapes what XML would take for markup, and keeps every letter", () => {
    const row = ROW.replace("ORDER-97258987", "<A&B> € ]]>");
    expect(textOf(toXmlFile(csv(`${HEADER}\n${row}\n`)))).toContain(
      "<Reference>&lt;A&amp;B&gt; € ]]&gt;</Reference>",
    );
  });

  it("gives nothing for a ragged row or a control character", () => {
    expect(toXmlFile(csv(`${HEADER}\n${ROW};more\n`))).toBeUndefined();
    expect(toXmlFile(csv(`${HEADER}\n${ROW.replace("ORDER", "OR\u0001DER")}\n`))).toBeUndefined();
  });
});
