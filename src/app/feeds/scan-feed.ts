import { UsageError } from "../../domain/errors.ts";
import type { FileCalendar } from "../../domain/file-calendar.ts";
import type { ScanFilesSettings } from "../../feed-settings.ts";
import { readSecret } from "../../secrets.ts";
import type { Completeness } from "../../sources/legacy-scan/completeness.ts";
import { toCompleteness } from "../../sources/legacy-scan/completeness.ts";
import type { Layout } from "../../sources/legacy-scan/layout.ts";
import { readLayout } from "../../sources/legacy-scan/read-layout.ts";
import type { SftpConnection } from "../../sources/legacy-scan/sftp-identity.ts";
import { toCalendar } from "./to-calendar.ts";

/** A folder of scan files, ready to be fetched. */
export interface ScanFeed {
  /** As in the settings. */
  readonly name: string;
  readonly connection: SftpConnection;
  /** Absolute path on the server. */
  readonly folder: string;
  readonly layout: Layout;
  readonly complete: Completeness;
  /** `undefined`: nothing is expected. */
  readonly calendar: FileCalendar | undefined;
}

/**
 * Makes a feed of its settings: reads its layout and its secrets.
 *
 * @param layoutName of feeds that name no layout
 * @throws UsageError naming the setting that is wrong
 */
export async function readScanFeed(settings: ScanFilesSettings, layoutName: string): Promise<ScanFeed> {
  const { name, folder, complete } = settings;
  const layout = await readLayout(settings.layout ?? layoutName);
  return {
    name,
    folder,
    layout,
    connection: toConnection(settings),
    complete: complete === undefined ? toCompleteness(layout) : toRule(complete, layout),
    calendar: toCalendar(settings.calendar),
  };
}

function toConnection(settings: ScanFilesSettings): SftpConnection {
  const { name, host, port, user, hostKeys, password, privateKey, passphrase } = settings;
  const place = `feeds.scanFiles ${name}`;
  const server = { host, port, username: user, hostKeyFingerprints: hostKeys };
  if (password !== undefined && privateKey === undefined)
    return { ...server, password: readSecret(password, `${place} password`) };
  if (privateKey !== undefined && password === undefined) {
    return {
      ...server,
      privateKey: readSecret(privateKey, `${place} privateKey`),
      passphrase: passphrase === undefined ? undefined : readSecret(passphrase, `${place} passphrase`),
    };
  }
  throw new UsageError({
    place,
    value: password === undefined ? "neither password nor privateKey" : "password and privateKey",
    expected: "one of the two",
    todo: "name where it is found: { environment: NAME } or { file: PATH }",
  });
}

function toRule(complete: NonNullable<ScanFilesSettings["complete"]>, layout: Layout): Completeness {
  if (complete === "rename")
    return { by: "rename", temporary: layout.complete.by === "rename" ? layout.complete.temporary : [] };
  if ("semaphore" in complete) return { by: "semaphore", suffix: complete.semaphore };
  return { by: "stable-size", looks: 2, seconds: complete.stableSeconds };
}
