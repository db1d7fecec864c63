import { describe, expect, it } from "vitest";
import type { Layout } from "../../../src/sources/legacy-scan/layout.ts";
import { parseLayout } from "../../../src/sources/legacy-scan/read-layout.ts";
import type { ReadFile } from "../../support/scan-files.ts";
import { readScanBytes } from "../../support/scan-files.ts";

// Files shaped like those of other carriers, each with a layout and no code. The shapes are from their public pages and
// from public parsers of their files; the rows are ours.

const COMPLETE = "complete: { by: stable-size, looks: 3, minimumAgeSeconds: 60 }";

/** What was understood: barcode, code, instant. */
const toRows = ({ observations }: ReadFile): string[][] =>
  observations.map(({ barcode, code, at }) => [
    barcode,
    code,
    Temporal.Instant.fromEpochMilliseconds(at).toString(),
  ]);

const read = (lines: readonly string[], layout: Layout): Promise<ReadFile> =>
  readScanBytes(lines.map((line) => `${line}\r\n`).join(""), layout);

describe("DPD STATUSDATA: the event is the scan code and its exceptions together", () => {
  const COLUMNS =
    "PARCELNO;SCAN_CODE;DEPOT_CODE;DEPOTNAME;EVENT_DATE_TIME;ROUTE;TOUR;PCODE;SERVICE;CONSIGNEE_COUNTRY_CODE;" +
    "CONSIGNEE_ZIP;ADD_SERVICE_1;ADD_SERVICE_2;ADD_SERVICE_3;WEIGHT;CUSTOMER_REFERENCE;POD_IMAGE_REF;RECEIVER_NAME;INFO_TEXT;LOCATION";
  const layout = parseLayout(
    `format: delimited
encoding: utf-8
delimiter: ";"
header: true
trailingDelimiter: true
columns: [${COLUMNS.replaceAll(";", ", ")}]
fields: { barcode: PARCELNO, code: [SCAN_CODE, ADD_SERVICE_1, ADD_SERVICE_2, ADD_SERVICE_3], time: EVENT_DATE_TIME, location: DEPOT_CODE, reference: CUSTOMER_REFERENCE, productCode: SERVICE }
personal: [CONSIGNEE_ZIP, RECEIVER_NAME, INFO_TEXT, LOCATION]
time: { pattern: yyyyMMddHHmmss, zone: Europe/Brussels, precision: seconds }
fileName: STATUSDATA_{customer}_D{yyyyMMdd}T{HHmmss}
${COMPLETE}`,
    "dpd-statusdata.yml",
  );
  const row = (n: number, code: string, services: string): string =>
    `0521234567890${n};${code};0532;Brussel;2026030713050${n};B1;512;;101;056;3012;${services};1250;ORDER-${n};;Peeters;;;`;

  it("reads both", async () => {
    const file = await read(
      [`${COLUMNS};`, row(1, "13", ";;"), row(2, "04", "011;;"), row(3, "04", "011;068;")],
      layout,
    );
    expect(file.refused).toEqual([]);
    expect(toRows(file)).toEqual([
      ["05212345678901", "13", "2026-03-07T12:05:01Z"],
      ["05212345678902", "04-011", "2026-03-07T12:05:02Z"],
      ["05212345678903", "04-011-068", "2026-03-07T12:05:03Z"],
    ]);
    expect(JSON.stringify(file.observations)).not.toContain("Peeters");
  });
});

