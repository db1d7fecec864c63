import { z } from "zod";
import type { ScanFileEntry } from "../../domain/scan-file-entry.ts";
import { isUnreadable } from "../../domain/scan-file-entry.ts";
import type { FileLook } from "../../sources/legacy-scan/completeness.ts";
import type { ListedFile } from "../../sources/legacy-scan/sftp.ts";
import type { FeedState, FeedStateReader, FeedStateWriter } from "../../store/feed-state-access.ts";

/**
 * The ledger of a feed's scan files: an entry for each version of a name,
 * written in the transaction that keeps the file's rows; the looks at files
 * that may still grow; and when the feed was first fetched.
 */

const ENTRY = z.object({
  name: z.string(),
  version: z.int(),
  sizeBytes: z.int(),
  modifiedAt: z.int(),
  hash: z.string(),
  fetchedAt: z.int(),
  receivedAt: z.int(),
  rows: z.int(),
  quarantined: z.int(),
  supersedes: z.string().nullable(),
  sameAs: z.string().nullable(),
  customer: z.string().nullable(),
  sequence: z.object({ number: z.int(), digits: z.int(), isDaily: z.boolean() }).nullable(),
  layout: z.string(),
}) satisfies z.ZodType<ScanFileEntry>;

const LOOK = z.object({
  sizeBytes: z.int(),
  modifiedAt: z.int(),
  since: z.int(),
  looks: z.int(),
}) satisfies z.ZodType<FileLook>;

const FILE = "file ";
const LOOKED = "look ";
const BEGUN = "begun";

/** The name under which a feed of the settings remembers. */
export function toFeedName(name: string): string {
  return `scan-files ${name}`;
}

/** What is known of a file that has just been fetched; the ledger adds the rest. */
export type NewEntry = Omit<ScanFileEntry, "version" | "supersedes" | "sameAs">;

/** The ledger as it stood when it was read, and what was kept through it since. */
export interface FileLedger {
  /** In no order. */
  readonly entries: () => readonly ScanFileEntry[];
  /** Whether a file was taken in as it is listed; one that could not be read only with the same layout. */
  readonly isKnown: (file: ListedFile, layout: string) => boolean;
  /** Plans a file's entry: by what the transaction sees, because another process may have taken it in meanwhile. */
  readonly plan: (states: FeedStateReader, file: NewEntry) => Promise<ScanFileEntry>;
  readonly save: (states: FeedStateWriter, entry: ScanFileEntry) => Promise<void>;
  /** Tells the ledger that an entry has been committed. */
  readonly note: (entry: ScanFileEntry) => void;
}

/** Reads the ledger of a feed. */
export async function readLedger(states: FeedStateReader, feed: string): Promise<FileLedger> {
  const entries = new Map<string, ScanFileEntry>();
  const latest = new Map<string, ScanFileEntry>();
  const firstNames = new Map<string, string>();
  const note = (entry: ScanFileEntry): void => {
    entries.set(toKey(entry), entry);
    if ((latest.get(entry.name)?.version ?? 0) <= entry.version) latest.set(entry.name, entry);
    if (!firstNames.has(entry.hash)) firstNames.set(entry.hash, entry.name);
  };
  const inOrder = (await listEntries(states, feed)).toSorted((a, b) => a.fetchedAt - b.fetchedAt);
  for (const entry of inOrder) note(entry);
  return {
    entries: () => [...entries.values()],
    isKnown({ name, sizeBytes, modifiedAt }, layout) {
      const entry = latest.get(name);
      if (entry?.sizeBytes !== sizeBytes || entry.modifiedAt !== modifiedAt) return false;
      return !isUnreadable(entry) || entry.layout === layout;
    },
    async plan(writer, file) {
      const before = await findLatest(writer, feed, file.name, latest.get(file.name)?.version ?? 1);
      const other = firstNames.get(file.hash);
      const sameAs = other === file.name ? null : (other ?? null);
      if (before === undefined) return { ...file, version: 1, supersedes: null, sameAs };
      const { version, supersedes } = before;
      // Touched, or read again: it came when it first came.
      if (before.hash === file.hash) {
        const { fetchedAt, receivedAt } = before;
        return { ...file, version, supersedes, fetchedAt, receivedAt, sameAs: before.sameAs };
      }
      return { ...file, version: version + 1, supersedes: before.hash, sameAs };
    },
    async save(writer, entry) {
      await writer.save({
        feed,
        key: toKey(entry),
        value: JSON.stringify(entry),
        changedAt: entry.fetchedAt,
      });
    },
    note,
  };
}

/** The version stands at the end, where it belongs to no other name. */
function toKey({ name, version }: Pick<ScanFileEntry, "name" | "version">): string {
  return `${FILE}${name} v${version}`;
}

async function listEntries(states: FeedStateReader, feed: string): Promise<readonly ScanFileEntry[]> {
  return (await states.list(feed, FILE)).map(toEntry);
}

/** The latest version of a name, looked for from a version on that may be there. */
async function findLatest(
  states: FeedStateReader,
  feed: string,
  name: string,
  from: number,
): Promise<ScanFileEntry | undefined> {
  let latest: ScanFileEntry | undefined;
  for (let version = from; ; version += 1) {
    const state = await states.find(feed, toKey({ name, version }));
    if (state === undefined) return latest;
    latest = toEntry(state);
  }
}

function toEntry({ value }: FeedState): ScanFileEntry {
  return ENTRY.parse(JSON.parse(value));
}

/** When the feed was first fetched (UTC epoch milliseconds); `undefined`: never yet. */
export async function findBegun(states: FeedStateReader, feed: string): Promise<number | undefined> {
  return (await states.find(feed, BEGUN))?.changedAt;
}

/** The looks at files of a feed that may still grow, by name. */
export async function readLooks(
  states: FeedStateReader,
  feed: string,
): Promise<ReadonlyMap<string, FileLook>> {
  const found = await states.list(feed, LOOKED);
  return new Map(found.map(({ key, value }) => [key.slice(LOOKED.length), LOOK.parse(JSON.parse(value))]));
}

/** Keeps the looks at the files that may still grow, in the place of those from before, and that the feed was fetched. */
export async function saveLooks(
  states: FeedStateWriter,
  feed: string,
  before: ReadonlyMap<string, FileLook>,
  looks: ReadonlyMap<string, FileLook>,
  now: number,
): Promise<void> {
  const save = (state: Pick<FeedState, "key" | "value">) => states.save({ feed, changedAt: now, ...state });
  for (const name of before.keys()) if (!looks.has(name)) await states.drop(feed, LOOKED + name);
  for (const [name, look] of looks) await save({ key: LOOKED + name, value: JSON.stringify(look) });
  if ((await states.find(feed, BEGUN)) === undefined) await save({ key: BEGUN, value: "{}" });
}
