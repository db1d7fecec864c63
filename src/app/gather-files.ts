import { FILE_IRREGULARITIES, type FileAssessment } from "../domain/file-calendar.ts";
import { toIsoUtc, toIsoUtcOrNull } from "../domain/instant.ts";
import { compareText } from "../domain/observation.ts";
import type { FeedFilesReport, FileIrregularityReport, FilesReport } from "../report/report-data.ts";
import { assessFeed } from "./feeds/assess-feed.ts";
import { toCalendar } from "./feeds/to-calendar.ts";
import type { App } from "./open-app.ts";

const MOST_ON_PAGE = 200;

/** Holds the scan files of every feed of the settings against its calendar; `undefined` where none was ever fetched. */
export async function gatherFiles(app: App): Promise<FilesReport | undefined> {
  const feeds: FeedFilesReport[] = [];
  const irregularities: FileIrregularityReport[] = [];
  for (const { name, calendar: settings } of app.config.feeds.scanFiles) {
    const calendar = toCalendar(settings);
    const assessment = await assessFeed(app, name, calendar);
    if (assessment === undefined) continue;
    feeds.push(toFeedFiles(name, calendar?.kind ?? "none", assessment));
    for (const { kind, at, expectedAt, ...rest } of assessment.irregularities) {
      const times = { at: toIsoUtc(at), expectedAt: toIsoUtcOrNull(expectedAt) };
      irregularities.push({ ...rest, ...times, feed: name, irregularity: kind });
    }
  }
  if (feeds.length === 0) return undefined;
  return {
    feeds,
    irregularities: irregularities.sort(compareWorst).slice(0, MOST_ON_PAGE),
    irregularitiesTotal: irregularities.length,
  };
}

function toFeedFiles(
  feed: string,
  calendar: FeedFilesReport["calendar"],
  { since, files, lastReceivedAt, slots, unlearnt }: FileAssessment,
): FeedFilesReport {
  const counts = { received: 0, late: 0, missing: 0, due: 0 };
  for (const { state } of slots) counts[state] += 1;
  return {
    feed,
    calendar,
    since: toIsoUtc(since),
    files,
    lastReceivedAt: toIsoUtcOrNull(lastReceivedAt),
    slots: counts,
    unlearnt: unlearnt.length,
  };
}

function compareWorst(a: FileIrregularityReport, b: FileIrregularityReport): number {
  return (
    FILE_IRREGULARITIES.indexOf(a.irregularity) - FILE_IRREGULARITIES.indexOf(b.irregularity) ||
    compareText(b.at, a.at) ||
    compareText(a.feed, b.feed) ||
    compareText(a.customer ?? "", b.customer ?? "")
  );
}
