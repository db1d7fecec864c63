import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { QuarantinedRow } from "../../src/domain/arrival.ts";
import type { Observation } from "../../src/domain/observation.ts";
import type { Layout } from "../../src/sources/legacy-scan/layout.ts";
import type { ScanFile } from "../../src/sources/legacy-scan/parse-scan-file.ts";
import { openScanFile } from "../../src/sources/legacy-scan/parse-scan-file.ts";

/** A name without a time in it, whatever the layout. */
const UNTIMED = "scans";

/** The header of postnl-scan-csv, from the specification. */
export const CSV_HEADER =
  "Barcode;Waarneming;Tijdstip;Locatie;Klantnummer;Klantcode;Referentie;Productcode;Hoofdbarcode;ColloNummer;ColloAantal";

/** The barcode of the tests' n-th parcel. */
export function barcodeOf(n: number): string {
  return `3SDEVC${String(n).padStart(9, "0")}`;
}

/** A row of postnl-scan-csv for the tests' n-th parcel. */
export function aCsvRow(n: number): string {
  return `${barcodeOf(n)};J01;07-03-2026 23:22:56;888888;11223344;DEVC;ORDER-${n};003085;;1;1`;
}

/** A file's rows, all of them, by what became of them. */
export interface ReadFile {
  readonly file: ScanFile;
  readonly observations: readonly Observation[];
  readonly quarantined: readonly QuarantinedRow[];
  /** Quarantined rows as `line code`. */
  readonly refused: readonly string[];
  readonly seen: number;
}

/** Opens a file on disk and reads all its rows. */
export async function readScanFile(
  path: string,
  layout: Layout,
  name: string = UNTIMED,
  receivedAt?: number,
): Promise<ReadFile> {
  const file = await openScanFile(path, { layout, name, receivedAt });
  const observations: Observation[] = [];
  const quarantined: QuarantinedRow[] = [];
  for await (const rows of file.rows()) {
    for (const row of rows) {
      if (row.kind === "observation") observations.push(row.observation);
      else quarantined.push(row.quarantined);
    }
  }
  const refused = quarantined.map(({ line, code }) => `${line} ${code}`);
  return { file, observations, quarantined, refused, seen: observations.length + quarantined.length };
}

/** Lends a folder of its own, and removes it. */
export async function withFolder<Result>(use: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), "trackbridge-"));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Writes `content` to a file of its own and reads it; a text is written as UTF-8. */
export function readScanBytes(
  content: string | Uint8Array,
  layout: Layout,
  name: string = UNTIMED,
  receivedAt?: number,
): Promise<ReadFile> {
  return withFolder(async (folder) => {
    const path = join(folder, "content");
    await writeFile(path, content);
    return readScanFile(path, layout, name, receivedAt);
  });
}
