import { createHash, randomUUID } from "node:crypto";
import { access, constants, open, rm } from "node:fs/promises";
import { join } from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as delay } from "node:timers/promises";
import { InputError, toMessage, toVisible, UsageError } from "../../domain/errors.ts";
import { compareText } from "../../domain/observation.ts";
import type { SftpConnection } from "./sftp-identity.ts";
import {
  openSftpLink,
  type RemoteEntry,
  type RemoteStat,
  type SftpDeadlines,
  type SftpLink,
} from "./sftp-link.ts";

export interface SftpLimits {
  /** The largest file that is taken. */
  readonly fileBytes: number;
  /** The most names that a folder may hold. */
  readonly listedNames: number;
  /** The most files that one run takes; the rest waits for the next. */
  readonly files: number;
}

/** A file in the folder, before it is fetched. */
export interface ListedFile {
  /** Checked: it is one plain name. */
  readonly name: string;
  readonly sizeBytes: number;
  /** UTC epoch milliseconds, in whole seconds. */
  readonly modifiedAt: number;
}

/** A whole file, on our disk. Whoever is handed it deletes it. */
export interface FetchedFile {
  /** As the server wrote it: data, never a path. */
  readonly remoteName: string;
  readonly localPath: string;
  readonly sizeBytes: number;
  /** UTC epoch milliseconds, in whole seconds. */
  readonly modifiedAt: number;
  /** SHA-256 (hex) of the bytes. */
  readonly hash: string;
}

export interface ScanFetchOptions {
  readonly connection: SftpConnection;
  /** Absolute path on the server. */
  readonly folder: string;
  /** Whether a file is a scan file that is complete; `names` are all plain names in the folder, for semaphore files. */
  readonly isScanFile: (file: ListedFile, names: ReadonlySet<string>) => boolean;
  /** Whether a file was taken before, so that it need not be fetched again. */
  readonly isKnown: (file: ListedFile) => boolean | Promise<boolean>;
  /** Where files are put until they have been taken in. */
  readonly spoolDirectory: string;
  readonly deadlines: SftpDeadlines;
  readonly limits: SftpLimits;
  /** The waits before the second, third … attempt at a listing or a file, in milliseconds. */
  readonly retryDelaysMs: readonly number[];
  /** Takes a file in; the next one is fetched when it is done. What it throws ends the run. */
  readonly onFile: (file: FetchedFile) => Promise<void>;
  /** Calls the run off. */
  readonly signal: AbortSignal | undefined;
}

/** What one run did. Names are made visible, for people. */
export interface ScanFetchStory {
  readonly fetched: readonly string[];
  /** Files that another attempt would not make acceptable. */
  readonly rejected: readonly { readonly name: string; readonly error: InputError }[];
  /** Files that could not be fetched whole, after all attempts. */
  readonly failed: readonly { readonly name: string; readonly message: string }[];
  /** Files whose turn did not come. */
  readonly notStarted: readonly string[];
  /** How many files were taken before. */
  readonly known: number;
  /** How many names are no scan files: temporary names, folders, other patterns. */
  readonly ignored: number;
  /** Why the run ended before its time; `null` when every file had its turn. */
  readonly stoppedBy: string | null;
}

export const SFTP_DEADLINES: SftpDeadlines = {
  connectMs: 20_000,
  listMs: 120_000,
  fileMs: 30 * 60_000,
  idleMs: 30_000,
};
export const SFTP_LIMITS: SftpLimits = { fileBytes: 2 * 1024 ** 3, listedNames: 100_000, files: 10_000 };
export const SFTP_RETRY_DELAYS_MS: readonly number[] = [1_000, 5_000];

/** So many files in a row that cannot be fetched mean that the server, not the files, is at fault. */
const MOST_FAILURES_IN_A_ROW = 3;
const LONGEST_NAME_BYTES = 255;
const TEMPORARY_NAME = /^\.|\.(?:tmp|part|partial|filepart|writing|incomplete)$/i;
/** Controls, marks that turn the direction of writing, line separators, and what is no letter at all. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Cn}]/u;

/**
 * Fetches the scan files of a folder that were not taken before, in the order
 * of their names, one at a time over one connection. A file counts only when
 * as many bytes came as the server said before and after; anything doubtful
 * is fetched again over a new connection, and after the last attempt left for
 * the next run. Nothing is changed on the server.
 *
 * @throws UsageError for a host key that is not pinned, a refused sign-in, a
 *   folder that is not there or too full, and an unusable spool directory
 */
