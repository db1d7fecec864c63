import { toVisible } from "../../domain/errors.ts";
import type { FileAssessment, FileIrregularity } from "../../domain/file-calendar.ts";
import { toIsoUtc } from "../../domain/instant.ts";
import { isCopy, isUnreadable } from "../../domain/scan-file-entry.ts";
import type { ScanFetchStory } from "../../sources/legacy-scan/sftp.ts";
import { SFTP_LIMITS } from "../../sources/legacy-scan/sftp.ts";
import type { ScanFeed } from "./scan-feed.ts";
import type { TakenFile } from "./take-in-file.ts";

const MOST_LINES = 10;
const NEWS_MS = 2 * 24 * 3600_000;

/** What a pull of a feed has to say of what it did: problems are tried again at the next pull. */
export function toPullNotes(pull: {
  readonly feed: ScanFeed;
  readonly story: ScanFetchStory | undefined;
  readonly taken: readonly TakenFile[];
  /** Scan files that are not complete yet. */
  readonly waiting: readonly string[];
}): { readonly problems: readonly string[]; readonly notes: readonly string[] } {
  const { feed, story, taken, waiting } = pull;
  const { layout, complete } = feed;
  const problems: string[] = [];
  const notes: string[] = [];
  for (const { entry, tally, notes: ofFile } of taken) {
    const name = toVisible(entry.name);
    for (const note of ofFile) notes.push(`${name}: ${note}`);
    if (isUnreadable(entry)) {
      problems.push(
        `${name}: none of its ${entry.rows} rows could be read with layout ${layout.name} → a file of this layout → correct the layout, or ask the carrier for the file again`,
      );
    } else if (entry.quarantined > 0) {
      notes.push(`${name}: ${entry.quarantined} of ${entry.rows} rows were set aside`);
    }
    if (entry.version > 1) {
      notes.push(`${name}: corrected; it is version ${entry.version} now, and the rows of the others stay`);
    }
    if (isCopy(entry)) {
      notes.push(`${name}: the same content as ${toVisible(entry.sameAs ?? "")}; it adds ${tally.accepted}`);
    }
  }
  if (story !== undefined) {
    for (const { error } of story.rejected) {
      (error.code === "FILE_GONE" ? notes : problems).push(error.message);
    }
    problems.push(...story.failed.map(({ name, message }) => `${name}: ${message}`));
    const isFull = story.fetched.length >= SFTP_LIMITS.files;
    if (story.stoppedBy !== null) (isFull ? notes : problems).push(story.stoppedBy);
    if (story.notStarted.length > 0) notes.push(`${countFiles(story.notStarted)} left for the next pull`);
  }
  if (waiting.length > 0) {
    const sign = {
      rename: "its last name",
      semaphore: `a file ${complete.by === "semaphore" ? complete.suffix : ""} beside it`,
      "stable-size": "coming to rest",
    }[complete.by];
    notes.push(`not complete yet, for want of ${sign}: ${countFiles(waiting)}`);
  }
  return { problems: cut(problems), notes: cut(notes) };
}

/** What the calendar says of the last two days. */
export function toFileNotes({ irregularities }: FileAssessment, now: number): readonly string[] {
  return cut(
    irregularities
      .filter(({ at, kind }) => at > now - NEWS_MS && kind !== "corrected" && kind !== "resent")
      .flatMap((one) => toFileNote(one) ?? []),
  );
}

function toFileNote(fault: FileIrregularity): string | undefined {
  const { kind, customer, name, at, expectedAt, sizeBytes, usualBytes, fromNumber, toNumber } = fault;
  const file = toVisible(name ?? "");
  const whose = customer === null ? "" : ` of ${toVisible(customer)}`;
  switch (kind) {
    case "missing":
      return `missing: the file${whose} that was expected at ${toIsoUtc(at)}`;
    case "late":
      return `late: ${file} came at ${toIsoUtc(at)} and was expected at ${toIsoUtc(expectedAt ?? at)}`;
    case "gap":
      return fromNumber === toNumber
        ? `gap: number ${fromNumber}${whose} is missing before ${file}`
        : `gap: numbers ${fromNumber} to ${toNumber}${whose} are missing before ${file}`;
    case "restarted":
      return `numbers${whose} begin anew with ${file}: after ${fromNumber} comes ${toNumber}`;
    case "short":
      return `short: ${file} has ${sizeBytes} bytes; usual are ${usualBytes}`;
    case "shrunk":
      return `shrunk: ${file} has ${sizeBytes} bytes now and had ${usualBytes}`;
    case "unreadable":
      return `unreadable: ${file}`;
    case "corrected":
    case "resent":
      return undefined;
  }
}

function countFiles(names: readonly string[]): string {
  const [first = ""] = names;
  return names.length === 1 ? first : `${first} and ${names.length - 1} more`;
}

function cut(lines: readonly string[]): readonly string[] {
  if (lines.length <= MOST_LINES) return lines;
  return [...lines.slice(0, MOST_LINES), `and ${lines.length - MOST_LINES} more such lines`];
}
