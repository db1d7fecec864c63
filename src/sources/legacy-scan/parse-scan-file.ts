import { createHash } from "node:crypto";
import type { FileHandle } from "node:fs/promises";
import { open } from "node:fs/promises";
import { UsageError } from "../../domain/errors.ts";
import type { FileIntake, ParsedRow } from "../../intake/incoming.ts";
import type { FileFacts, RowObserver } from "./file-facts.ts";
import { listNotes } from "./file-facts.ts";
import type { Layout } from "./layout.ts";
import type { FileContext } from "./make-row-reader.ts";
import { LONGEST_TEXT_BYTES } from "./make-xml-reader.ts";
import { inspectLines, parseLines } from "./parse-lines.ts";
import { inspectXml, parseXml } from "./parse-xml.ts";
import { readBlocks } from "./read-blocks.ts";
import { readLines } from "./read-lines.ts";

/** A scan file, known whole and ready to be read row by row. */
export interface ScanFile extends FileIntake {
  /** Name of the layout it is read with. */
  readonly layout: string;
  /** Lines (XML: tags) whose bytes are not of the layout's encoding and were read as Windows-1252. */
  readonly foreignLines: number;
  /** Whether it begins with UTF-8's byte-order mark. */
  readonly hasMark: boolean;
  readonly facts: FileFacts;
  readonly rows: (observe?: RowObserver) => AsyncIterable<readonly ParsedRow[]>;
}

export interface ScanFileOptions {
  readonly layout: Layout;
  /** The name under which the file was delivered; only data. */
  readonly name: string;
  /** Receipt time (UTC epoch milliseconds) of a file whose name says none; by default the file's modification time. */
  readonly receivedAt?: number | undefined;
  /** When it was fetched (UTC epoch milliseconds): it cannot have been received later, whatever its name says. */
  readonly fetchedAt?: number | undefined;
}

const CHUNK_BYTES = 256 * 1024;

/**
 * Opens a scan file: reads it once to know it whole (hash, size, header,
 * trailer or closing tag), and gives its rows in a second reading, so that a
 * file of any size fits in memory.
 *
 * The file's content never makes this fail: each row comes out as an
 * observation or as quarantined, with its line. A file that as a whole cannot
 * be believed (wrong header, trailer that disagrees, XML cut off) gives every row quarantined.
 *
 * @throws UsageError when the path cannot be read, or the file changes while it is being read (also from `rows` and `content`)
 */
export async function openScanFile(path: string, options: ScanFileOptions): Promise<ScanFile> {
  const { layout: given, name } = options;
  const file = await identifyFile(path);
  const layout = file.hasMark ? { ...given, encoding: "utf-8" as const } : given;
  const hash = createHash("sha256");
  const facts = await inspectRows(hashChunks(readChunks(path, file), hash), layout);
  const context: FileContext = {
    name,
    hash: hash.digest("hex"),
    receivedAt: Math.min(
      layout.matchName?.(name)?.receivedAt ?? options.receivedAt ?? file.modifiedAt,
      options.fetchedAt ?? Infinity,
    ),
  };
  return {
    kind: "file",
    hash: context.hash,
    arrival: { channel: "legacy-scan", name, receivedAt: context.receivedAt, httpStatus: null },
    layout: layout.name,
    foreignLines: facts.foreignLines,
    hasMark: file.hasMark,
    facts,
    notes: listNotes(facts, layout),
    content: () => readChunks(path, file),
    rows: (observe) => parseRows(readChunks(path, file), layout, facts, context, observe),
  };
}

function inspectRows(chunks: AsyncIterable<Buffer>, layout: Layout): Promise<FileFacts> {
  return layout.format === "xml"
    ? inspectXml(readBlocks(chunks, ">", LONGEST_TEXT_BYTES), layout)
    : inspectLines(readLines(chunks), layout);
}

function parseRows(
  chunks: AsyncIterable<Buffer>,
  layout: Layout,
  facts: FileFacts,
  context: FileContext,
  observe: RowObserver | undefined,
): AsyncIterable<readonly ParsedRow[]> {
  return layout.format === "xml"
    ? parseXml(readBlocks(chunks, ">", LONGEST_TEXT_BYTES), layout, facts, context, observe)
    : parseLines(readLines(chunks), layout, facts, context, observe);
}

/** What tells one state of a file from another without reading it. */
interface FileState {
  readonly sizeBytes: number;
  /** UTC epoch milliseconds. */
  readonly modifiedAt: number;
  /** Whether it begins with UTF-8's byte-order mark, and so is UTF-8 whatever the layout says. */
  readonly hasMark: boolean;
}

async function identifyFile(path: string): Promise<FileState> {
  return withFile(path, async (file) => {
    const begin = Buffer.alloc(3);
    await file.read(begin, 0, begin.length, 0);
    return { ...(await readState(file)), hasMark: begin.equals(Buffer.of(0xef, 0xbb, 0xbf)) };
  });
}

async function readState(file: FileHandle): Promise<Omit<FileState, "hasMark">> {
  const stat = await file.stat();
  if (!stat.isFile()) throw new Error("it is not a file");
  return { sizeBytes: stat.size, modifiedAt: Math.floor(stat.mtimeMs) };
}

async function withFile<Result>(path: string, use: (file: FileHandle) => Promise<Result>): Promise<Result> {
  let file: FileHandle | undefined;
  try {
    file = await open(path);
    return await use(file);
  } catch (cause) {
    throw toUnreadable(path, cause);
  } finally {
    await file?.close();
  }
}

/** The file's bytes, as long as it stays what it was when it was identified. */
async function* readChunks(path: string, expected: FileState): AsyncGenerator<Buffer> {
  let file: FileHandle | undefined;
  let done = 0;
  try {
    file = await open(path);
    for (;;) {
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(CHUNK_BYTES), 0, CHUNK_BYTES, done);
      done += bytesRead;
      if (bytesRead === 0 || done > expected.sizeBytes) break;
      yield buffer.subarray(0, bytesRead);
    }
    const { sizeBytes, modifiedAt } = await readState(file);
    if (done !== sizeBytes || sizeBytes !== expected.sizeBytes || modifiedAt !== expected.modifiedAt) {
      throw new Error("it changes while it is being read");
    }
  } catch (cause) {
    throw toUnreadable(path, cause);
  } finally {
    await file?.close();
  }
}

async function* hashChunks(
  chunks: AsyncIterable<Buffer>,
  hash: ReturnType<typeof createHash>,
): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    hash.update(chunk);
    yield chunk;
  }
}

function toUnreadable(path: string, cause: unknown): UsageError {
  return new UsageError(
    {
      place: path,
      value: cause instanceof Error ? cause.message : String(cause),
      expected: "a whole scan file that can be read",
      todo: "check the path and its permissions, wait until the file is complete, and try again",
    },
    { cause },
  );
}
