import { createHash } from "node:crypto";
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { posix } from "node:path";
import type { Attributes, AuthContext, FileEntry, SFTPWrapper } from "ssh2";
import ssh2 from "ssh2";
import { toIsoUtc } from "../../domain/instant.ts";
import { isSameSecret } from "./is-same-secret.ts";
import { makeKeyPair } from "./make-key-pair.ts";

/** A file on the server. It is there from `modifiedAt` (UTC epoch milliseconds) on, by the server's clock. */
export interface RemoteFile {
  /** Held in memory, or made piece by piece where a file is larger than that. */
  readonly bytes: Pick<Uint8Array, "length"> & {
    readonly subarray: (start: number, end: number) => Uint8Array;
  };
  readonly modifiedAt: number;
}

/**
 * The folders by absolute path (`/scan/csv`), and in each the files by name. A
 * name is sent as it stands, whatever is in it: a hostile server is one with
 * hostile names. The maps may change while the server runs.
 */
export type RemoteFolders = ReadonlyMap<string, ReadonlyMap<string, RemoteFile>>;

/** What the server does wrong, on purpose. */
export interface SftpFaults {
  /** The size that listings and stats claim for a file. */
  readonly claimedSize?: (path: string, sizeBytes: number) => number;
  /** Asked before each read: answer it, never answer it, or cut the connection. */
  readonly onRead?: (path: string, offset: number) => "answer" | "stall" | "cut";
}

export interface SftpServerOptions {
  readonly username: string;
  readonly password: string;
  /** Public keys that may sign in, one line each as in `authorized_keys`. */
  readonly authorizedKeys: readonly string[];
  readonly folders: RemoteFolders;
  /** UTC epoch milliseconds. */
  readonly clock: () => number;
  readonly faults?: SftpFaults;
}

export interface SftpServer {
  readonly host: string;
  readonly port: number;
  /** SHA-256 of the host key as OpenSSH prints it: `SHA256:…`. */
  readonly hostKeyFingerprint: string;
  /** Cuts every connection and stops listening. */
  readonly stop: () => Promise<void>;
}

type OpenHandle =
  | { readonly kind: "file"; readonly path: string; readonly file: RemoteFile }
  | { readonly kind: "folder"; readonly pages: FileEntry[][] };

const HOST = "127.0.0.1";
const ENTRIES_PER_PAGE = 64;
const MOST_HANDLES = 256;
/** The largest read that OpenSSH's server answers in one piece. */
const MOST_READ_BYTES = 256 * 1024;
const FILE_MODE = 0o100444;
const FOLDER_MODE = 0o040555;
const { STATUS_CODE } = ssh2.utils.sftp;

/**
 * Starts a read-only SFTP server on loopback, on a free port, with a host key
 * made for this run. It speaks version 3 of the protocol.
 *
 * @see https://datatracker.ietf.org/doc/html/draft-ietf-secsh-filexfer-02
 */
export async function startSftpServer(options: SftpServerOptions): Promise<SftpServer> {
  const hostKey = makeKeyPair();
  const ssh = new ssh2.Server({
    hostKeys: [hostKey.private],
    algorithms: {
      kex: ["curve25519-sha256", "ecdh-sha2-nistp256", "diffie-hellman-group16-sha512"],
      cipher: [
        "chacha20-poly1305@openssh.com",
        "aes256-gcm@openssh.com",
        "aes128-gcm@openssh.com",
        "aes256-ctr",
      ],
      hmac: ["hmac-sha2-256-etm@openssh.com", "hmac-sha2-512-etm@openssh.com"],
      compress: ["none"],
    },
  });
  // The sockets are ours, by the client's port, so that a fault or the end can cut them.
  const sockets = new Map<number, Socket>();
  ssh.on("connection", (client, { port }) => {
    // A client that breaks off is no failure of the server.
    client.on("error", () => {});
    client.on("authentication", (context) => decideSignIn(context, options));
    client.on("session", (accept) => {
      accept().on("sftp", (acceptSftp) =>
        serveFiles(acceptSftp(), options, () => sockets.get(port)?.destroy()),
      );
    });
  });

  const listener = createServer({ noDelay: true }, (socket) => {
    const port = socket.remotePort ?? 0;
    sockets.set(port, socket);
    socket.once("close", () => sockets.delete(port));
    ssh.injectSocket(socket);
  });
  listener.listen(0, HOST);
  await once(listener, "listening");

  return {
    host: HOST,
    port: (listener.address() as AddressInfo).port,
    hostKeyFingerprint: toFingerprint(parsePublicKey(hostKey.public).getPublicSSH()),
    stop: async () => {
      const closed = once(listener, "close");
      listener.close();
      for (const socket of sockets.values()) socket.destroy();
      await closed;
    },
  };
}