export async function fetchScanFiles(options: ScanFetchOptions): Promise<ScanFetchStory> {
  const { folder, limits, onFile } = options;
  await assertSpoolDirectory(options.spoolDirectory);
  const story = makeStory();
  const line = makeLine(options);
  try {
    let entries: readonly RemoteEntry[];
    try {
      entries = await line.attempt((link) => link.list(folder, limits.listedNames));
    } catch (error) {
      if (error instanceof UsageError) throw error;
      story.stoppedBy = `the folder ${toVisible(folder)} could not be listed: ${toReason(error)}`;
      return story;
    }
    let failuresInARow = 0;
    for (const file of await chooseFiles(entries, options, story)) {
      const name = toVisible(file.name);
      if (story.stoppedBy === null && story.fetched.length >= limits.files) {
        story.stoppedBy = `a run takes at most ${limits.files} files`;
      }
      if (story.stoppedBy !== null) {
        story.notStarted.push(name);
        continue;
      }
      let fetched: FetchedFile;
      try {
        fetched = await line.attempt((link) => download(link, file.name, options));
        failuresInARow = 0;
      } catch (error) {
        if (error instanceof UsageError) throw error;
        if (error instanceof InputError) {
          story.rejected.push({ name, error });
          continue;
        }
        story.failed.push({ name, message: toReason(error) });
        failuresInARow += 1;
        if (options.signal?.aborted) story.stoppedBy = "called off";
        else if (failuresInARow === MOST_FAILURES_IN_A_ROW) story.stoppedBy = toReason(error);
        continue;
      }
      await onFile(fetched);
      story.fetched.push(name);
    }
    return story;
  } finally {
    await line.close();
  }
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer U)[] ? U[] : T[K] };

function makeStory(): Mutable<ScanFetchStory> {
  return { fetched: [], rejected: [], failed: [], notStarted: [], known: 0, ignored: 0, stoppedBy: null };
}

async function assertSpoolDirectory(directory: string): Promise<void> {
  try {
    await access(directory, constants.W_OK);
  } catch (cause) {
    throw new UsageError(
      {
        place: "spool directory",
        value: directory,
        expected: "a directory that is there and may be written to",
        todo: "create it, or name another one",
      },
      { cause },
    );
  }
}

/** One connection at a time: after any doubt the old one is cut, and the next attempt opens another. */
function makeLine({ connection, deadlines, retryDelaysMs, signal }: ScanFetchOptions) {
  let link: SftpLink | undefined;
  return {
    attempt: async <T>(work: (link: SftpLink) => Promise<T>): Promise<T> => {
      for (let tries = 0; ; tries += 1) {
        try {
          link ??= await openSftpLink(connection, deadlines, signal);
          return await work(link);
        } catch (error) {
          if (error instanceof InputError) throw error;
          link?.cut();
          link = undefined;
          const pause = retryDelaysMs[tries];
          if (error instanceof UsageError || signal?.aborted || pause === undefined) throw error;
          await delay(pause, undefined, signal === undefined ? {} : { signal });
        }
      }
    },
    close: async (): Promise<void> => {
      await link?.close();
    },
  };
}

/** The files to fetch, in the order of their names; the others go into the story. */
async function chooseFiles(
  entries: readonly RemoteEntry[],
  { isScanFile, isKnown, connection, folder }: ScanFetchOptions,
  story: Mutable<ScanFetchStory>,
): Promise<ListedFile[]> {
  const byName = new Map(entries.map((entry) => [entry.name, entry]));
  const plain: RemoteEntry[] = [];
  for (const entry of byName.values()) {
    const fault = findNameFault(entry.name);
    if (fault === undefined) {
      plain.push(entry);
      continue;
    }
    const name = toVisible(entry.name);
    const error = new InputError("FILE_NAME_UNSAFE", {
      place: `sftp ${connection.host}:${connection.port}${folder}`,
      value: `file name '${name}'`,
      expected: fault,
      todo: "ask the carrier what it is; it is not fetched",
    });
    story.rejected.push({ name, error });
  }
  const names = new Set(plain.map(({ name }) => name));
  const wanted: ListedFile[] = [];
  for (const { name, isFolder, sizeBytes, modifiedAt } of plain.sort((a, b) => compareText(a.name, b.name))) {
    const file = { name, sizeBytes, modifiedAt };
    if (isFolder || TEMPORARY_NAME.test(name) || !isScanFile(file, names)) story.ignored += 1;
    else if (await isKnown(file)) story.known += 1;
    else wanted.push(file);
  }
  return wanted;
}

