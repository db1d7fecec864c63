import { UsageError } from "../domain/errors.ts";
import type { CopyReport } from "../report/store-data.ts";
import type { Claim } from "../store/claims.ts";
import { ClaimLost } from "../store/claims.ts";
import { makeDigester } from "../store/digest.ts";
import type { Store } from "../store/store.ts";
import type { StoreInfo } from "../store/table-access.ts";
import type { Stretch, TableRow } from "../store/tables.ts";
import { listStretches } from "../store/tables.ts";
import type { Comparison, StretchListener } from "./compare-stores.ts";
import { compareStores, toKey } from "./compare-stores.ts";
import { ALL_SUBJECTS, inTurns, withClaims } from "./hold-claims.ts";
import type { NamedStore } from "./open-store.ts";

/** What is claimed in the store that is filled. */
const COPY_SUBJECT = "copy";
const OWNER = `copy by process ${process.pid}`;

/**
 * Copies a store into another one, and compares them. It goes stretch by
 * stretch (a table's rows in one group of buckets): each is one transaction
 * together with its mark, so that a copy that was interrupted goes on where it
 * stopped.
 *
 * Nobody settles or evaluates in the source meanwhile. What is imported into
 * it all the same shows in the comparison at the end, as does whatever else
 * differs; those stretches are copied again, here or by the next call.
 *
 * A copy that has ended is only compared, never written.
 *
 * @throws UsageError when the target holds anything else than a copy of the
 *   source
 */
export async function copyStore(
  from: NamedStore,
  to: NamedStore,
  onProgress: StretchListener = () => {},
): Promise<CopyReport> {
  const [source, target] = [await from.store.tables.info(), await to.store.tables.info()];
  const hasEnded = await checkTarget(source, target, to);
  const hold = { owner: OWNER, onWait: () => onProgress({ done: 0, total: 1, table: null }) };
  try {
    return await withClaims(to.store, [COPY_SUBJECT], hold, ({ claims }) =>
      withClaims(from.store, ALL_SUBJECTS, hold, async ({ assertHeld }) => {
        const job: Job = { from: from.store, to: to.store, claims, onProgress };
        const outcome = hasEnded
          ? toOutcome(new Set(), true, await compare(job, 0))
          : await copyUntilSame(job, source.storeId, assertHeld);
        return {
          from: { database: from.name, storeId: source.storeId },
          to: { database: to.name, storeId: target.storeId },
          ...outcome,
        };
      }),
    );
  } catch (error) {
    if (!(error instanceof ClaimLost)) throw error;
    throw new UsageError(
      {
        place: `database ${to.name}`,
        value: error.message,
        expected: "two stores that nobody else works on",
        todo: "run the same command again: it goes on where it stopped",
      },
      { cause: error },
    );
  }
}

interface Job {
  readonly from: Store;
  readonly to: Store;
  /** On the target. */
  readonly claims: readonly Claim[];
  readonly onProgress: StretchListener;
}

/** @returns whether a copy of the source into the target has ended before */
async function checkTarget(source: StoreInfo, target: StoreInfo, to: NamedStore): Promise<boolean> {
  const refuse = (value: string): UsageError =>
    new UsageError({
      place: `database ${to.name}`,
      value,
      expected: "an empty store, or a copy of the same source",
      todo: "name another store with --to",
    });
  if (target.storeId === source.storeId) throw refuse("the source itself, or a copy of its file");
  if (target.copiedFrom === source.storeId) return !target.isPartial;
  if (target.isPartial) throw refuse("a copy of another store that has not ended");
  if (!(await to.store.tables.isEmpty())) throw refuse("a store with data of its own");
  return false;
}

/** What comes into the source while it is copied is brought after it; so often, then it is told that it does not rest. */
const MOST_PASSES = 3;

async function copyUntilSame(
  job: Job,
  sourceId: string,
  assertHeld: () => Promise<void>,
): Promise<Omit<CopyReport, "from" | "to">> {
  await begin(job, sourceId);
  const copied = new Set<string>();
  let changedInSource = 0;
  for (let pass = 1; ; pass += 1) {
    await copyStretches(job, (stretch) => copied.add(toKey(stretch)));
    const comparison = await compare(job, listStretches().length);
    changedInSource += comparison.changedInSource;
    await assertHeld();
    await endPass(job, comparison);
    if (comparison.differing.length === 0 || pass === MOST_PASSES) {
      return toOutcome(copied, false, { ...comparison, changedInSource });
    }
  }
}

async function begin({ to, claims }: Job, sourceId: string): Promise<void> {
  await to.transaction(async (tx) => {
    for (const claim of claims) await tx.assertClaim(claim);
    await tx.tables.beginCopy(sourceId);
  });
}

/** Copies the stretches that have no mark. */
async function copyStretches(job: Job, onCopied: (stretch: Stretch) => void): Promise<void> {
  const marked = new Set((await job.to.tables.marks()).map(toKey));
  const stretches = listStretches();
  const total = 2 * stretches.length;
  for (const [done, stretch] of stretches.entries()) {
    if (marked.has(toKey(stretch))) continue;
    job.onProgress({ done, total, table: stretch.table });
    await copyStretch(job, stretch);
    onCopied(stretch);
  }
}

async function copyStretch({ from, to, claims }: Job, stretch: Stretch): Promise<void> {
  const digester = makeDigester();
  async function* readRows(): AsyncGenerator<readonly TableRow[]> {
    for await (const rows of inTurns(from.tables.rows(stretch))) {
      digester.add(rows);
      yield rows;
    }
  }
  await to.transaction(async (tx) => {
    for (const claim of claims) await tx.assertClaim(claim);
    await tx.tables.replaceRows(stretch, readRows());
    await tx.tables.saveMark({ ...stretch, ...digester.digest() });
  });
}

/** @param before parts of the work that are done by then */
async function compare({ from, to, onProgress }: Job, before: number): Promise<Comparison> {
  const total = before + listStretches().length;
  let done = before;
  return compareStores(from, to, await to.tables.marks(), ({ table }) => {
    onProgress({ done, total, table });
    done += 1;
  });
}

/** Declares the target whole, or has what differs copied again. */
async function endPass({ to, claims }: Job, { differing }: Comparison): Promise<void> {
  await to.transaction(async (tx) => {
    for (const claim of claims) await tx.assertClaim(claim);
    for (const stretch of differing) await tx.tables.dropMark(stretch);
    if (differing.length === 0) await tx.tables.endCopy();
  });
}

function toOutcome(
  copied: ReadonlySet<string>,
  hadEnded: boolean,
  { tables, differing, changedInSource }: Comparison,
): Omit<CopyReport, "from" | "to"> {
  const all = listStretches().length;
  return {
    tables,
    parts: {
      all,
      copied: copied.size,
      before: all - copied.size,
      differing: differing.length,
      changedInSource,
      hadEnded,
    },
    isSame: differing.length === 0,
  };
}
