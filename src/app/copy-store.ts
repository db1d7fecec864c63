import { UsageError } from "../domain/errors.ts";
import type { CopyReport } from "../report/store-data.ts";
import { makeDigester } from "../store/digest.ts";
import type { Claim, Store } from "../store/store.ts";
import { ClaimLost } from "../store/store.ts";
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
 * differs; those stretches are copied again by the next call.
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
        const copied = hasEnded ? 0 : await copyStretches(job, source.storeId);
        const comparison = await compare(job, hasEnded);
        await assertHeld();
        if (!hasEnded) await endCopy(job, comparison);
        return {
          from: { database: from.name, storeId: source.storeId },
          to: { database: to.name, storeId: target.storeId },
          ...toOutcome(copied, hasEnded, comparison),
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

/** @returns how many stretches were left to be copied */
async function copyStretches(job: Job, sourceId: string): Promise<number> {
  const { to, onProgress } = job;
  await to.transaction(async (tx) => {
    for (const claim of job.claims) await tx.assertClaim(claim);
    await tx.tables.beginCopy(sourceId);
  });
  const marked = new Set((await to.tables.marks()).map(toKey));
  const stretches = listStretches();
  const left = stretches.filter((stretch) => !marked.has(toKey(stretch)));
  let done = stretches.length - left.length;
  for (const stretch of left) {
    onProgress({ done, total: 2 * stretches.length, table: stretch.table });
    await copyStretch(job, stretch);
    done += 1;
  }
  return left.length;
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

async function compare({ from, to, onProgress }: Job, hasEnded: boolean): Promise<Comparison> {
  const all = listStretches().length;
  let done = hasEnded ? 0 : all;
  const total = done + all;
  return compareStores(from, to, await to.tables.marks(), ({ table }) => {
    onProgress({ done, total, table });
    done += 1;
  });
}

/** Declares the target whole, or has what differs copied again by the next call. */
async function endCopy({ to, claims }: Job, { differing }: Comparison): Promise<void> {
  await to.transaction(async (tx) => {
    for (const claim of claims) await tx.assertClaim(claim);
    for (const stretch of differing) await tx.tables.dropMark(stretch);
    if (differing.length === 0) await tx.tables.endCopy();
  });
}

function toOutcome(
  copied: number,
  hadEnded: boolean,
  { tables, differing, changedInSource }: Comparison,
): Omit<CopyReport, "from" | "to"> {
  const all = listStretches().length;
  return {
    tables,
    parts: {
      all,
      copied,
      before: all - copied,
      differing: differing.length,
      changedInSource,
      hadEnded,
    },
    isSame: differing.length === 0,
  };
}