/** What a name would have to be; `undefined` when it is that. */
function findNameFault(name: string): string | undefined {
  if (name === "" || name === "." || name === "..") return "a name";
  if (/[/\\]/.test(name)) return "a name without a path";
  // The library puts U+FFFD for bytes that are no UTF-8; such a name could not be asked for.
  if (INVISIBLE.test(name) || name.includes("\ufffd")) return "a name of visible characters in UTF-8";
  if (Buffer.byteLength(name) > LONGEST_NAME_BYTES) return `a name of at most ${LONGEST_NAME_BYTES} bytes`;
  return undefined;
}

async function download(link: SftpLink, name: string, options: ScanFetchOptions): Promise<FetchedFile> {
  const { folder, limits } = options;
  const path = folder.endsWith("/") ? `${folder}${name}` : `${folder}/${name}`;
  const place = `${link.place}${path}`;
  const before = await link.stat(path);
  assertAcceptable(before, place, limits);
  const { localPath, sizeBytes, hash } = await spool(link, path, before.sizeBytes, options);
  try {
    const after = await link.stat(path);
    if (
      sizeBytes !== before.sizeBytes ||
      sizeBytes !== after.sizeBytes ||
      before.modifiedAt !== after.modifiedAt
    ) {
      throw new Error(
        toMessage({
          place,
          value: `${sizeBytes} bytes came; the size was ${before.sizeBytes} before and ${after.sizeBytes} after`,
          expected: "a file that is whole and at rest",
          todo: "nothing, when it is there at the next pull; else ask the carrier",
        }),
      );
    }
  } catch (error) {
    await rm(localPath, { force: true });
    throw error;
  }
  return { remoteName: name, localPath, sizeBytes, modifiedAt: before.modifiedAt, hash };
}

function assertAcceptable({ isFile, sizeBytes }: RemoteStat, place: string, limits: SftpLimits): void {
  if (!isFile) {
    throw new InputError("FILE_NOT_PLAIN", {
      place,
      value: "a link or a device",
      expected: "a plain file",
      todo: "ask the carrier to put the file itself there; links are not followed",
    });
  }
  if (!Number.isSafeInteger(sizeBytes) || sizeBytes > limits.fileBytes) {
    throw new InputError("FILE_TOO_LARGE", {
      place,
      value: `${sizeBytes} bytes`,
      expected: `at most ${limits.fileBytes} bytes`,
      todo: "ask the carrier to split it, or raise the limit",
    });
  }
}

/** Brings a file's bytes into the spool directory, under a name of our own. On failure nothing stays there. */
async function spool(
  link: SftpLink,
  path: string,
  expectedBytes: number,
  { spoolDirectory, deadlines }: ScanFetchOptions,
): Promise<{ localPath: string; sizeBytes: number; hash: string }> {
  const localPath = join(spoolDirectory, `${randomUUID()}.scan`);
  const hash = createHash("sha256");
  let sizeBytes = 0;
  // Exclusive: a file or link that is already there is never written through.
  const file = await open(localPath, "wx", 0o600);
  try {
    await link.inTime({ totalMs: deadlines.fileMs, idleMs: deadlines.idleMs }, (beat, signal) => {
      const meter = new Transform({
        transform: (piece: Buffer, _encoding, done) => {
          beat();
          sizeBytes += piece.length;
          if (sizeBytes > expectedBytes) {
            done(new Error(`${link.place}${path}: more came than the ${expectedBytes} bytes of its size`));
            return;
          }
          hash.update(piece);
          done(null, piece);
        },
      });
      return pipeline(link.read(path), meter, file.createWriteStream(), { signal });
    });
  } catch (error) {
    await rm(localPath, { force: true });
    throw error;
  }
  return { localPath, sizeBytes, hash: hash.digest("hex") };
}

/** The server may have written some of it. */
function toReason(error: unknown): string {
  return toVisible(error instanceof Error ? error.message : String(error), 300);
}
