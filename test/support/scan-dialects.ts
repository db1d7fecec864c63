import { isUtf8 } from "node:buffer";
import { toFixedFile, toXmlFile } from "../../src/sandbox/carrier/layouts.ts";
import type { ScanFile } from "../../src/sandbox/scan-files.ts";
import { generateWorld } from "../../src/sandbox/world.ts";
import { worldOptions } from "./worlds.ts";

/** A row of postnl-scan-csv by its parts. `time` is in the parts of its date and clock. */
export interface FeedRow {
  readonly barcode: string;
  readonly code: string;
  readonly day: string;
  readonly month: string;
  readonly year: string;
  readonly clock: string;
  readonly location: string;
  readonly customerNumber: string;
  readonly customerCode: string;
  readonly reference: string;
  readonly productCode: string;
  readonly mainBarcode: string;
}

/** One carrier's way to write its scans, with the layout that a person would write for it. */
export interface Feed {
  readonly name: string;
  /** The true layout (YAML), or the name of a shipped one. */
  readonly layout: string;
  readonly files: readonly ScanFile[];
}

const world = generateWorld(worldOptions({ seed: 7, parcels: 160, defects: {} }));

/** The rows that can be read of each file that has some. */
const rowsByFile: readonly (readonly [ScanFile, readonly FeedRow[]])[] = world.files
  .map((file) => [file, toRows(file)] as const)
  .filter(([, rows]) => rows.length > 2);

