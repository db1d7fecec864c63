import { rm } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { toVisible, UsageError } from "../../domain/errors.ts";
import { addTallies, NO_INTAKES } from "../../intake/intake-tally.ts";
import type { FileLook } from "../../sources/legacy-scan/completeness.ts";
import { isAtRest, isSign, lookAgain } from "../../sources/legacy-scan/completeness.ts";
import type { FetchedFile, ListedFile, ScanFetchStory } from "../../sources/legacy-scan/sftp.ts";
import {
  fetchScanFiles,
  SFTP_DEADLINES,
  SFTP_LIMITS,
  SFTP_RETRY_DELAYS_MS,
} from "../../sources/legacy-scan/sftp.ts";
import type { App } from "../open-app.ts";
import { assessFeed } from "./assess-feed.ts";
import type { FeedPull, PullListener } from "./feed-pull.ts";
import type { FileLedger } from "./file-ledger.ts";
import { readLedger, readLooks, saveLooks, toFeedName } from "./file-ledger.ts";
import { toFileNotes, toPullNotes } from "./pull-notes.ts";
import type { ScanFeed } from "./scan-feed.ts";
import { readScanFeed } from "./scan-feed.ts";
import { withSpool } from "./spool-folder.ts";
import type { TakenFile } from "./take-in-file.ts";
import { takeInFile, toLayoutFingerprint } from "./take-in-file.ts";

export interface ScanPullOptions {
  readonly onProgress?: PullListener | undefined;
  readonly signal: AbortSignal | undefined;
}

/** A pull waits no longer than this for files to come to rest; else the next one looks again. */
const LONGEST_REST_MS = 120_000;

/**
 * Fetches the new scan files of every feed of the settings. What one feed
 * cannot do is among its problems, and the others go on.
 *
 * @throws UsageError for a wrong setting, layout, secret or spool folder, before anything is fetched
 */
export async function pullScanFiles(app: App, options: ScanPullOptions): Promise<readonly FeedPull[]> {
  const { feeds, layout } = app.config;
  const ready: ScanFeed[] = [];
  for (const settings of feeds.scanFiles) ready.push(await readScanFeed(settings, layout));
  const pulls: FeedPull[] = [];
  for (const feed of ready) pulls.push(await pullScanFeed(app, feed, options));
  return pulls;
}

/** Fetches the new files of one feed, each taken in whole or not at all. */
export async function pullScanFeed(app: App, feed: ScanFeed, options: ScanPullOptions): Promise<FeedPull> {
  const name = toFeedName(feed.name);
  const ledger = await readLedger(app.store.feedStates, name);
  const { taken, story, waiting, refusal } = await withSpool(app.config.feeds.spoolFolder, (spoolDirectory) =>
    fetchNewFiles(app, feed, ledger, spoolDirectory, options),
  );
  const assessment = await assessFeed(app, feed.name, feed.calendar, { entries: ledger.entries() });
  const { problems, notes } = toPullNotes({ feed, story, taken, waiting });
  return {
    feed: name,
    channel: "legacy-scan",
    tally: taken.reduce((sum, { tally }) => addTallies(sum, tally), NO_INTAKES),
    problems: refusal === undefined ? problems : [...problems, refusal],
    notes: [...notes, ...(assessment === undefined ? [] : toFileNotes(assessment, app.clock()))],
    notBefore: null,
  };
}

interface Fetched {
  readonly taken: readonly TakenFile[];
  /** `undefined`: nothing was begun. */
  readonly story: ScanFetchStory | undefined;
  /** Scan files that are not complete yet. */
  readonly waiting: readonly string[];
  /** Why the server or we would not go on. */
  readonly refusal: string | undefined;
}

async function fetchNewFiles(
  app: App,
  { name, connection, folder, layout, complete }: ScanFeed,
  ledger: FileLedger,
  spoolDirectory: string,
  { onProgress, signal }: ScanPullOptions,
): Promise<Fetched> {
  const feed = toFeedName(name);
  const fingerprint = toLayoutFingerprint(layout);
  const before = await readLooks(app.store.feedStates, feed);
  let looks: ReadonlyMap<string, FileLook> = before;
  const startedAt = app.clock();
  let waitedMs = 0;
  /** A clock that was set stands still, and waiting is time all the same. */
  const now = (): number => Math.max(app.clock(), startedAt + waitedMs);
  const taken: TakenFile[] = [];
  /** What ends the run is no doing of the server. */
  let ours: { readonly error: unknown } | undefined;

  for (;;) {
    const seen = new Map<string, FileLook>();
    const waiting = new Set<string>();
    const listed = new Map<string, ListedFile>();
    let wanted = 0;
    const isComplete = (file: ListedFile, names: ReadonlySet<string>): boolean => {
      if (complete.by === "rename") return true;
      if (complete.by === "semaphore") return names.has(file.name + complete.suffix);
      const look = lookAgain(looks.get(file.name), file, now());
      seen.set(file.name, look);
      return isAtRest(look, complete, now());
    };
    const takeIn = async (fetched: FetchedFile): Promise<void> => {
      try {
        const { remoteName, sizeBytes, modifiedAt } = fetched;
        const expected = listed.get(remoteName);
        const hasChanged = expected?.sizeBytes !== sizeBytes || expected.modifiedAt !== modifiedAt;
        if (complete.by === "stable-size" && hasChanged) waiting.add(remoteName);
        else {
          taken.push(await takeInFile(app.store, ledger, layout, fetched, now()));
          seen.delete(remoteName);
        }
        onProgress?.(feed, taken.length, wanted);
      } catch (error) {
        ours = { error };
        throw error;
      } finally {
        await rm(fetched.localPath, { force: true });
      }
    };
    let story: ScanFetchStory;
    try {
      story = await fetchScanFiles({
        connection,
        folder,
        isScanFile: (file, names) => {
          if (isSign(file.name, complete)) return false;
          if (layout.matchName !== undefined && layout.matchName(file.name) === undefined) return false;
          if (ledger.isKnown(file, fingerprint) || isComplete(file, names)) return true;
          waiting.add(file.name);
          return false;
        },
        isKnown: (file) => {
          if (ledger.isKnown(file, fingerprint)) return true;
          listed.set(file.name, file);
          wanted += 1;
          return false;
        },
        spoolDirectory,
        deadlines: SFTP_DEADLINES,
        limits: SFTP_LIMITS,
        retryDelaysMs: SFTP_RETRY_DELAYS_MS,
        onFile: takeIn,
        signal,
      });
    } catch (error) {
      if (ours !== undefined || !(error instanceof UsageError)) throw error;
      return { taken, story: undefined, waiting: [], refusal: error.message };
    }
    const outcome = { taken, story, waiting: [...waiting].map((one) => toVisible(one)), refusal: undefined };
    // A folder that could not be listed says nothing of what is in it.
    if (story.stoppedBy !== null && listed.size + story.known + story.ignored === 0) return outcome;
    looks = new Map([...seen].filter(([one]) => waiting.has(one)));
    const pauseMs = complete.by === "stable-size" ? (complete.seconds * 1000) / (complete.looks - 1) : 0;
    const isLast =
      looks.size === 0 ||
      signal?.aborted === true ||
      story.stoppedBy !== null ||
      waitedMs + pauseMs > LONGEST_REST_MS ||
      waitedMs >= pauseMs * (complete.by === "stable-size" ? complete.looks - 1 : 0);
    if (isLast) {
      await app.store.transaction(({ feedStates }) => saveLooks(feedStates, feed, before, looks, now()));
      return outcome;
    }
    await delay(pauseMs, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
    waitedMs += pauseMs;
  }
}
