import type { FileLook } from "../../sources/legacy-scan/completeness.ts";
import { isAtRest, isSign, lookAgain } from "../../sources/legacy-scan/completeness.ts";
import type { FetchedFile, ListedFile } from "../../sources/legacy-scan/sftp.ts";
import type { FileLedger } from "./file-ledger.ts";
import type { ScanFeed } from "./scan-feed.ts";
import { toLayoutFingerprint } from "./take-in-file.ts";

/** Decides over the files of one listing, and remembers what it saw. */
export interface FileJudge {
  /** Whether it is a scan file, and complete. */
  readonly isScanFile: (file: ListedFile, names: ReadonlySet<string>) => boolean;
  /** Whether it was taken in before. */
  readonly isKnown: (file: ListedFile) => boolean;
  /** Whether what was fetched is what was found to be complete. */
  readonly isStillComplete: (fetched: FetchedFile) => boolean;
  /** How many files are to be fetched. */
  readonly wanted: () => number;
  /** Scan files that are not complete yet. */
  readonly waiting: () => readonly string[];
  /** The looks at those, for the next listing. */
  readonly looks: () => ReadonlyMap<string, FileLook>;
  readonly hasSeenAny: () => boolean;
}

/**
 * @param before looks at files that may still grow
 * @param now UTC epoch milliseconds
 */
export function makeFileJudge(
  { layout, complete }: ScanFeed,
  ledger: FileLedger,
  before: ReadonlyMap<string, FileLook>,
  now: number,
): FileJudge {
  const fingerprint = toLayoutFingerprint(layout);
  const looks = new Map<string, FileLook>();
  const waiting = new Set<string>();
  const wanted = new Map<string, ListedFile>();
  let seen = 0;

  const isKnown = (file: ListedFile): boolean => ledger.isKnown(file, fingerprint);
  const isComplete = (file: ListedFile, names: ReadonlySet<string>): boolean => {
    switch (complete.by) {
      case "rename":
        return true;
      case "semaphore":
        return names.has(file.name + complete.suffix);
      case "stable-size": {
        const look = lookAgain(before.get(file.name), file, now);
        looks.set(file.name, look);
        return isAtRest(look, complete, now);
      }
    }
  };
  return {
    isScanFile(file, names) {
      seen += 1;
      if (isSign(file.name, complete)) return false;
      if (layout.matchName !== undefined && layout.matchName(file.name) === undefined) return false;
      if (isKnown(file) || isComplete(file, names)) return true;
      waiting.add(file.name);
      return false;
    },
    isKnown(file) {
      if (isKnown(file)) return true;
      wanted.set(file.name, file);
      return false;
    },
    isStillComplete({ remoteName, sizeBytes, modifiedAt }) {
      const listed = wanted.get(remoteName);
      const isSame = listed?.sizeBytes === sizeBytes && listed.modifiedAt === modifiedAt;
      if (isSame || complete.by !== "stable-size") return true;
      waiting.add(remoteName);
      return false;
    },
    wanted: () => wanted.size,
    waiting: () => [...waiting],
    looks: () => new Map([...looks].filter(([name]) => waiting.has(name))),
    hasSeenAny: () => seen > 0,
  };
}
