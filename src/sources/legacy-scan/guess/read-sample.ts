import type { FileHandle } from "node:fs/promises";
import { open } from "node:fs/promises";
import { basename } from "node:path";
import { UsageError } from "../../../domain/errors.ts";

/** The beginning of a file. */
export interface Sample {
  readonly path: string;
  readonly name: string;
  /** One character per byte, without a byte-order mark. */
  readonly text: string;
  readonly hasMark: boolean;
  /** Whether it is the file's whole content. */
  readonly isWhole: boolean;
  readonly sizeBytes: number;
  /** UTC epoch milliseconds. */
  readonly modifiedAt: number;
}

const MARK = "\u00ef\u00bb\u00bf";

/**
 * Reads the beginning of a file.
 *
 * @throws UsageError when it cannot be read
 */
export async function readSample(path: string, mostBytes: number): Promise<Sample> {
  let file: FileHandle | undefined;
  try {
    file = await open(path);
    const stat = await file.stat();
    if (!stat.isFile()) throw new Error("it is not a file");
    const { buffer, bytesRead } = await file.read(Buffer.alloc(Math.min(stat.size, mostBytes)));
    const text = buffer.toString("latin1", 0, bytesRead);
    const hasMark = text.startsWith(MARK);
    return {
      path,
      name: basename(path),
      text: hasMark ? text.slice(MARK.length) : text,
      hasMark,
      isWhole: bytesRead === stat.size,
      sizeBytes: stat.size,
      modifiedAt: Math.floor(stat.mtimeMs),
    };
  } catch (cause) {
    throw new UsageError(
      {
        place: path,
        value: cause instanceof Error ? cause.message : String(cause),
        expected: "a scan file that can be read",
        todo: "check the path and its permissions",
      },
      { cause },
    );
  } finally {
    await file?.close();
  }
}

/** The lines of samples, one list per file; the last of a cut sample, which may be half a line, is left out. */
export function toLines({ text, isWhole }: Sample): string[] {
  const lines = text.split("\n").map((line) => (line.endsWith("\r") ? line.slice(0, -1) : line));
  if (text.endsWith("\n") || !isWhole) lines.pop();
  return lines;
}
