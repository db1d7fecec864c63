import { stat } from "node:fs/promises";
import { basename } from "node:path";
import type { Channel } from "../domain/channel.ts";
import { UsageError } from "../domain/errors.ts";
import type { FileIntake, PayloadIntake } from "../intake/incoming.ts";
import type { IntakeTally } from "../intake/intake-tally.ts";
import { addTallies, NO_INTAKES } from "../intake/intake-tally.ts";
import { saveFiles } from "../intake/save-files.ts";
import { savePayloads } from "../intake/save-payloads.ts";
import type { ImportReport } from "../report/report-data.ts";
import { readPayloadFile } from "../sources/import-payloads.ts";
import { openScanFile } from "../sources/legacy-scan/parse-scan-file.ts";
import { readLayout } from "../sources/legacy-scan/read-layout.ts";
import type { App } from "./open-app.ts";

export interface ImportOptions {
  readonly channel: Channel;
  readonly paths: readonly string[];
  /** Scan files: name or path of the layout; the configured one without it. */
  readonly layout?: string | undefined;
  /** Scan files whose name holds no time: when they were received (UTC epoch milliseconds). */
  readonly receivedAt?: number | undefined;
  /** Told after every file or batch. */
  readonly onProgress?: (progress: ImportProgress) => void;
}

export interface ImportProgress {
  /** Bytes of the files that are done, and of all. */
  readonly doneBytes: number;
  readonly totalBytes: number;
  readonly tally: IntakeTally;
}

/**
 * Takes in exported data from disk exactly as if it had come over the wire.
 * Rows that cannot be read are set aside; the rest goes on.
 *
 * @throws UsageError when a path cannot be read; nothing is taken in then
 */
export async function importFiles(app: App, options: ImportOptions): Promise<ImportReport> {
  const { channel, paths, onProgress } = options;
  const sizes = await Promise.all(paths.map(readSize));
  const totalBytes = sizes.reduce((sum, size) => sum + size, 0);
  let doneBytes = 0;
  let tally = NO_INTAKES;
  const advance = (added: IntakeTally): void => {
    tally = addTallies(tally, added);
    onProgress?.({ doneBytes, totalBytes, tally });
  };
  if (channel === "legacy-scan") {
    const layout = await readLayout(options.layout ?? app.config.layout);
    let files: FileIntake[] = [];
    let waitingBytes = 0;
    for (const [i, path] of paths.entries()) {
      files.push(await openScanFile(path, { layout, name: basename(path), receivedAt: options.receivedAt }));
      doneBytes += sizes[i] ?? 0;
      waitingBytes += sizes[i] ?? 0;
      if (waitingBytes < BYTES_A_COMMIT && i < paths.length - 1) continue;
      advance(await saveFiles(app.store, files));
      files = [];
      waitingBytes = 0;
    }
  } else {
    const context = { contract: app.contract, legacyZone: app.config.zone };
    for (const [i, path] of paths.entries()) {
      const before = doneBytes;
      for await (const payloads of joinBatches(readPayloadFile(path, channel, context))) {
        // The wrappers are not counted, so this stays a little behind until the file is done.
        doneBytes += payloads.reduce((sum, { content }) => sum + content.length, 0);
        advance(await savePayloads(app.store, channel, payloads));
      }
      doneBytes = before + (sizes[i] ?? 0);
    }
  }
  onProgress?.({ doneBytes, totalBytes, tally });
  return { channel, ...tally };
}

/** As much shares a transaction: each commit waits for the disk, and each batch goes over the whole store in key order. */
const BYTES_A_COMMIT = 16 * 1024 * 1024;

/** Joins small batches until they are worth a transaction. */
async function* joinBatches(
  batches: AsyncIterable<readonly PayloadIntake[]>,
): AsyncGenerator<readonly PayloadIntake[]> {
  let joined: PayloadIntake[] = [];
  let bytes = 0;
  for await (const batch of batches) {
    for (const payload of batch) {
      joined.push(payload);
      bytes += payload.content.length;
    }
    if (bytes < BYTES_A_COMMIT) continue;
    yield joined;
    joined = [];
    bytes = 0;
  }
  if (joined.length > 0) yield joined;
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