function toRows({ bytes }: ScanFile): FeedRow[] {
  const text = bytes.toString(isUtf8(bytes) ? "utf8" : "latin1").replace(/^\ufeff/, "");
  return text.split(/\r?\n/).flatMap((line): FeedRow[] => {
    const cells = line.split(";");
    const [barcode = "", code = "", time = "", ...rest] = cells;
    const match = /^([0-3]\d)-([01]\d)-(\d{4}) ([0-2]\d:[0-5]\d:[0-5]\d)$/.exec(time);
    if (match === null || cells.length !== 11 || !/^[\da-z]+$/i.test(barcode.trim()) || /[€|,"]/.test(line))
      return [];
    const [, day = "", month = "", year = "", clock = ""] = match;
    const [
      location = "",
      customerNumber = "",
      customerCode = "",
      reference = "",
      productCode = "",
      mainBarcode = "",
    ] = rest;
    return [
      {
        barcode,
        code,
        day,
        month,
        year,
        clock,
        location,
        customerNumber,
        customerCode,
        reference,
        productCode,
        mainBarcode,
      },
    ];
  });
}

interface Way {
  readonly name: string;
  readonly layout: string;
  readonly fileName: (stem: string, index: number) => string;
  readonly write: (rows: readonly FeedRow[]) => string;
  readonly encoding?: BufferEncoding;
}

const FORM = "format: delimited\nencoding: utf-8\nraggedRows: quarantine\n";
const END = "complete: { by: stable-size, looks: 3, minimumAgeSeconds: 60 }\n";
const lines = (all: readonly string[], end = "\n"): string => all.map((line) => line + end).join("");
const stemmed =
  (extension: string) =>
  (stem: string): string =>
    `${stem}.${extension}`;

const WAYS: readonly Way[] = [
  {
    name: "dpd-scaninfo",
    layout: "dpd-scaninfo",
    fileName: (stem) => {
      const [, customer, date, time, seq = "1"] = stem.split("_");
      return `SCANINFO_${customer}_D${date}T${time}_${seq.padStart(6, "0")}`;
    },
    write: (rows) =>
      lines([
        "PARCELNO;SCAN_CODE;DEPOT_CODE;SCAN_DATE_TIME;ROUTE;TOUR;SERVICE;RCOUNTRYN;RCOUNTRY;CONSIGNEE_ZIP;ADD_SERVICE_1;ADD_SERVICE_2;ADD_SERVICE_3;ADD_SERVICE_4;ADD_SERVICE_5;WEIGHT;VOLUME;POD_IMAGE_REF;RECEIVER_NAME;INFO_TEXT;LOCATION;MPSCREF1;MPSCREF2;MPSCREF3;MPSCREF4;CREF1;CREF2;CREF3;CREF4;CUSTOMER_REFERENCE;DELISUSR;",
        ...rows.map(
          (row) =>
            `0521${row.barcode.trim().slice(-10).replace(/\D/g, "0")};${toShortCode(row.code)};0532;${row.year}${row.month}${row.day}${row.clock.replaceAll(":", "")};B1;512;101;056;BE;3012;;;;;;1250;;;Peeters Anna;;;;;;;;;;;${row.reference};${row.customerNumber};`,
        ),
      ]),
  },
  {
    name: "pipes, English header, another order, year first",
    layout: `${FORM}delimiter: "|"\nheader: true\ntrailingDelimiter: false\ncolumns: [EventDateTime, TrackingNumber, Depot, EventCode, CustomerReference, AccountNumber]\nfields: { barcode: TrackingNumber, code: EventCode, time: EventDateTime, location: Depot, reference: CustomerReference, customerNumber: AccountNumber }\ntime: { pattern: yyyy/MM/dd HH:mm:ss, zone: Europe/Amsterdam, precision: seconds }\n${END}`,
    fileName: stemmed("txt"),
    write: (rows) =>
      lines([
        "EventDateTime|TrackingNumber|Depot|EventCode|CustomerReference|AccountNumber",
        ...rows.map((row) =>
          [
            `${row.year}/${row.month}/${row.day} ${row.clock}`,
            row.barcode,
            row.location,
            row.code,
            row.reference,
            row.customerNumber,
          ].join("|"),
        ),
      ]),
  },
  {
    name: "tabs, no header, ISO",
    layout: `${FORM}delimiter: "\\t"\nheader: false\ntrailingDelimiter: false\ncolumns: [A, B, C, D, E, F, G, H, I]\nfields: { customerNumber: A, customerCode: B, barcode: C, mainBarcode: D, time: E, code: F, location: G, productCode: H, reference: I }\ntime: { pattern: "yyyy-MM-ddTHH:mm:ss", zone: Europe/Amsterdam, precision: seconds }\n${END}`,
    fileName: stemmed("tsv"),
    write: (rows) =>
      lines(
        rows.map((row) =>
          [
            row.customerNumber,
            row.customerCode,
            row.barcode,
            row.mainBarcode,
            `${row.year}-${row.month}-${row.day}T${row.clock}`,
            row.code,
            row.location,
            row.productCode,
            row.reference,
          ].join("\t"),
        ),
        "\r\n",
      ),
  },
  {
    name: "commas, quotes, German header, two-digit years, date and clock apart, no seconds",
    layout: `${FORM}delimiter: ","\nquote: '"'\nheader: true\ntrailingDelimiter: false\ncolumns: [Paketnummer, Datum, Uhrzeit, Ereigniscode, Niederlassung, Kundennummer, Referenz]\nfields: { barcode: Paketnummer, code: Ereigniscode, time: [Datum, Uhrzeit], location: Niederlassung, customerNumber: Kundennummer, reference: Referenz }\ntime: { pattern: dd.MM.yy HH:mm, zone: Europe/Amsterdam, precision: minutes }\n${END}`,
    fileName: stemmed("csv"),
    write: (rows) =>
      lines([
        "Paketnummer,Datum,Uhrzeit,Ereigniscode,Niederlassung,Kundennummer,Referenz",
        ...rows.map((row) =>
          [
            row.barcode,
            `${row.day}.${row.month}.${row.year.slice(2)}`,
            row.clock.slice(0, 5),
            row.code,
            row.location,
            row.customerNumber,
            `"${row.reference}, Tor 1"`,
          ].join(","),
        ),
      ]),
  },
  {
    name: "month first, Windows-1252, trailing delimiter",
    layout: `${FORM.replace("utf-8", "windows-1252")}delimiter: ";"\nheader: true\ntrailingDelimiter: true\ncolumns: [ParcelNo, StatusCode, StatusDate, Reference, ReceiverName]\nfields: { barcode: ParcelNo, code: StatusCode, time: StatusDate, reference: Reference }\npersonal: [ReceiverName]\ntime: { pattern: MM/dd/yyyy HH:mm:ss, zone: Europe/Amsterdam, precision: seconds }\n${END}`,
    fileName: (_stem, index) => `statuses-${index}.txt`,
    encoding: "latin1",
    write: (rows) =>
      lines([
        "ParcelNo;StatusCode;StatusDate;Reference;ReceiverName;",
        ...rows.map((row) =>
          [
            row.barcode,
            row.code,
            `${row.month}/${row.day}/${row.year} ${row.clock}`,
            row.reference,
            "René Müller",
            "",
          ].join(";"),
        ),
      ]),
  },
  {
    name: "fixed width, other widths, time first",
    layout: `format: fixed\nencoding: latin1\nraggedRows: quarantine\ncolumns: [{ name: T, width: 19 }, { name: C, width: 3 }, { name: P, width: 20 }, { name: R, width: 26 }, { name: N, width: 8 }]\nfields: { barcode: P, code: C, time: T, reference: R, customerNumber: N }\ntime: { pattern: dd-MM-yyyy HH:mm:ss, zone: Europe/Amsterdam, precision: seconds }\n${END}`,
    fileName: stemmed("dat"),
    encoding: "latin1",
    write: (rows) =>
      lines(
        rows.map(
          (row) =>
            `${row.day}-${row.month}-${row.year} ${row.clock}${row.code}${row.barcode.padEnd(20)}${row.reference.padEnd(26)}${row.customerNumber.padEnd(8)}`,
        ),
      ),
  },
  {
    name: "XML with attributes",
    layout: `format: xml\nencoding: utf-8\nroot: Export\nrow: scan\ncolumns: ["@parcel", "@code", "@at", depot/@code, ref]\nfields: { barcode: "@parcel", code: "@code", time: "@at", location: depot/@code, reference: ref }\ntime: { pattern: "yyyy-MM-dd HH:mm:ss", zone: Europe/Amsterdam, precision: seconds }\n${END}`,
    fileName: stemmed("xml"),
    write: (rows) =>
      `<?xml version="1.0"?>\n<Export><head><made>today</made></head><scans>${rows
        .map(
          (row) =>
            `<scan parcel="${row.barcode}" code="${row.code}" at="${row.year}-${row.month}-${row.day} ${row.clock}"><depot code="${row.location}"/><ref>${row.reference.replaceAll("&", "&amp;").replaceAll("<", "&lt;")}</ref></scan>`,
        )
        .join("\n")}</scans></Export>`,
  },
  {
    name: "times with offset, remarks, trailer in words",
    layout: `${FORM}delimiter: ";"\nheader: true\ntrailingDelimiter: false\ncomment: "--"\ntrailer: { line: "END OF FILE {rows} rows", required: true }\ncolumns: [Pakketnummer, Gebeurtenis, Tijdstip, Vestiging]\nfields: { barcode: Pakketnummer, code: Gebeurtenis, time: Tijdstip, location: Vestiging }\ntime: { pattern: "yyyy-MM-ddTHH:mm:ssXXX", zone: Europe/Amsterdam, precision: seconds }\n${END}`,
    fileName: stemmed("csv"),
    write: (rows) =>
      lines([
        "-- made by hand",
        "Pakketnummer;Gebeurtenis;Tijdstip;Vestiging",
        ...rows.map(
          (row) =>
            `${row.barcode};${row.code};${row.year}-${row.month}-${row.day}T${row.clock}+01:00;${row.location}`,
        ),
        `END OF FILE ${String(rows.length).padStart(6, "0")} rows`,
      ]),
  },
];

function toShortCode(code: string): string {
  return String(10 + (code.charCodeAt(1) % 9)).padStart(2, "0");
}

function toFeed({ name, layout, fileName, write, encoding = "utf8" }: Way): Feed {
  const files = rowsByFile.map(([file, rows], index) => ({
    name: fileName(file.name.replace(/\.csv$/, ""), index),
    bytes: Buffer.from(write(rows), encoding),
  }));
  return { name, layout, files };
}

/** A world's scans as the shipped layouts and several invented ones write them. */
export const FEEDS: readonly Feed[] = [
  { name: "postnl-scan-csv", layout: "postnl-scan-csv", files: world.files },
  {
    name: "postnl-scan-fixed",
    layout: "postnl-scan-fixed",
    files: world.files.map(toFixedFile).filter((file) => file !== undefined),
  },
  {
    name: "postnl-scan-xml",
    layout: "postnl-scan-xml",
    files: world.files.map(toXmlFile).filter((file) => file !== undefined),
  },
  ...WAYS.map(toFeed),
];
