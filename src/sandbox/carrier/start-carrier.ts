import { createHash, randomBytes } from "node:crypto";
import type { ScanFile } from "../scan-files.ts";
import type { World } from "../world.ts";
import type { WorldOptions } from "../world-plan.ts";
import { type CarrierTls, startApiServer } from "./api-server.ts";
import { toFixedFile, toXmlFile } from "./layouts.ts";
import { makeLivingBooks } from "./living-books.ts";
import type { SecondFactor } from "./second-factor.ts";
import { type RemoteFile, startSftpServer } from "./sftp-server.ts";

export interface CarrierCredentials {
  /** SFTP. */
  readonly username: string;
  readonly password: string;
  /** SFTP: public keys that may sign in as well, one line each as in `authorized_keys`. */
  readonly authorizedKeys: readonly string[];
  readonly apiKey: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/** The layouts that scan files can be served in. */
export const SERVED_LAYOUTS = ["postnl-scan-csv", "postnl-scan-fixed", "postnl-scan-xml"] as const;
export type ServedLayout = (typeof SERVED_LAYOUTS)[number];

export interface CarrierOptions {
  /** Its webhook deliveries are sent by `sendDeliveries`. */
  readonly world: Pick<World, "files" | "legacyApi" | "statusApi">;
  /** The options of `world`, where its APIs are to answer live, instead of from the replies recorded in it. */
  readonly living?: WorldOptions;
  /** UTC epoch milliseconds: what the carrier did later is not to be seen yet. */
  readonly clock: () => number;
  readonly credentials: CarrierCredentials;
  /** The layouts to spread the scan files over; a file that fits no other stays `postnl-scan-csv`. */
  readonly layouts: readonly ServedLayout[];
  /** Barcodes whose every column matters: files that hold them stay `postnl-scan-csv`, because the others have fewer columns. */
  readonly allColumnsFor?: readonly string[];
  /** How long an API token holds, in seconds. */
  readonly tokenSeconds: number;
  /** What v4 wants besides the API key; a bearer token where nothing is said. */
  readonly secondFactors?: readonly SecondFactor[];
  /** Has the APIs served over HTTPS. */
  readonly tls?: CarrierTls;
}

export interface Carrier {
  readonly sftp: {
    readonly host: string;
    readonly port: number;
    readonly username: string;
    readonly password: string;
    readonly hostKeyFingerprint: string;
    /** One folder for each layout asked for, whether or not it holds files, and one for what fits no other. */
    readonly folders: readonly { readonly path: string; readonly layout: ServedLayout }[];
  };
  readonly api: {
    readonly baseUrl: string;
    readonly tokenUrl: string;
    readonly apiKey: string;
    readonly clientId: string;
    readonly clientSecret: string;
  };
  /** Ends every connection and both servers. */
  readonly stop: () => Promise<void>;
}

const FOLDERS: Readonly<Record<ServedLayout, string>> = {
  "postnl-scan-csv": "/scan/csv",
  "postnl-scan-fixed": "/scan/fixed",
  "postnl-scan-xml": "/scan/xml",
};

const PAGE_SIZE = 50;

/** Credentials nobody else has, for one run. */
export function makeCarrierCredentials(): CarrierCredentials {
  const secret = () => randomBytes(18).toString("base64url");
  return {
    username: "scanfiles",
    password: secret(),
    authorizedKeys: [],
    apiKey: secret(),
    clientId: "trackbridge",
    clientSecret: secret(),
  };
}

/** Starts the simulated carrier on loopback: scan files over SFTP, and both status APIs. */
export async function startCarrier(options: CarrierOptions): Promise<Carrier> {
  const { world, clock, credentials, layouts, tokenSeconds } = options;
  const { username, password, authorizedKeys, apiKey, clientId, clientSecret } = credentials;
  const folders = toFolders(world.files, layouts, options.allColumnsFor ?? []);
  const sftp = await startSftpServer({ username, password, authorizedKeys, folders, clock });
  const api = await startApiServer({
    legacyApi: world.legacyApi,
    statusApi: world.statusApi,
    living: options.living && makeLivingBooks(options.living),
    clock,
    apiKey,
    clientId,
    clientSecret,
    tokenSeconds,
    monotonicMs: () => performance.now(),
    pageSize: PAGE_SIZE,
    secondFactors: options.secondFactors,
    tls: options.tls,
  });
  return {
    sftp: {
      host: sftp.host,
      port: sftp.port,
      username,
      password,
      hostKeyFingerprint: sftp.hostKeyFingerprint,
      folders: SERVED_LAYOUTS.filter((layout) => folders.has(FOLDERS[layout])).map((layout) => ({
        path: FOLDERS[layout],
        layout,
      })),
    },
    api: { baseUrl: api.baseUrl, tokenUrl: api.tokenUrl, apiKey, clientId, clientSecret },
    stop: async () => {
      await Promise.all([sftp.stop(), api.stop()]);
    },
  };
}

function toFolders(
  files: readonly ScanFile[],
  layouts: readonly ServedLayout[],
  allColumnsFor: readonly string[],
): Map<string, Map<string, RemoteFile>> {
  const folders = new Map(layouts.map((layout) => [FOLDERS[layout], new Map<string, RemoteFile>()]));
  for (const file of files) {
    const text = Buffer.from(file.bytes).toString("latin1").toUpperCase();
    const needsAll = allColumnsFor.some((barcode) => text.includes(barcode));
    const layout = needsAll ? "postnl-scan-csv" : chooseLayout(file.bytes, layouts);
    const other = toLayout(file, layout);
    const served = other ?? file;
    const folder = FOLDERS[other === undefined ? "postnl-scan-csv" : layout];
    const { name, bytes } = served;
    folders.getOrInsertComputed(folder, () => new Map()).set(name, { bytes, modifiedAt: receivedAtOf(name) });
  }
  return folders;
}

/** By content, so that a file that is sent again under another name has the same bytes again. */
function chooseLayout(bytes: Uint8Array, layouts: readonly ServedLayout[]): ServedLayout {
  const place = createHash("sha256").update(bytes).digest().readUInt32BE() % layouts.length;
  return layouts[place] ?? "postnl-scan-csv";
}

function toLayout(file: ScanFile, layout: ServedLayout): ScanFile | undefined {
  switch (layout) {
    case "postnl-scan-csv":
      return file;
    case "postnl-scan-fixed":
      return toFixedFile(file);
    case "postnl-scan-xml":
      return toXmlFile(file);
  }
}

/** `TT_11223344_20260301_060027_002.csv` → 2026-03-01T06:00:27Z */
function receivedAtOf(name: string): number {
  const match = /_(\d{8})_(\d{6})_\d+\.\w+$/.exec(name);
  if (match === null) throw new Error(`the scan file ${name} has no time in its name`);
  return Temporal.Instant.from(`${match[1]}T${match[2]}Z`).epochMilliseconds;
}
