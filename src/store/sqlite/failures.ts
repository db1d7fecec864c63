import Database from "better-sqlite3";
import { StoreBroken, StoreBusy, UsageError } from "../../domain/errors.ts";

/** Failures of the file or its disk, which a person has to mend; not mistakes in our SQL. */
const TODO: Readonly<Record<string, string>> = {
  SQLITE_BUSY: "another trackbridge is writing to it: wait for that to end",
  SQLITE_LOCKED: "another trackbridge is writing to it: wait for that to end",
  SQLITE_READONLY: "make the file and its folder writable",
  SQLITE_FULL: "free space on the disk, then run the same command again: nothing was half kept",
  SQLITE_IOERR: "check the disk, then run the same command again: nothing was half kept",
  SQLITE_CANTOPEN: "make the file and its folder readable and writable, or name another file: sqlite:PATH",
  SQLITE_NOTADB: "name a trackbridge store, or a new file: sqlite:PATH",
  SQLITE_CORRUPT: "restore the last backup of the file",
};

/** Those that pass by themselves. */
const BUSY = ["SQLITE_BUSY", "SQLITE_LOCKED"];

/**
 * Those after which what the disk says is worth nothing: Linux forgets what it
 * could not write once it has told so, and the next `fsync` succeeds.
 */
const BROKEN = ["SQLITE_IOERR_FSYNC", "SQLITE_IOERR_WRITE", "SQLITE_IOERR_READ", "SQLITE_CORRUPT"];

/** Whether the file says of itself that it is damaged. */
export function isCorrupt(error: unknown): boolean {
  return failureOf(error) === "SQLITE_CORRUPT";
}

/** Turns a failure that a person has to mend into a UsageError, and leaves all others as they are. */
export function toStoreError(path: string, error: unknown): unknown {
  return failureOf(error) === undefined ? error : toOpeningError(path, error);
}

/** Of a failure at the very beginning: whatever it is, the file that was named cannot be used. */
export function toOpeningError(path: string, error: unknown): UsageError {
  if (error instanceof UsageError) return error;
  const failure = failureOf(error);
  const complaint = {
    place: `database ${path}`,
    value: error instanceof Error ? error.message : String(error),
    expected: "an SQLite file that can be opened and written",
    todo: failure === undefined ? "name another file: sqlite:PATH" : (TODO[failure] ?? ""),
  };
  if (failure !== undefined && BUSY.includes(failure)) return new StoreBusy(complaint, { cause: error });
  if (isBroken(error)) return new StoreBroken(complaint, { cause: error });
  return new UsageError(complaint, { cause: error });
}

/**
 * A reader whose failures are told as {@link toStoreError} does. Its functions
 * give promises or pages.
 */
export function guardReader<Reader extends object>(path: string, reader: Reader): Reader {
  const guarded = (Object.entries(reader) as [string, Read][]).map(([name, read]) => [
    name,
    (...args: readonly unknown[]) => {
      const result = read(...args);
      return result instanceof Promise ? guard(path, result) : guardPages(path, result);
    },
  ]);
  return Object.fromEntries(guarded) as Reader;
}

type Read = (...args: readonly unknown[]) => Promise<unknown> | AsyncIterable<unknown>;

async function guard(path: string, result: Promise<unknown>): Promise<unknown> {
  try {
    return await result;
  } catch (error) {
    throw toStoreError(path, error);
  }
}

async function* guardPages(path: string, pages: AsyncIterable<unknown>): AsyncGenerator<unknown> {
  try {
    yield* pages;
  } catch (error) {
    throw toStoreError(path, error);
  }
}

function isBroken(error: unknown): boolean {
  return (
    error instanceof Database.SqliteError && BROKEN.some((code) => `${error.code}_`.startsWith(`${code}_`))
  );
}

function failureOf(error: unknown): string | undefined {
  if (!(error instanceof Database.SqliteError)) return undefined;
  return Object.keys(TODO).find((code) => error.code === code || error.code.startsWith(`${code}_`));
}
