import { connect } from "node:net";
import type { Readable } from "node:stream";
import type { Algorithms, FileEntryWithStats, SFTPWrapper, Stats } from "ssh2";
import SftpClient from "ssh2-sftp-client";
import { InputError, UsageError } from "../../domain/errors.ts";
import {
  makeHostKeyError,
  makeSignInError,
  parsePins,
  type SftpConnection,
  toFingerprint,
  toSignIn,
} from "./sftp-identity.ts";

/** All in milliseconds. */
export interface SftpDeadlines {
  /** From the first packet to a session that is signed in. */
  readonly connectMs: number;
  /** A whole listing. */
  readonly listMs: number;
  /** A whole file. */
  readonly fileMs: number;
  /** Silence, in the midst of anything. */
  readonly idleMs: number;
}

export interface RemoteEntry {
  readonly name: string;
  readonly isFolder: boolean;
  readonly sizeBytes: number;
  /** UTC epoch milliseconds, in whole seconds. */
  readonly modifiedAt: number;
}

export interface RemoteStat {
  /** False for folders, links and devices. */
  readonly isFile: boolean;
  readonly sizeBytes: number;
  /** UTC epoch milliseconds, in whole seconds. */
  readonly modifiedAt: number;
}

/** How long some work may take; when it takes longer, the link is cut. */
export interface TimeAllowed {
  readonly totalMs: number;
  readonly idleMs: number;
}

/** One signed-in connection. After any doubt it is cut and another one opened; it is never mended. */
export interface SftpLink {
  /** `sftp host:port`, for messages. */
  readonly place: string;
  /** @throws UsageError when the folder is not there, or holds more than `mostNames` names */
  readonly list: (folder: string, mostNames: number) => Promise<RemoteEntry[]>;
  /**
   * Describes a path without following links.
   *
   * @throws InputError `FILE_GONE` when there is nothing
   */
  readonly stat: (path: string) => Promise<RemoteStat>;
  /** The bytes of a file, as many as the server cares to send. */
  readonly read: (path: string) => Readable;
  /**
   * Runs `work` and waits no longer for it than allowed; `beat` says that it
   * moves on, and `signal` that it is called off. Cutting and leaving is all
   * that helps against a server that has gone silent: the library would wait
   * for ever.
   */
  readonly inTime: <T>(
    allowed: TimeAllowed,
    work: (beat: () => void, signal: AbortSignal) => Promise<T>,
  ) => Promise<T>;
  readonly cut: () => void;
  /** Takes leave, then cuts. */
  readonly close: () => Promise<void>;
}

// Nothing with SHA-1, CBC, small groups or compression, and MACs over the ciphertext only. ssh2 adds strict
// key exchange (against prefix truncation, CVE-2023-48795) by itself.
const ALGORITHMS = {
  kex: ["curve25519-sha256", "ecdh-sha2-nistp256", "diffie-hellman-group16-sha512"],
  cipher: ["chacha20-poly1305@openssh.com", "aes256-gcm@openssh.com", "aes128-gcm@openssh.com", "aes256-ctr"],
  hmac: ["hmac-sha2-256-etm@openssh.com", "hmac-sha2-512-etm@openssh.com"],
  serverHostKey: ["ssh-ed25519", "rsa-sha2-512", "rsa-sha2-256"],
  compress: ["none"],
} satisfies Algorithms;

const KEEPALIVE_MS = 15_000;
const KEEPALIVES_MISSED = 3;
const LEAVE_MS = 2_000;
const NO_SUCH_FILE = 2;
const PERMISSION_DENIED = 3;
const END_OF_LIST = 1;

/**
 * Opens a connection to a server whose host key is pinned.
 *
 * @throws UsageError when the host key is not one of the pinned ones (with the
 *   fingerprint to check; nothing of ours has been sent then), when the sign-in
 *   is refused, or when a pin or the private key cannot be read
 */
