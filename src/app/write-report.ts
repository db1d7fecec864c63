import { createWriteStream } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { UsageError } from "../domain/errors.ts";
import type { GateReport } from "../reconcile/gate/gate-report.ts";
import type { DriftReport } from "../report/contract-data.ts";
import type { CsvOptions } from "../report/render-csv.ts";
import { renderCsv, renderParcelsCsv } from "../report/render-csv.ts";
import { renderHtml } from "../report/render-html.ts";
import { renderJson } from "../report/render-json.ts";
import type { FilesReport } from "../report/report-data.ts";
import type { Lang } from "../report/texts.ts";
import { gatherReport } from "./gather-report.ts";
import { listFindings, listParcels } from "./list-store.ts";
import type { App } from "./open-app.ts";
import type { ReconcileResult } from "./reconcile-result.ts";

export interface WrittenReport {
  readonly htmlPath: string;
  readonly paths: readonly string[];
  /** Of the scan files that were fetched, for those who show more than the verdict. */
  readonly files: FilesReport | undefined;
  /** What is different in the new services' payloads from what was usual. */
  readonly drift: readonly DriftReport[];
  /** As the report shows it; `undefined`: there is no policy. */
  readonly gate: GateReport | undefined;
}

export interface ReportOptions {
  readonly out: string;
  readonly lang: Lang;
  /** What names the folder, for messages. */
  readonly setting?: string;
}

/**
 * Writes the report of a run: `report.html`, `report.json`, `findings.csv` and
 * `parcels.csv`. The lists are streamed, whatever their length.
 *
 * @throws UsageError when the folder cannot be made or written
 */
export async function writeReport(
  app: App,
  result: ReconcileResult,
  { out, lang, setting = "report --out" }: ReportOptions,
): Promise<WrittenReport> {
  const data = await gatherReport(app, result);
  const htmlPath = join(out, "report.html");
  const jsonPath = join(out, "report.json");
  const findingsPath = join(out, "findings.csv");
  const parcelsPath = join(out, "parcels.csv");
  try {
    await mkdir(out, { recursive: true });
    await writeFile(htmlPath, renderHtml(data, lang).output);
    await writeFile(jsonPath, renderJson(data).output);
    await writeChunks(findingsPath, renderPages(listFindings(app, {}), renderCsv));
    await writeChunks(parcelsPath, renderPages(listParcels(app.store, {}), renderParcelsCsv));
  } catch (cause) {
    throw toReportError(cause, out, setting);
  }
  const paths = [htmlPath, jsonPath, findingsPath, parcelsPath];
  return { htmlPath, paths, files: data.files, drift: data.drift ?? [], gate: data.gate };
}

/** Turns a failure of the disk into one that a person can mend, and leaves all others as they are. */
export function toReportError(cause: unknown, out: string, setting: string): unknown {
  if (!isFileError(cause)) return cause;
  return new UsageError(
    {
      place: setting,
      value: `${out} (${cause.code})`,
      expected: "a folder that can be made and written",
      todo: "name another folder",
    },
    { cause },
  );
}

/** Renders a list page by page, its header once, also when the list is empty. */
async function* renderPages<Row>(
  pages: AsyncIterable<readonly Row[]>,
  render: (rows: readonly Row[], options: CsvOptions) => Iterable<string>,
): AsyncGenerator<string> {
  yield* render([], { head: true });
  for await (const page of pages) yield* render(page, { head: false });
}

async function writeChunks(path: string, chunks: AsyncIterable<string>): Promise<void> {
  await pipeline(Readable.from(chunks), createWriteStream(path));
}

function isFileError(cause: unknown): cause is NodeJS.ErrnoException {
  return cause instanceof Error && "syscall" in cause;
}