describe("Metapack: a column with the zone, two date formats in one row", () => {
  const layout = parseLayout(
    `format: delimited
encoding: utf-8
delimiter: ","
quote: '"'
header: true
trailingDelimiter: false
columns: [consignment, despatch_date, event_date, event_time, time_zone, status_code, order_ref]
fields: { barcode: consignment, code: status_code, time: [event_date, event_time], reference: order_ref }
time: { pattern: "dd/MM/yyyy HH:mm:ss", zone: Europe/London, precision: seconds, zoneColumn: time_zone, zones: { BST: "+01:00" } }
fileName: tracking_for_{word}_{yyyyMMddHHmmss}.csv
${COMPLETE}`,
    "metapack.yml",
  );
  const header = "consignment,despatch_date,event_date,event_time,time_zone,status_code,order_ref";
  const row = (date: string, time: string, zone: string): string =>
    `DMC000000001,2026-03-01,${date},${time},${zone},OUT_FOR_DELIVERY,"A, 1"`;

  it("reads each row by its own zone", async () => {
    const file = await read(
      [
        header,
        row("01/07/2026", "12:00:00", "Europe/London"),
        row("01/07/2026", "12:00:00", "Europe/Amsterdam"),
        row("01/07/2026", "12:00:00", "BST"),
        row("01/07/2026", "12:00:00", "UTC"),
        row("01/07/2026", "12:00:00", ""),
        row("01/07/2026", "12:00:00", "CEST"),
      ],
      layout,
    );
    expect(toRows(file).map(([, , at]) => at)).toEqual([
      "2026-07-01T11:00:00Z",
      "2026-07-01T10:00:00Z",
      "2026-07-01T11:00:00Z",
      "2026-07-01T12:00:00Z",
      "2026-07-01T11:00:00Z",
    ]);
    expect(file.refused).toEqual(["7 TIME_INVALID"]);
    expect(file.quarantined[0]?.message).toMatch(/time zone 'CEST' → .* → .*time\.zones/);
  });

  it("takes the same reading in two zones for two observations, and the repeated hour of each for its own", async () => {
    const file = await read(
      [header, ...["Europe/London", "Europe/Amsterdam"].map((zone) => row("25/10/2026", "01:30:00", zone))],
      layout,
    );
    expect(new Set(file.observations.map(({ identity }) => identity)).size).toBe(2);
    expect(file.observations.map(({ laterAt }) => laterAt !== null)).toEqual([true, false]);
  });
});

describe("times that say their offset", () => {
  const layout = parseLayout(
    `format: delimited
encoding: utf-8
delimiter: "|"
header: false
trailingDelimiter: false
columns: [parcel, event, at]
fields: { barcode: parcel, code: event, time: at }
time: { pattern: "yyyy-MM-ddTHH:mm:ss[.SSS][XXX]", zone: Europe/Amsterdam, precision: seconds }
${COMPLETE}`,
    "offsets.yml",
  );

  it("tells one instant in two offsets once, and the two halves of the repeated hour apart", async () => {
    const { observations, refused } = await read(
      [
        "PARCEL0001|J01|2026-10-25T02:30:00+02:00",
        "PARCEL0001|J01|2026-10-25T00:30:00Z",
        "PARCEL0001|J01|2026-10-25T02:30:00+01:00",
        "PARCEL0001|J01|2026-10-25T02:30:00",
      ],
      layout,
    );
    expect(refused).toEqual([]);
    const [first, same, later, wall] = observations.map(({ identity }) => identity);
    expect(same).toBe(first);
    expect(new Set([first, later, wall]).size).toBe(3);
    expect(observations.map(({ laterAt }) => laterAt === null)).toEqual([true, true, true, false]);
  });
});

describe("a night courier: fixed width, blanks for zeros, no hour after midnight", () => {
  const layout = parseLayout(
    `format: fixed
encoding: latin1
columns: [{ name: PARCEL, width: 35 }, { name: ERROR, width: 3 }, { name: DAY, width: 8 }, { name: CLOCK, width: 8 }]
fields: { barcode: PARCEL, code: ERROR, time: [DAY, CLOCK] }
time: { pattern: dd.MM.yy HH:mm:ss, zone: Europe/Berlin, precision: seconds, blankDigits: true }
${COMPLETE}`,
    "night-courier.yml",
  );
  const row = (code: string, day: string, clock: string): string =>
    `${"NS00000001".padEnd(35)}${code}${day}${clock}`;

  it("reads them", async () => {
    const file = await read(
      [
        row("017", "07.03.26", "23:22:56"),
        row(" 17", " 8. 3.26", "  :05: 9"),
        row("017", "        ", "        "),
      ],
      layout,
    );
    expect(toRows(file)).toEqual([
      ["NS00000001", "017", "2026-03-07T22:22:56Z"],
      ["NS00000001", "17", "2026-03-07T23:05:09Z"],
    ]);
    expect(file.refused).toEqual(["3 TIME_INVALID"]);
  });
});

