// How Node is started for this program, so that many threads on much data need little memory.
// Plain JavaScript that Node 20 runs.
import { homedir } from "node:os";
import { join } from "node:path";

/** Megabytes for young objects: what this program makes dies at once, so more would only lie about. */
export const NODE_FLAGS = ["--max-semi-space-size=8"];

/**
 * The environment of the program.
 *
 * - `MALLOC_ARENA_MAX`: glibc keeps freed memory apart for each thread; two such heaps are enough.
 * - `NODE_COMPILE_CACHE`: without it every thread strips the types of every file again. In the user's own folder:
 *   whoever can write there can make this program do anything.
 */
export function toNodeEnvironment(environment) {
  const { XDG_CACHE_HOME } = environment;
  const cache = join(XDG_CACHE_HOME || join(homedir(), ".cache"), "trackbridge");
  return { MALLOC_ARENA_MAX: "2", NODE_COMPILE_CACHE: cache, ...environment };
}
