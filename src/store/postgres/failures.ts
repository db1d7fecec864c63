import pg from "pg";
import { StoreBusy, UsageError } from "../../domain/errors.ts";

/** What a person can do about a failure of the server, by the code's beginning; the longest that fits counts. */
const TODO: Readonly<Record<string, string>> = {
  // https://www.postgresql.org/docs/current/errcodes-appendix.html
  "08": "see that the server runs and can be reached, then run the same command again: nothing was half kept",
  "25006": "name a server that can be written to: this one only follows another, or is set to read-only",
  "25P03":
    "run the same command again: the server ended a transaction that had stood still for too long, and kept nothing of it",
  "28": "correct the user or the password in the URL, or PGPASSWORD",
  "3D000": "create the database, or correct its name in the URL",
  "40": "run the same command again: another trackbridge wrote the same rows, and nothing was half kept",
  "42501": "grant the user the right to make a schema in this database, and to write the tables in it",
  "53100": "free space on the server's disk, then run the same command again: nothing was half kept",
  "53300": "end other connections, or raise max_connections on the server",
  "53": "give the server more room, then run the same command again: nothing was half kept",
  "54": "shorten the value: the server cannot keep it",
  "57014": "raise statement_timeout on the server, then run the same command again: nothing was half kept",
  "57P": "wait until the server runs again, then run the same command again: nothing was half kept",
  "58": "check the server's disk, then run the same command again: nothing was half kept",
  XX001: "restore the server's last backup",
  XX002: "rebuild the damaged index (REINDEX), or restore the server's last backup",
  // Of the network: https://nodejs.org/api/errors.html#common-system-errors
  ECONNREFUSED: "see that the server runs, and correct host and port in the URL",
  ENOTFOUND: "correct the host in the URL",
  EAI_AGAIN: "correct the host in the URL, or see that names can be looked up",
  ENOENT: "see that the server runs, and correct the socket's folder in the URL",
  EHOSTUNREACH: "see that the server can be reached, and correct host and port in the URL",
  ENETUNREACH: "see that the server can be reached, and correct host and port in the URL",
  ETIMEDOUT: "see that the server can be reached, and correct host and port in the URL",
  ECONNRESET: "see that the server runs, then run the same command again: nothing was half kept",
  EPIPE: "see that the server runs, then run the same command again: nothing was half kept",
};

/** How the codes begin of what passes by itself. */
const PASSING = ["08", "25P03", "40", "53", "57P", "ECONN", "EPIPE", "ETIMEDOUT", "EAI_AGAIN"];

const LOST_CONNECTION = /terminated|not queryable|was closed|ended the connection/i;

/** The driver's own messages have no code. */
const TODO_BY_MESSAGE: readonly (readonly [RegExp, string])[] = [
  [/^SASL|password/, "correct the user or the password in the URL, or PGPASSWORD"],
  [/timeout/i, "see that the server can be reached, and is not overrun by connections"],
  [LOST_CONNECTION, "see that the server runs, then run the same command again: nothing was half kept"],
  [/SSL|TLS|certificate/i, "correct sslmode and the certificates in the URL"],
];

/** What to do about a failure that is not ours; `undefined` for mistakes in our SQL. */
function findTodo(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code } = error as { readonly code?: unknown };
  if (typeof code === "string") {
    const [fitting] = Object.keys(TODO)
      .filter((start) => code.startsWith(start))
      .sort((a, b) => b.length - a.length);
    if (fitting !== undefined) return TODO[fitting];
  }
  if (error instanceof pg.DatabaseError) return undefined;
  return TODO_BY_MESSAGE.find(([message]) => message.test(error.message))?.[1];
}

/** Turns a failure that a person has to mend into a UsageError, and leaves all others as they are. */
export function toStoreError(place: string, error: unknown): unknown {
  const todo = error instanceof UsageError ? undefined : findTodo(error);
  return todo === undefined ? error : toUsageError(place, error, todo);
}

/** Of a failure at the very beginning: unless it is a mistake of ours, the server that was named cannot be used. */
export function toOpeningError(place: string, error: unknown): unknown {
  if (error instanceof UsageError || error instanceof TypeError || error instanceof RangeError) return error;
  return toUsageError(place, error, findTodo(error) ?? "name another database: postgres://…");
}

function toUsageError(place: string, error: unknown, todo: string): UsageError {
  const expected = "a PostgreSQL server that answers and can be written";
  const complaint = { place, value: toReason(error), expected, todo };
  return passes(error)
    ? new StoreBusy(complaint, { cause: error })
    : new UsageError(complaint, { cause: error });
}

function passes(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as { readonly code?: unknown };
  if (typeof code === "string") return PASSING.some((start) => code.startsWith(start));
  return LOST_CONNECTION.test(error.message);
}

function toReason(error: unknown): string {
  // Of a host with several addresses, each of which refused.
  if (error instanceof AggregateError) return error.errors.map(toReason).join("; ");
  return error instanceof Error ? error.message : String(error);
}
