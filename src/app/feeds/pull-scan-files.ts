import { rm } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { toVisible, UsageError } from "../../domain/errors.ts";
import { addTallies, NO_INTAKES } from "../../intake/intake-tally.ts";
import type { Completeness } from "../../sources/legacy-scan/completeness.ts";
import type { FetchedFile, ScanFetchStory } from "../../sources/legacy-scan/sftp.ts";
import {
  fetchScanFiles,
  SFTP_DEADLINES,
  SFTP_LIMITS,
  SFTP_RETRY_DELAYS_MS,
} from "../../sources/legacy-scan/sftp.ts";
import type { App } from "../open-app.ts";
import { assessFeed } from "./assess-feed.ts";
import type { FeedPull, PullListener } from "./feed-pull.ts";
import type { FileJudge } from "./file-judge.ts";
import { makeFileJudge } from "./file-judge.ts";
import type { FileLedger } from "./file-ledger.ts";
import { readLedger, readLooks, saveLooks, toFeedName } from "./file-ledger.ts";
import { toFileNotes, toPullNotes } from "./pull-notes.ts";
import type { ScanFeed } from "./scan-feed.ts";
import { readScanFeed } from "./scan-feed.ts";
import { withSpool } from "./spool-folder.ts";
import type { TakenFile } from "./take-in-file.ts";
import { takeInFile } from "./take-in-file.ts";

export interface ScanPullOptions {
  readonly onProgress?: PullListener | undefined;
  readonly signal: AbortSignal | undefined;
  /** The waits before the second, third … attempt at a listing or a file, in milliseconds. */
  readonly retryDelaysMs?: readonly number[];
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
  scanFeed: ScanFeed,
  ledger: FileLedger,
  spoolDirectory: string,
  options: ScanPullOptions,
): Promise<Fetched> {
  const { signal } = options;
  const feed = toFeedName(scanFeed.name);
  const before = await readLooks(app.store.feedStates, feed);
  const startedAt = app.clock();
  let looks = before;
  let waitedMs = 0;
  const taken: TakenFile[] = [];
  for (;;) {
    // A clock that was set stands still, and waiting is time all the same.
    const now = Math.max(app.clock(), startedAt + waitedMs);
    const judge = makeFileJudge(scanFeed, ledger, looks, now);
    const fetched = await fetchOnce({ app, scanFeed, ledger, judge, spoolDirectory, options, now, taken });
    if ("refusal" in fetched) return { taken, story: undefined, waiting: [], refusal: fetched.refusal };
    const { story } = fetched;
    const outcome = { taken, story, waiting: judge.waiting().map((name) => toVisible(name)) };
    // A folder that could not be listed says nothing of what is in it.
    if (!judge.hasSeenAny() && story.stoppedBy !== null) return { ...outcome, refusal: undefined };
    looks = judge.looks();
    const pauseMs = toPauseMs(scanFeed.complete, waitedMs);
    if (pauseMs === undefined || looks.size === 0 || story.stoppedBy !== null || signal?.aborted) {
      await app.store.transaction(({ feedStates }) => saveLooks(feedStates, feed, before, looks, now));
      return { ...outcome, refusal: undefined };
    }
    await delay(pauseMs, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
    waitedMs += pauseMs;
  }
}

/** How long to wait before the next look at files that may still grow; `undefined`: not in this pull. */
function toPauseMs(complete: Completeness, waitedMs: number): number | undefined {
  if (complete.by !== "stable-size") return undefined;
  const allMs = complete.seconds * 1000;
  if (allMs > LONGEST_REST_MS || waitedMs >= allMs) return undefined;
  return allMs / (complete.looks - 1);
}

/** One listing, and the files of it that are new and whole. */
async function fetchOnce(round: {
  readonly app: App;
  readonly scanFeed: ScanFeed;
  readonly ledger: FileLedger;
  readonly judge: FileJudge;
  readonly spoolDirectory: string;
  readonly options: ScanPullOptions;
  readonly now: number;
  /** What is taken in is added here. */
  readonly taken: TakenFile[];
}): Promise<{ readonly story: ScanFetchStory } | { readonly refusal: string }> {
  const { app, scanFeed, ledger, judge, spoolDirectory, options, now, taken } = round;
  const { connection, folder, layout, name } = scanFeed;
  const { onProgress, signal, retryDelaysMs = SFTP_RETRY_DELAYS_MS } = options;
  /** What went wrong when a file was taken in is no doing of the server. */
  let ours: unknown;
  const onFile = async (fetched: FetchedFile): Promise<void> => {
    try {
      if (judge.isStillComplete(fetched)) {
        taken.push(await takeInFile(app.store, ledger, layout, fetched, now));
      }
      onProgress?.(toFeedName(name), taken.length, judge.wanted());
    } catch (error) {
      ours = error;
      throw error;
    } finally {
      await rm(fetched.localPath, { force: true });
    }
  };
  try {
    const story = await fetchScanFiles({
      connection,
      folder,
      isScanFile: judge.isScanFile,
      isKnown: judge.isKnown,
      spoolDirectory,
      deadlines: SFTP_DEADLINES,
      limits: SFTP_LIMITS,
      retryDelaysMs,
      onFile,
      signal,
    });
    return { story };
  } catch (error) {
    if (error === ours || !(error instanceof UsageError)) throw error;
    return { refusal: error.message };
  }
}