describe("Heidler: a day without a time is not a time", () => {
  const layout = parseLayout(
    `format: delimited
encoding: windows-1252
delimiter: ";"
header: true
trailingDelimiter: false
columns: [SENDUNGSNR, STATUS, STATUSTYP, DATUM]
fields: { barcode: SENDUNGSNR, code: [STATUSTYP, STATUS], time: DATUM }
time: { pattern: dd.MM.yyyy HH:mm:ss, zone: Europe/Berlin, precision: seconds }
${COMPLETE}`,
    "heidler.yml",
  );

  it("sets it aside, and reads the others", async () => {
    const file = await read(
      [
        "SENDUNGSNR;STATUS;STATUSTYP;DATUM",
        "HD00000001;40;Z;07.03.2026 10:00:00",
        "HD00000001;90;E;08.03.2026",
      ],
      layout,
    );
    expect(toRows(file)).toEqual([["HD00000001", "Z-40", "2026-03-07T09:00:00Z"]]);
    expect(file.refused).toEqual(["3 TIME_INVALID"]);
  });
});

describe("GLS: remarks, and rows of several lengths", () => {
  const layout = parseLayout(
    `format: delimited
encoding: latin1
delimiter: "|"
header: false
trailingDelimiter: false
comment: "#"
raggedRows: pad
columns: [PARCEL, CODE, AT, DEPOT, REF, EXTRA1, EXTRA2]
fields: { barcode: PARCEL, code: CODE, time: AT, location: DEPOT, reference: REF }
time: { pattern: yyyyMMddHHmm, zone: Europe/Berlin, precision: minutes }
${COMPLETE}`,
    "gls.yml",
  );

  it("reads them, and no row with a column too many", async () => {
    const file = await read(
      [
        "# made by the depot",
        "",
        "GL00000001|Z1|202603071000|D1|R1",
        "GL00000002|Z1|202603071001|D1|R2|x|y",
        "GL00000003|Z1|202603071002|D1|R3|x|y|z",
      ],
      layout,
    );
    expect(toRows(file).map(([barcode]) => barcode)).toEqual(["GL00000001", "GL00000002"]);
    expect(file.refused).toEqual(["5 ROW_RAGGED"]);
  });
});

describe("parseLayout, zones and line ends", () => {
  const TEXT = `format: delimited
encoding: utf-8
delimiter: ","
header: true
trailingDelimiter: false
finalLineEnd: required
columns: [P, C, T, Z]
fields: { barcode: P, code: C, time: T }
time: { pattern: yyyyMMddHHmmss, zone: UTC, precision: seconds, zoneColumn: Z, zones: { X: "+01:00" } }
${COMPLETE}`;

  it.each([
    ["a zone in no column", "zoneColumn: Z", "zoneColumn: Q", /line 9: 'time\.zoneColumn'.*'Q' is none/],
    ["a personal zone", "\ntime:", "\npersonal: [Z]\ntime:", /'time\.zoneColumn'.*'Z' is personal/],
    ["a zone and an offset", "HHmmss,", "HHmmssXX,", /'time\.zoneColumn'.*offset already/],
    ["a meaning that is no zone", '"+01:00"', "Mars/Base", /'time\.zones\.X'/],
    ["meanings without a column", "zoneColumn: Z, ", "", /'time\.zones'.*zoneColumn/],
    ["an unknown rule for line ends", "required", "maybe", /'finalLineEnd'/],
  ])("refuses %s", (_what, from, to, expected) => {
    expect(() => parseLayout(TEXT, "zones.yml")).not.toThrow();
    expect(() => parseLayout(TEXT.replace(from, to), "zones.yml")).toThrow(expected);
  });

  it("sets the last row aside where it lacks the line end that its layout wants", async () => {
    const layout = parseLayout(TEXT, "zones.yml");
    const content = "P,C,T,Z\nPARCEL0001,J01,20260307101500,X\nPARCEL0002,J01,20260307101500,X";
    expect((await readScanBytes(content, layout)).refused).toEqual(["3 ROW_UNENDED"]);
    expect((await readScanBytes(`${content}\n`, layout)).refused).toEqual([]);
    expect((await readScanBytes(`${content}\r\n\r\n`, layout)).refused).toEqual([]);
  });
});
