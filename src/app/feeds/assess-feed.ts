import type { FileAssessment, FileCalendar } from "../../domain/file-calendar.ts";
import type { ScanFileEntry } from "../../domain/scan-file-entry.ts";
import { assessFiles } from "../../reconcile/file-calendar/assess-files.ts";
import type { App } from "../open-app.ts";
import { findBegun, readLedger, toFeedName } from "./file-ledger.ts";

const JUDGED_MS = 7 * 24 * 3600_000;
/** Of numbers, where no calendar says how long a file may overtake another. */
const GRACE_MS = 3600_000;

/**
 * Holds the last seven days of a feed's ledger against its calendar.
 *
 * @param feedName as in the settings
 * @param known the ledger, where the caller has it
 * @returns `undefined` for a feed that was never fetched
 */
export async function assessFeed(
  { store, clock }: Pick<App, "store" | "clock">,
  feedName: string,
  calendar: FileCalendar | undefined,
  known?: { readonly entries: readonly ScanFileEntry[] },
): Promise<FileAssessment | undefined> {
  const feed = toFeedName(feedName);
  const begunAt = await findBegun(store.feedStates, feed);
  if (begunAt === undefined) return undefined;
  const entries = known?.entries ?? (await readLedger(store.feedStates, feed)).entries();
  const now = clock();
  return assessFiles({
    entries,
    begunAt,
    calendar,
    graceMs: calendar?.graceMs ?? GRACE_MS,
    since: now - JUDGED_MS,
    now,
  });
}
