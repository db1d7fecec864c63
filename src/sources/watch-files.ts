import { readFileSync } from "node:fs";
import { UsageError } from "../domain/errors.ts";

/** A file that a setting names. */
export interface NamedFile {
  /** The setting, for messages, such as `serve.jwks`. */
  readonly setting: string;
  readonly path: string;
}

/** What files hold, as they are now. */
export interface WatchedFiles<T> {
  readonly get: () => T;
  /** Looks no more. */
  readonly close: () => void;
}

export interface WatchOptions<T> {
  readonly everyMs?: number;
  /** Told what changed files hold now. */
  readonly onChange: (value: T) => void;
  /** Told, once, why changed files do not count, and what they held before still does. */
  readonly onProblem: (problem: unknown) => void;
}

const EVERY_MS = 5_000;

/**
 * Reads files, and reads them again when one of them changes. Whatever they
 * change to, the last good contents count until there are better ones: a file
 * may be half written, or the first of two that belong together.
 *
 * Contents are compared, not times: it does not matter how a file was put in
 * its place, and they are small.
 *
 * @param parse makes of the contents what is needed; throws for what cannot count
 * @throws UsageError when a file cannot be read at first, or what `parse` throws
 */
export async function watchFiles<T>(
  files: readonly NamedFile[],
  parse: (contents: readonly Buffer[]) => T | Promise<T>,
  { everyMs = EVERY_MS, onChange, onProblem }: WatchOptions<T>,
): Promise<WatchedFiles<T>> {
  let seen = readAll(files);
  let value = await parse(seen);
  let isBusy = false;
  /** So that a lasting problem is told once. */
  let isUnreadable = false;

  const look = async (): Promise<void> => {
    try {
      const contents = readAll(files);
      isUnreadable = false;
      if (contents.every((content, i) => seen[i]?.equals(content))) return;
      seen = contents;
    } catch (error) {
      if (!isUnreadable) onProblem(error);
      isUnreadable = true;
      return;
    }
    try {
      value = await parse(seen);
    } catch (error) {
      onProblem(error);
      return;
    }
    onChange(value);
  };

  const timer = setInterval(() => {
    if (isBusy) return;
    isBusy = true;
    void look().finally(() => {
      isBusy = false;
    });
  }, everyMs);
  timer.unref();
  return { get: () => value, close: () => clearInterval(timer) };
}

function readAll(files: readonly NamedFile[]): readonly Buffer[] {
  return files.map(readNamed);
}

/** @throws UsageError when it cannot be read */
export function readNamed({ setting, path }: NamedFile): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "unreadable";
    throw new UsageError(
      {
        place: setting,
        value: `${path} (${code})`,
        expected: "a file that can be read",
        todo: "correct the configuration, or put the file there",
      },
      { cause },
    );
  }
}
