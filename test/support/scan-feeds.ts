import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { ScanFeed } from "../../src/app/feeds/scan-feed.ts";
import { verifyStore } from "../../src/app/verify-store.ts";
import type { RemoteFile, SftpFaults, SftpServer } from "../../src/sandbox/carrier/sftp-server.ts";
import { startSftpServer } from "../../src/sandbox/carrier/sftp-server.ts";
import { toCompleteness } from "../../src/sources/legacy-scan/completeness.ts";
import { readLayout } from "../../src/sources/legacy-scan/read-layout.ts";
import type { Store } from "../../src/store/store.ts";
import { timeOf } from "./observations.ts";
import { aCsvRow, CSV_HEADER } from "./scan-files.ts";

/** The tests' files are fetched then. */
export const NOW: number = timeOf("2026-03-08T09:00:00Z");
export const PASSWORD = "correct horse battery staple";

/** A carrier's SFTP server with one folder, `/scan`. */
export interface ScanServer {
  readonly server: SftpServer;
  /** What is in the folder, by name. */
  readonly files: Map<string, RemoteFile>;
  readonly put: (name: string, content: string | Uint8Array, modifiedAt?: number) => void;
  /** What it does wrong; may change at any time. */
  faults: SftpFaults;
  /** The folder as a feed; unless told otherwise postnl-scan-csv, known to be whole by its name. */
  readonly feed: (changes?: Partial<ScanFeed>) => ScanFeed;
}

const layout = await readLayout("postnl-scan-csv");

/** Starts a server that ends with the test. */
export async function startScanServer(): Promise<ScanServer> {
  const files = new Map<string, RemoteFile>();
  const scan: { faults: SftpFaults } = { faults: {} };
  const server = await startSftpServer({
    username: "scans",
    password: PASSWORD,
    authorizedKeys: [],
    folders: new Map([["/scan", files]]),
    clock: () => Infinity,
    faults: {
      claimedSize: (path, sizeBytes) => scan.faults.claimedSize?.(path, sizeBytes) ?? sizeBytes,
      onRead: (path, offset) => scan.faults.onRead?.(path, offset) ?? "answer",
    },
  });
  onTestFinished(() => server.stop());
  return Object.assign(scan, {
    server,
    files,
    put: (name: string, content: string | Uint8Array, modifiedAt: number = NOW) => {
      files.set(name, { bytes: Buffer.from(content), modifiedAt });
    },
    feed: (changes: Partial<ScanFeed> = {}): ScanFeed => ({
      name: "a",
      connection: {
        host: server.host,
        port: server.port,
        username: "scans",
        password: PASSWORD,
        hostKeyFingerprints: [server.hostKeyFingerprint],
      },
      folder: "/scan",
      layout,
      complete: toCompleteness(layout),
      calendar: undefined,
      ...changes,
    }),
  });
}

/** A scan file of the tests' n-th parcels. */
export function aScanContent(...parcels: readonly number[]): string {
  return `${[CSV_HEADER, ...parcels.map(aCsvRow)].join("\n")}\n`;
}

/** The name of a file that came on 8 March 2026 at a time of day (HHmmss). */
export function aScanName(time: string, customer = "11223344"): string {
  return `TT_${customer}_20260308_${time}_001.csv`;
}

/** A folder that is removed after the test. */
export function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "trackbridge-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** All that a store holds, as hashes, and whether its books are right. */
export async function tellStore(store: Store): Promise<readonly string[]> {
  const { tables, isSound, waiting } = await verifyStore({ store, name: "the test's" });
  // The books are a sum, and who wrote how much of it does not matter.
  const kept = tables.filter(({ table }) => table !== "channel_books");
  return [
    `sound ${isSound}, waiting ${waiting}`,
    JSON.stringify(await store.feeds.books()),
    ...kept.map((table) => JSON.stringify(table)),
  ];
}
