import { hash } from "node:crypto";
import type { ScanFileEntry } from "../../domain/scan-file-entry.ts";
import type { FileIntake, ParsedRow } from "../../intake/incoming.ts";
import type { IntakeTally } from "../../intake/intake-tally.ts";
import { saveFiles } from "../../intake/save-intakes.ts";
import type { Layout } from "../../sources/legacy-scan/layout.ts";
import { openScanFile } from "../../sources/legacy-scan/parse-scan-file.ts";
import type { FetchedFile } from "../../sources/legacy-scan/sftp.ts";
import type { Store } from "../../store/store.ts";
import type { FileLedger } from "./file-ledger.ts";

/** A file that has been taken in, and what that came to. */
export interface TakenFile {
  readonly entry: ScanFileEntry;
  readonly tally: IntakeTally;
  /** What people should know of it though it was read, one line each. */
  readonly notes: readonly string[];
}

/**
 * Takes a fetched file in: its rows and its entry in the ledger, in one
 * transaction.
 *
 * @param now when it was fetched (UTC epoch milliseconds)
 */
export async function takeInFile(
  store: Store,
  ledger: FileLedger,
  layout: Layout,
  fetched: FetchedFile,
  now: number,
): Promise<TakenFile> {
  const { localPath, remoteName: name, modifiedAt, sizeBytes } = fetched;
  const opened = await openScanFile(localPath, { layout, name, receivedAt: modifiedAt, fetchedAt: now });
  if (opened.hash !== fetched.hash) throw new Error(`${localPath}: it is not what came over the wire`);
  const { file, counts } = countRows(opened);
  let entry: ScanFileEntry | undefined;
  const tally = await saveFiles(store, [file], async ({ feedStates }) => {
    const { customer = null, sequence = null } = layout.matchName?.(name) ?? {};
    entry = await ledger.plan(feedStates, {
      name,
      sizeBytes,
      modifiedAt,
      hash: fetched.hash,
      fetchedAt: now,
      receivedAt: file.arrival.receivedAt ?? modifiedAt,
      ...counts,
      customer,
      sequence,
      layout: toLayoutFingerprint(layout),
    });
    await ledger.save(feedStates, entry);
  });
  if (entry === undefined) throw new Error("a transaction ended without its last step");
  ledger.note(entry);
  return { entry, tally, notes: file.notes };
}

/** Of what a layout says, so that a file that could not be read is read again once the layout is another. */
export function toLayoutFingerprint(layout: Layout): string {
  return hash("sha256", JSON.stringify(layout), "hex").slice(0, 16);
}

/** A file that counts its rows while they are read. */
function countRows(file: FileIntake): {
  readonly file: FileIntake;
  readonly counts: { readonly rows: number; readonly quarantined: number };
} {
  const counts = { rows: 0, quarantined: 0 };
  async function* rows(): AsyncGenerator<readonly ParsedRow[]> {
    for await (const some of file.rows()) {
      counts.rows += some.length;
      for (const { kind } of some) if (kind === "quarantined") counts.quarantined += 1;
      yield some;
    }
  }
  return { file: { ...file, rows }, counts };
}
