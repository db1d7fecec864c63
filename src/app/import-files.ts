import { stat } from "node:fs/promises";
import { basename } from "node:path";
import type { Channel } from "../domain/channel.ts";
import { UsageError } from "../domain/errors.ts";
import { addTallies, NO_INTAKES } from "../intake/intake-tally.ts";
import { makeHaulWriter } from "../intake/save-hauls.ts";
import type { ImportReport } from "../report/report-data.ts";
import type { PayloadChannel } from "../sources/exported-line.ts";
import { readPayloadBlocks } from "../sources/import-payloads.ts";
import { readLayout } from "../sources/legacy-scan/read-layout.ts";
import type { HauledJob } from "./crew.ts";
import { haulAll, settle } from "./crew.ts";
import type { App } from "./open-app.ts";
import type { HaulJob } from "./threads/job.ts";

export interface ImportOptions {
  readonly channel: Channel;
  readonly paths: readonly string[];
  /** Scan files: name or path of the layout; the configured one without it. */
  readonly layout?: string | undefined;
  /** Scan files whose name holds no time: when they were received (UTC epoch milliseconds). */
  readonly receivedAt?: number | undefined;
  /** Told after every file or batch. */
  readonly onProgress?: (progress: ImportProgress) => void;
  /** Told what people should know of a file though it was read. */
  readonly onNote?: (path: string, note: string) => void;
}

export interface ImportProgress {
  /** Bytes of the files that are done, and of all. */
  readonly doneBytes: number;
  readonly totalBytes: number;
  /** Rows read. */
  readonly rows: number;
}

/**
 * Takes in exported data from disk exactly as if it had come over the wire.
 * Rows that cannot be read are set aside; the rest goes on.
 *
 * @throws UsageError when a path cannot be read; nothing is taken in then
 */
export async function importFiles(app: App, options: ImportOptions): Promise<ImportReport> {
  const { channel, paths, onProgress, onNote } = options;
  const sizes = await Promise.all(paths.map(readSize));
  const totalBytes = sizes.reduce((sum, size) => sum + size, 0);
  let doneBytes = 0;
  let rows = 0;
  let tally = NO_INTAKES;
  const jobs = channel === "legacy-scan" ? toFileJobs(app, options) : toLineJobs(channel, paths);
  const hauls = haulAll(app, jobs, totalBytes);
  for (let isDone = false; !isDone; ) {
    const first = await hauls.next();
    if (first.done === true) break;
    const counted = await app.store.transaction(async (tx) => {
      const writer = makeHaulWriter(tx, channel);
      let bytes = 0;
      for (let next: IteratorResult<HauledJob> = first; ; next = await hauls.next()) {
        isDone = next.done === true;
        if (next.done === true) break;
        const { haul, job } = next.value;
        await writer.add(haul);
        rows += haul.rows;
        bytes += haul.records.length;
        doneBytes += job.kind === "haul-lines" ? job.bytes : haul.isLast ? (sizes[job.index] ?? 0) : 0;
        if (job.kind === "haul-file") for (const text of haul.notes) onNote?.(job.path, text);
        onProgress?.({ doneBytes, totalBytes, rows });
        if (haul.isLast && bytes >= BYTES_A_COMMIT) break;
      }
      return writer.finish();
    });
    tally = addTallies(tally, counted);
  }
  const settled = await settle(app, totalBytes);
  return { channel, ...addTallies(tally, { intakes: 0, ...settled[channel] }) };
}

/** As many bytes of records share a transaction: each commit waits for the disk, and others wait for each commit. */
const BYTES_A_COMMIT = 128 * 1024 * 1024;

async function* toFileJobs(app: App, { paths, layout, receivedAt }: ImportOptions): AsyncGenerator<HaulJob> {
  const layoutName = layout ?? app.config.layout;
  await readLayout(layoutName);
  for (const [index, path] of paths.entries()) {
    yield { kind: "haul-file", index, path, name: basename(path), layout: layoutName, receivedAt };
  }
}

async function* toLineJobs(channel: PayloadChannel, paths: readonly string[]): AsyncGenerator<HaulJob> {
  for (const path of paths) {
    for await (const block of readPayloadBlocks(path)) {
      yield { kind: "haul-lines", channel, file: basename(path), block, bytes: block.bytes.length };
    }
  }
}

async function readSize(path: string): Promise<number> {
  const info = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    throw new UsageError(
      {
        place: "import",
        value: path,
        expected: "a file that exists and can be read",
        todo: cause.code === "EACCES" ? "allow reading it" : "correct the path",
      },
      { cause },
    );
  });
  if (info.isFile()) return info.size;
  throw new UsageError({
    place: "import",
    value: path,
    expected: "a file",
    todo: "name the files themselves, for instance with a pattern: folder/*",
  });
}