export async function openSftpLink(
  connection: SftpConnection,
  deadlines: SftpDeadlines,
  signal: AbortSignal | undefined,
): Promise<SftpLink> {
  const { host, port, username } = connection;
  const place = `sftp ${host}:${port}`;
  const pins = parsePins(connection.hostKeyFingerprints, place);
  const signIn = toSignIn(connection, place);

  let offeredKey: string | undefined;
  let askedToSignIn = 0;
  // The socket is ours, so that cutting it never depends on the library.
  const socket = connect({ host, port, noDelay: true });
  const cut = (): void => {
    socket.destroy();
  };
  const ignore = (): void => {};
  // What goes wrong on it comes back by the work that fails; here it must only not end the process.
  socket.on("error", ignore);
  const client = new SftpClient("trackbridge", { error: ignore, end: ignore, close: ignore });

  const inTime: SftpLink["inTime"] = async ({ totalMs, idleMs }, work) => {
    signal?.throwIfAborted();
    const late = Promise.withResolvers<never>();
    const off = new AbortController();
    const giveUp = (reason: Error): void => {
      cut();
      off.abort(reason);
      late.reject(reason);
    };
    const total = setTimeout(() => giveUp(new Error(`not done after ${totalMs} ms`)), totalMs);
    const idle = setTimeout(() => giveUp(new Error(`silent for ${idleMs} ms`)), idleMs);
    const callOff = (): void => giveUp(new Error("called off"));
    signal?.addEventListener("abort", callOff, { once: true });
    try {
      return await Promise.race([work(() => idle.refresh(), off.signal), late.promise]);
    } finally {
      clearTimeout(total);
      clearTimeout(idle);
      signal?.removeEventListener("abort", callOff);
    }
  };

  let sftp: SFTPWrapper;
  try {
    const { connectMs } = deadlines;
    sftp = await inTime({ totalMs: connectMs, idleMs: connectMs }, () =>
      client.connect({
        sock: socket,
        username,
        readyTimeout: connectMs,
        keepaliveInterval: KEEPALIVE_MS,
        keepaliveCountMax: KEEPALIVES_MISSED,
        algorithms: ALGORITHMS,
        hostHash: "sha256",
        hostVerifier: (hex: string) => {
          offeredKey = toFingerprint(hex);
          return pins.has(offeredKey);
        },
        authHandler: () => {
          askedToSignIn += 1;
          return askedToSignIn === 1 ? signIn : false;
        },
      }),
    );
  } catch (cause) {
    cut();
    if (offeredKey !== undefined && !pins.has(offeredKey)) throw makeHostKeyError(place, offeredKey, pins);
    if (askedToSignIn > 1) throw makeSignInError(place, signIn.type);
    throw new Error(`${place}: no connection: ${toReason(cause)}`, { cause });
  }

  const idleOnly = { totalMs: deadlines.idleMs, idleMs: deadlines.idleMs };
  return {
    place,
    inTime,
    cut,
    list: (folder, mostNames) =>
      inTime({ totalMs: deadlines.listMs, idleMs: deadlines.idleMs }, (beat) =>
        list(sftp, place, folder, mostNames, beat),
      ),
    stat: (path) => inTime(idleOnly, () => stat(sftp, place, path)),
    read: (path) => {
      const stream = client.createReadStream(path);
      // Closing the remote handle may still fail after everything has been read, when nobody listens any more.
      stream.on("error", ignore);
      return stream;
    },
    close: async () => {
      try {
        await inTime({ totalMs: LEAVE_MS, idleMs: LEAVE_MS }, () => client.end());
      } catch {
        // It is cut all the same.
      } finally {
        cut();
      }
    },
  };
}

/** A listing page by page, so that one that does not end is noticed. */
async function list(
  sftp: SFTPWrapper,
  place: string,
  folder: string,
  mostNames: number,
  beat: () => void,
): Promise<RemoteEntry[]> {
  let handle: Buffer;
  try {
    handle = await ask<Buffer>((done) => sftp.opendir(folder, done));
  } catch (cause) {
    if (codeOf(cause) !== NO_SUCH_FILE && codeOf(cause) !== PERMISSION_DENIED) throw cause;
    throw new UsageError(
      {
        place,
        value: `folder '${folder}'`,
        expected: "a folder that is there and may be listed",
        todo: "correct the folder, or ask the carrier",
      },
      { cause },
    );
  }
  const entries: RemoteEntry[] = [];
  for (;;) {
    const page = await findPage(sftp, handle);
    if (page === undefined) break;
    beat();
    entries.push(...page.map(toEntry));
    if (entries.length > mostNames) {
      throw new UsageError({
        place,
        value: `folder '${folder}' with more than ${mostNames} names`,
        expected: `at most ${mostNames}`,
        todo: "have the carrier tidy it, or raise the limit",
      });
    }
  }
  await ask<void>((done) => sftp.close(handle, done));
  return entries;
}

async function findPage(sftp: SFTPWrapper, handle: Buffer): Promise<FileEntryWithStats[] | undefined> {
  try {
    return await ask<FileEntryWithStats[]>((done) => sftp.readdir(handle, done));
  } catch (error) {
    if (codeOf(error) === END_OF_LIST) return undefined;
    throw error;
  }
}

async function stat(sftp: SFTPWrapper, place: string, path: string): Promise<RemoteStat> {
  let stats: Stats;
  try {
    stats = await ask<Stats>((done) => sftp.lstat(path, done));
  } catch (cause) {
    if (codeOf(cause) !== NO_SUCH_FILE) throw cause;
    throw new InputError(
      "FILE_GONE",
      {
        place: `${place}${path}`,
        value: "no such file",
        expected: "a file that was listed to stay",
        todo: "nothing, when the carrier moves files away; else ask it",
      },
      { cause },
    );
  }
  return { isFile: stats.isFile(), sizeBytes: stats.size, modifiedAt: stats.mtime * 1000 };
}

function toEntry({ filename, attrs }: FileEntryWithStats): RemoteEntry {
  return {
    name: filename,
    isFolder: attrs.isDirectory(),
    sizeBytes: attrs.size,
    modifiedAt: attrs.mtime * 1000,
  };
}

/** A call with a node-style callback as a promise. */
function ask<T>(call: (done: (error: unknown, value: T) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    call((error, value) => {
      if (error) reject(error);
      else resolve(value);
    });
  });
}

/** The SFTP status of a failed request. */
function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}

function toReason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
