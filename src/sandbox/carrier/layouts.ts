import type { ScanFile } from "../scan-files.ts";

/** A row's values by the column names of `postnl-scan-csv`. */
type Row = Readonly<Record<string, string>>;

const COLUMNS = [
  "Barcode",
  "Waarneming",
  "Tijdstip",
  "Locatie",
  "Klantnummer",
  "Klantcode",
  "Referentie",
  "Productcode",
  "Hoofdbarcode",
  "ColloNummer",
  "ColloAantal",
] as const;

const FIXED_WIDTHS = { Barcode: 16, Waarneming: 3, Locatie: 6, Klantnummer: 8, Referentie: 20 } as const;

/** The elements of `postnl-scan-xml` that only carry a column's text on. */
const XML_ELEMENTS = [
  ["LocationCode", "Locatie"],
  ["CustomerNumber", "Klantnummer"],
  ["CustomerCode", "Klantcode"],
  ["Reference", "Referentie"],
  ["ProductCode", "Productcode"],
  ["MainBarcode", "Hoofdbarcode"],
  ["ShipmentCounter", "ColloNummer"],
  ["ShipmentAmount", "ColloAantal"],
] as const;

/**
 * A `postnl-scan-csv` file as `postnl-scan-fixed`: the six columns that this
 * layout has, in Latin-1, each filled up with blanks. `undefined` where a row
 * could not be written without changing what it says: it is ragged, a value is
 * too long or outside Latin-1, or the trailer disagrees.
 */
export function toFixedFile(file: ScanFile): ScanFile | undefined {
  const rows = findRows(file);
  const lines = rows?.map(toFixedLine);
  if (lines === undefined || !lines.every((line) => line !== undefined)) return undefined;
  return {
    name: withExtension(file.name, "txt"),
    bytes: Buffer.from(lines.map((line) => `${line}\n`).join(""), "latin1"),
  };
}

/**
 * A `postnl-scan-csv` file as `postnl-scan-xml`, every column included.
 * `undefined` where a row could not be written without changing what it says:
 * it is ragged, a value has control characters, or the trailer disagrees.
 */
export function toXmlFile(file: ScanFile): ScanFile | undefined {
  const rows = findRows(file);
  const elements = rows?.map(toXmlElement);
  if (elements === undefined || !elements.every((element) => element !== undefined)) return undefined;
  const document = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    "<Observations>",
    ...elements,
    "</Observations>",
    "",
  ].join("\n");
  return { name: withExtension(file.name, "xml"), bytes: Buffer.from(document) };
}

function withExtension(name: string, extension: string): string {
  return `${name.replace(/\.csv$/i, "")}.${extension}`;
}

/** The rows of a file that is whole; `undefined` for one that is not, or that has none. */
function findRows({ bytes }: ScanFile): readonly Row[] | undefined {
  const lines = decode(bytes).split(/\r?\n/);
  // Without a line end the last row may be cut off.
  if (lines.pop() !== "") return undefined;
  const header = lines.shift();
  const trailer = /^#EOF;(.*)$/.exec(lines.at(-1) ?? "");
  if (trailer !== null) lines.pop();
  if (trailer !== null && trailer[1] !== String(lines.length)) return undefined;
  if (header !== COLUMNS.join(";") || lines.length === 0) return undefined;
  const rows = lines.map((line) => line.split(";"));
  if (rows.some((row) => row.length !== COLUMNS.length)) return undefined;
  return rows.map((row) => Object.fromEntries(COLUMNS.map((column, place) => [column, row[place] ?? ""])));
}

/** UTF-8 with or without byte order mark; bytes that are not, as Windows-1252. */
function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}

/** `dd-MM-yyyy HH:mm:ss` in its parts, whether or not the date exists. */
function findTime({ Tijdstip = "" }: Row): { date: string; time: string } | undefined {
  const match = /^(\d\d)-(\d\d)-(\d{4}) (\d\d:\d\d:\d\d)$/.exec(Tijdstip);
  if (match === null) return undefined;
  const [, day, month, year, time = ""] = match;
  return { date: `${year}-${month}-${day}`, time };
}

function toFixedLine(row: Row): string | undefined {
  const at = findTime(row);
  if (at === undefined) return undefined;
  const fits = Object.entries(FIXED_WIDTHS).every(([column, width]) => {
    const value = row[column] ?? "";
    return value.length <= width && /^[\u0020-\u007e\u00a0-\u00ff]*$/.test(value);
  });
  if (!fits) return undefined;
  const fill = (column: keyof typeof FIXED_WIDTHS) => (row[column] ?? "").padEnd(FIXED_WIDTHS[column]);
  const time = `${at.date}${at.time}`.replace(/[-:]/g, "");
  return [
    fill("Barcode"),
    fill("Waarneming"),
    time,
    fill("Locatie"),
    fill("Klantnummer"),
    fill("Referentie"),
  ].join("");
}

function toXmlElement(row: Row): string | undefined {
  const at = findTime(row);
  if (at === undefined || /\p{Cc}/u.test(Object.values(row).join(""))) return undefined;
  const element = (name: string, value: string) => `<${name}>${escapeXml(value)}</${name}>`;
  return [
    "<Observation>",
    element("Barcode", row.Barcode ?? ""),
    element("Code", row.Waarneming ?? ""),
    element("TimeStamp", `${at.date}T${at.time}`),
    ...XML_ELEMENTS.map(([name, column]) => element(name, row[column] ?? "")),
    "</Observation>",
  ].join("");
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