function toFingerprint(publicKey: Buffer): string {
  return `SHA256:${createHash("sha256").update(publicKey).digest("base64").replace(/=+$/, "")}`;
}

function parsePublicKey(line: string) {
  const key = ssh2.utils.parseKey(line);
  if (key instanceof Error) throw key;
  return key;
}

function decideSignIn(context: AuthContext, options: SftpServerOptions): void {
  if (isSignedIn(context, options)) context.accept();
  else context.reject(["publickey", "password"]);
}

function isSignedIn(
  context: AuthContext,
  { username, password, authorizedKeys }: SftpServerOptions,
): boolean {
  if (!isSameSecret(context.username, username)) return false;
  if (context.method === "password") return isSameSecret(context.password, password);
  if (context.method !== "publickey") return false;
  const { key: offered, blob, signature, hashAlgo } = context;
  const known = authorizedKeys.map(parsePublicKey).find((key) => key.getPublicSSH().equals(offered.data));
  if (known === undefined) return false;
  // Without a signature the client only asks whether the key would do.
  if (signature === undefined || blob === undefined) return true;
  return known.verify(blob, signature, hashAlgo) === true;
}

function serveFiles(sftp: SFTPWrapper, options: SftpServerOptions, cut: () => void): void {
  const { folders, clock, faults } = options;
  const handles = new Map<number, OpenHandle>();
  let nextHandle = 0;

  const findHandle = (handle: Buffer): OpenHandle | undefined =>
    handle.length === 4 ? handles.get(handle.readUInt32BE()) : undefined;

  const answerHandle = (requestId: number, opened: OpenHandle): void => {
    if (handles.size >= MOST_HANDLES) {
      sftp.status(requestId, STATUS_CODE.FAILURE);
      return;
    }
    handles.set(nextHandle, opened);
    const handle = Buffer.alloc(4);
    handle.writeUInt32BE(nextHandle);
    nextHandle += 1;
    sftp.handle(requestId, handle);
  };

  const findFile = (path: string): RemoteFile | undefined => {
    for (const [folder, files] of folders) {
      if (!path.startsWith(`${folder}/`)) continue;
      const file = files.get(path.slice(folder.length + 1));
      if (file !== undefined && file.modifiedAt <= clock()) return file;
    }
    return undefined;
  };

  const toFileAttributes = (path: string, file: RemoteFile): Attributes => ({
    mode: FILE_MODE,
    uid: 0,
    gid: 0,
    size: faults?.claimedSize?.(path, file.bytes.length) ?? file.bytes.length,
    atime: Math.floor(file.modifiedAt / 1000),
    mtime: Math.floor(file.modifiedAt / 1000),
  });

  const answerStat = (requestId: number, path: string): void => {
    const file = findFile(path);
    if (file !== undefined) sftp.attrs(requestId, toFileAttributes(path, file));
    else if (isFolder(folders, path)) sftp.attrs(requestId, FOLDER_ATTRIBUTES);
    else sftp.status(requestId, STATUS_CODE.NO_SUCH_FILE);
  };

  const listFolder = (path: string): FileEntry[] => {
    const entries = listSubfolders(folders, path).map((name) => toEntry(name, FOLDER_ATTRIBUTES));
    for (const [name, file] of folders.get(path) ?? []) {
      if (file.modifiedAt <= clock()) entries.push(toEntry(name, toFileAttributes(`${path}/${name}`, file)));
    }
    return entries;
  };

  // A client that has said its last word waits for ours.
  sftp.on("end", () => sftp.end());
  sftp.on("error", cut);
  sftp.on("REALPATH", (requestId, path) => {
    sftp.name(requestId, [toEntry(posix.resolve("/", path), FOLDER_ATTRIBUTES)]);
  });
  sftp.on("STAT", answerStat);
  sftp.on("LSTAT", answerStat);
  sftp.on("FSTAT", (requestId, handle) => {
    const opened = findHandle(handle);
    if (opened === undefined) sftp.status(requestId, STATUS_CODE.FAILURE);
    else if (opened.kind === "folder") sftp.attrs(requestId, FOLDER_ATTRIBUTES);
    else sftp.attrs(requestId, toFileAttributes(opened.path, opened.file));
  });
  sftp.on("OPENDIR", (requestId, path) => {
    const folder = posix.resolve("/", path);
    if (!isFolder(folders, folder)) {
      sftp.status(requestId, STATUS_CODE.NO_SUCH_FILE);
      return;
    }
    answerHandle(requestId, { kind: "folder", pages: toPages(listFolder(folder)) });
  });
  sftp.on("READDIR", (requestId, handle) => {
    const opened = findHandle(handle);
    if (opened?.kind !== "folder") {
      sftp.status(requestId, STATUS_CODE.FAILURE);
      return;
    }
    const page = opened.pages.shift();
    if (page === undefined) sftp.status(requestId, STATUS_CODE.EOF);
    else sftp.name(requestId, page);
  });
  sftp.on("OPEN", (requestId, path, flags) => {
    const file = findFile(path);
    if (file === undefined) sftp.status(requestId, STATUS_CODE.NO_SUCH_FILE);
    else if (flags !== ssh2.utils.sftp.OPEN_MODE.READ) sftp.status(requestId, STATUS_CODE.PERMISSION_DENIED);
    else answerHandle(requestId, { kind: "file", path, file });
  });
  sftp.on("READ", (requestId, handle, offset, length) => {
    const opened = findHandle(handle);
    if (opened?.kind !== "file") {
      sftp.status(requestId, STATUS_CODE.FAILURE);
      return;
    }
    const fate = faults?.onRead?.(opened.path, offset) ?? "answer";
    if (fate === "cut") cut();
    if (fate !== "answer") return;
    const end = offset + Math.min(length, MOST_READ_BYTES);
    const piece = opened.file.bytes.subarray(offset, end);
    if (piece.length === 0) sftp.status(requestId, STATUS_CODE.EOF);
    else sftp.data(requestId, Buffer.from(piece.buffer, piece.byteOffset, piece.length));
  });
  sftp.on("CLOSE", (requestId, handle) => {
    const known = handle.length === 4 && handles.delete(handle.readUInt32BE());
    sftp.status(requestId, known ? STATUS_CODE.OK : STATUS_CODE.FAILURE);
  });
}

