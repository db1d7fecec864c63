// How Node is started for this program, so that many threads on much data need little memory.
// Plain JavaScript that Node 20 runs.
import { homedir } from "node:os";
import { join } from "node:path";

/**
 * - `max-semi-space-size`: megabytes for young objects; what this program makes dies at once, so more would only lie about.
 * - `heap-growing-percent`: how much garbage may gather beside what lives before it is collected; left to itself the
 *   heap of each thread grows to four times of that.
 */
export const NODE_FLAGS = ["--max-semi-space-size=8", "--heap-growing-percent=100"];

/**
 * The environment of the program.
 *
 * - `MALLOC_ARENA_MAX`: glibc keeps freed memory apart for each thread; two such heaps are enough.
 * - `MALLOC_MMAP_THRESHOLD_`: larger buffers go back to the system when they are freed. Unless it is set, glibc raises
 *   it to the largest that it has seen, and keeps them all.
 * - `NODE_COMPILE_CACHE`: without it every thread strips the types of every file again. In the user's own folder:
 *   whoever can write there can make this program do anything.
 */
export function toNodeEnvironment(environment) {
  const { XDG_CACHE_HOME } = environment;
  const cache = join(XDG_CACHE_HOME || join(homedir(), ".cache"), "trackbridge");
  return {
    MALLOC_ARENA_MAX: "2",
    MALLOC_MMAP_THRESHOLD_: "131072",
    NODE_COMPILE_CACHE: cache,
    ...environment,
  };
}
