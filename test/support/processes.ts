import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { onTestFinished } from "vitest";
import { PACKAGE_ROOT } from "../../src/package-root.ts";
import { compileCache } from "./cli.ts";

const MAIN = join(PACKAGE_ROOT, "src/cli/main.ts");
const SEED_BUG = new URL("./seed-bug.ts", import.meta.url).href;

/** A line that a process logged. */
export interface LogLine {
  readonly level: string;
  readonly event: string;
  readonly problem?: string;
  readonly businessDate?: string;
  readonly isTakenOver?: boolean;
  readonly url?: string;
}

/** The program, running on its own. */
export interface RunningProcess {
  readonly logged: readonly LogLine[];
  /** What it wrote to standard error that is no log line. */
  readonly complaints: readonly string[];
  readonly isAlive: () => boolean;
  readonly isPaused: () => boolean;
  /** To this process alone; nothing where it has ended. */
  readonly signal: (name: "SIGKILL" | "SIGSTOP" | "SIGCONT" | "SIGTERM" | "SIGINT") => void;
  /** The exit code, or the signal that ended it. */
  readonly ended: Promise<number | string | null>;
}

export interface ProcessOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** A command that starts the program, with its arguments. */
  readonly under?: readonly string[];
  /** One of `seed-bug.ts`. */
  readonly bug?: string | undefined;
}

/** Starts the program; it ends with the test at the latest. */
export function startProcess(
  args: readonly string[],
  { cwd, env = {}, under = [], bug }: ProcessOptions,
): RunningProcess {
  const flags = bug === undefined ? [] : ["--import", SEED_BUG];
  const [command = "", ...rest] = [...under, process.execPath, ...flags, MAIN, ...args];
  const seeded = bug === undefined ? {} : { TRACKBRIDGE_TEST_BUG: bug };
  const child = spawn(command, rest, {
    cwd,
    env: { ...process.env, NODE_COMPILE_CACHE: compileCache, ...seeded, ...env },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const logged: LogLine[] = [];
  const complaints: string[] = [];
  let isPaused = false;
  const isAlive = (): boolean => child.exitCode === null && child.signalCode === null;
  createInterface({ input: child.stderr }).on("line", (line) => {
    if (line.startsWith("{")) logged.push(JSON.parse(line) as LogLine);
    else complaints.push(line);
  });
  const ended = new Promise<number | string | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve(code ?? signal));
  });
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await ended;
  });
  return {
    logged,
    complaints,
    isAlive,
    isPaused: () => isPaused && isAlive(),
    signal(name) {
      if (!isAlive()) return;
      if (name === "SIGSTOP") isPaused = true;
      if (name === "SIGCONT") isPaused = false;
      child.kill(name);
    },
    ended,
  };
}