const FOLDER_ATTRIBUTES: Attributes = { mode: FOLDER_MODE, uid: 0, gid: 0, size: 0, atime: 0, mtime: 0 };

function toEntry(filename: string, attrs: Attributes): FileEntry {
  const kind = attrs.mode === FOLDER_MODE ? "dr-xr-xr-x" : "-r--r--r--";
  const longname = `${kind} 1 carrier carrier ${attrs.size} ${toIsoUtc(attrs.mtime * 1000)} ${filename}`;
  return { filename, longname, attrs };
}

function toPages(entries: readonly FileEntry[]): FileEntry[][] {
  const pages: FileEntry[][] = [];
  for (let start = 0; start < entries.length; start += ENTRIES_PER_PAGE) {
    pages.push(entries.slice(start, start + ENTRIES_PER_PAGE));
  }
  return pages;
}

function isFolder(folders: RemoteFolders, path: string): boolean {
  const folder = posix.resolve("/", path);
  return folder === "/" || [...folders.keys()].some((one) => one === folder || one.startsWith(`${folder}/`));
}

function listSubfolders(folders: RemoteFolders, path: string): string[] {
  const prefix = path === "/" ? "/" : `${path}/`;
  const names = [...folders.keys()]
    .filter((folder) => folder.startsWith(prefix))
    .map((folder) => folder.slice(prefix.length).split("/", 1)[0] ?? "");
  return [...new Set(names)];
}
