import { destination, pino, stdTimeFunctions } from "pino";
import { UsageError } from "./domain/errors.ts";

/** All that a log line may say beside its event. Nothing of a payload, a file or a parcel. */
const FIELDS = [
  "businessDate",
  "certificateEnds",
  "count",
  "feed",
  "folder",
  "gate",
  "isTakenOver",
  "keyNumber",
  "nightlyAt",
  "notes",
  "once",
  "problem",
  "problems",
  "reason",
  "refused",
  "rows",
  "runId",
  "saved",
  "setting",
  "signal",
  "unavailable",
  "url",
  "verdict",
  "verifier",
  "zone",
] as const;

export type LogFields = Readonly<Partial<Record<(typeof FIELDS)[number], string | number | boolean>>>;

/** Says what a process that runs on its own is doing: a line of JSON for each event. */
export type Log = Readonly<Record<Level, (event: string, fields?: LogFields) => void>>;

type Level = "info" | "warn" | "error";

const STANDARD_ERROR = 2;

/**
 * Makes a log on standard error. Each line is written before the call returns.
 *
 * @param least lines of lower levels are left out
 */
export function makeLog(least: Level): Log {
  const stream = destination({ dest: STANDARD_ERROR, sync: true });
  // Whoever reads the log may go; the work goes on.
  stream.on("error", () => undefined);
  const logger = pino(
    {
      level: least,
      base: { pid: process.pid },
      messageKey: "event",
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (level) => ({ level }) },
    },
    stream,
  );
  const at =
    (level: Level) =>
    (event: string, fields: LogFields = {}): void =>
      logger[level](pick(fields), event);
  return { info: at("info"), warn: at("warn"), error: at("error") };
}

function pick(fields: LogFields): LogFields {
  return Object.fromEntries(FIELDS.flatMap((name) => (name in fields ? [[name, fields[name]]] : [])));
}

const MOST_PLACES = 5;

/**
 * What a log says of an error: the message where it is ours; else its name and
 * where it was thrown, because the messages of others quote what they could
 * not read.
 */
export function toProblem(error: unknown): string {
  if (error instanceof UsageError) return error.message;
  if (!(error instanceof Error)) return "something was thrown that is no error";
  const { name, message, stack = "" } = error;
  const code = "code" in error && typeof error.code === "string" ? ` ${error.code}` : "";
  // The message stands before the places, and may look like one.
  const [, trace = ""] = message === "" ? ["", stack] : stack.split(message);
  const places = trace.split("\n").filter((line) => line.startsWith("    at "));
  return `${name}${code}${places.slice(0, MOST_PLACES).join("")}`;
}
