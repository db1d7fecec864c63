import { spawn } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { PACKAGE_ROOT } from "../../src/package-root.ts";

/** What a call of the program came to. */
export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Compiling the program takes as long as running it: what one call has compiled serves the next. */
export const compileCache: string = join(tmpdir(), "trackbridge-compile-cache");

export interface CliOptions {
  readonly cwd: string;
  /** The system lets no file grow beyond this. */
  readonly fileKilobytes?: number;
  /** What the environment has besides ours. */
  readonly env?: NodeJS.ProcessEnv;
}

/** Calls the program as a user does, from any folder. */
export async function runCli(
  args: readonly string[],
  { cwd, fileKilobytes, env }: CliOptions,
): Promise<CliResult> {
  const call = [process.execPath, join(PACKAGE_ROOT, "src/cli/launcher.mjs"), ...args];
  const [command = "", ...rest] =
    fileKilobytes === undefined
      ? call
      : ["bash", "-c", `ulimit -f ${fileKilobytes} && exec "$@"`, "bash", ...call];
  const child = spawn(command, rest, {
    cwd,
    env: { ...process.env, NODE_COMPILE_CACHE: compileCache, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "exit") as Promise<[number | null]>,
  ]);
  return { code, stdout, stderr };
}

/** The rows of JSON Lines. */
export function parseLines(jsonl: string): unknown[] {
  return jsonl
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
}
