import type { SystemCall } from "./system-calls.ts";

/** What a trace says of the requests that were answered with 200. */
export interface DurabilityProof {
  readonly answered: number;
  /** Those whose answer began before all that was written of them was on disk. */
  readonly unproven: readonly string[];
}

/**
 * Looks at each answer with 200 for what was on disk by then: the page of the
 * write-ahead log that holds the request's id, everything up to the frame that
 * commits it, and after that a wait for the disk that had ended.
 *
 * @param mark finds the id in a request, and stands in the log as it is
 */
export function proveDurable(calls: readonly SystemCall[], mark: RegExp): DurabilityProof {
  const commits = listCommits(calls);
  const syncs = calls.filter(({ name, file }) => /^f(data)?sync$/.test(name) && isLog(file));
  const asked = new Map<number, string>();
  const unproven: string[] = [];
  let answered = 0;
  for (const { name, file, descriptor, data, begun } of calls) {
    if (!file.startsWith("socket:")) continue;
    if (name === "read") asked.set(descriptor, (asked.get(descriptor) ?? "") + data.toString("latin1"));
    else if (data.subarray(0, ANSWER.length).equals(ANSWER)) {
      answered += 1;
      const [id = "a request without an id"] = mark.exec(asked.get(descriptor) ?? "") ?? [];
      asked.delete(descriptor);
      const commit = commits.find(({ pages }) => pages.some((page) => page.includes(id)));
      const isDurable =
        commit !== undefined && syncs.some((sync) => sync.begun > commit.ended && sync.ended < begun);
      if (!isDurable) unproven.push(id);
    }
  }
  return { answered, unproven };
}

const ANSWER = Buffer.from("HTTP/1.1 200");

/** Bytes of a frame's head; a page follows. */
const HEAD_BYTES = 24;

/**
 * What was written to the log, transaction by transaction. The frame that ends
 * one says how large the database is then; all others say 0.
 *
 * @see https://sqlite.org/fileformat2.html#walformat
 */
function listCommits(calls: readonly SystemCall[]): { readonly pages: Buffer[]; readonly ended: number }[] {
  const commits: { readonly pages: Buffer[]; readonly ended: number }[] = [];
  let pages: Buffer[] = [];
  let isLast = false;
  for (const { name, file, data, ended } of calls) {
    if (name !== "pwrite64" || !isLog(file)) continue;
    if (data.length === HEAD_BYTES) {
      isLast = data.readUInt32BE(4) > 0;
      continue;
    }
    pages.push(data);
    if (!isLast) continue;
    commits.push({ pages, ended });
    pages = [];
    isLast = false;
  }
  return commits;
}

function isLog(file: string): boolean {
  return file.endsWith("-wal");
}
