/**
 * Loaded before the program (`--import`): puts the bug named by `TRACKBRIDGE_TEST_BUG` into its source while it is
 * read, so that a test can show that it would notice.
 */
import { registerHooks } from "node:module";

/** By bug: what takes the place of what, in the file whose path ends so. */
const BUGS: Readonly<Record<string, Readonly<Record<string, readonly (readonly [string, string])[]>>>> = {
  /** Commits do not wait for the disk. */
  "synchronous-normal": {
    "/src/store/sqlite/prepare-schema.ts": [["synchronous = FULL", "synchronous = NORMAL"]],
    "/src/store/sqlite/claims.ts": [["synchronous = FULL", "synchronous = NORMAL"]],
    "/src/store/sqlite/open-store.ts": [["const FULL = 2;", "const FULL = 1;"]],
  },
  /** Answers, and saves a moment later. */
  "answer-first": {
    "/src/app/receive-deliveries.ts": [
      ["await save(deliveries);", "setTimeout(() => void save(deliveries), 200);"],
    ],
  },
  /** Goes on after the disk has failed. */
  "trust-the-disk": {
    "/src/app/receive-deliveries.ts": [["broken = error;", "void error;"]],
  },
};

const bug = BUGS[process.env.TRACKBRIDGE_TEST_BUG ?? ""];
if (bug === undefined) throw new Error("TRACKBRIDGE_TEST_BUG names no bug");

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    const [, changes] = Object.entries(bug).find(([path]) => url.endsWith(path)) ?? [];
    if (changes === undefined) return loaded;
    let source = String(loaded.source);
    for (const [good, bad] of changes) {
      if (!source.includes(good)) throw new Error(`${url} does not say '${good}'`);
      source = source.replaceAll(good, bad);
    }
    return { ...loaded, source };
  },
});
