import { lstat, mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { UsageError } from "../../domain/errors.ts";

/** `pull-` and the process that made it; the rest is random. */
const OURS = /^pull-([0-9]+)-[0-9A-Za-z]{6}$/;
const OTHERS_MAY = 0o077;

/** In use by this process. */
const inUse = new Set<string>();

/**
 * Lends a folder of its own within the spool folder, for files that have not
 * been taken in yet, and removes it whatever happens. What processes left
 * there that were killed is removed first; nothing else is touched.
 *
 * @throws UsageError when the spool folder is not one that only we can use
 */
export async function withSpool<Result>(
  spoolFolder: string,
  work: (folder: string) => Promise<Result>,
): Promise<Result> {
  const spool = resolve(spoolFolder);
  await makePrivate(spool);
  await clearLeftovers(spool);
  const folder = await mkdtemp(join(spool, `pull-${process.pid}-`));
  inUse.add(folder);
  try {
    return await work(folder);
  } finally {
    inUse.delete(folder);
    await rm(folder, { recursive: true, force: true });
  }
}

async function makePrivate(spool: string): Promise<void> {
  try {
    await mkdir(spool, { recursive: true, mode: 0o700 });
    const { mode, uid } = await lstat(spool).then((found) => {
      if (!found.isDirectory()) throw new Error("no folder");
      return found;
    });
    // Where there are no users there are no rights either.
    if (process.getuid === undefined) return;
    if (uid !== process.getuid()) throw new Error("another user's");
    if ((mode & OTHERS_MAY) !== 0) throw new Error("open to other users");
  } catch (cause) {
    throw new UsageError(
      {
        place: "feeds.spoolFolder",
        value: `${spool} (${cause instanceof Error ? cause.message : String(cause)})`,
        expected: "a folder of ours that nobody else can read: scan files lie in it",
        todo: "name another one, or take the others' rights away: chmod 700",
      },
      { cause },
    );
  }
}

async function clearLeftovers(spool: string): Promise<void> {
  for (const name of await readdir(spool)) {
    const process = OURS.exec(name)?.[1];
    const folder = join(spool, name);
    if (process === undefined || inUse.has(folder) || isAlive(Number(process))) continue;
    await rm(folder, { recursive: true, force: true });
  }
}

/** A process of our number that is not this one had it before us: in a container each has the same. */
function isAlive(id: number): boolean {
  if (id === process.pid) return false;
  try {
    process.kill(id, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
