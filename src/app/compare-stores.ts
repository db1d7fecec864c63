import type { CopyReport } from "../report/store-data.ts";
import type { Digest } from "../store/digest.ts";
import { addDigests, digestRows, isSameDigest, NO_ROWS_DIGEST } from "../store/digest.ts";
import type { Store } from "../store/store.ts";
import type { CopyMark } from "../store/table-access.ts";
import type { Stretch, TableName } from "../store/tables.ts";
import { listStretches, TABLE_NAMES } from "../store/tables.ts";
import { inTurns } from "./hold-claims.ts";

/** `table` is being worked on; `null`: we wait for somebody who works on one of the stores. */
export type StretchListener = (progress: {
  readonly done: number;
  readonly total: number;
  readonly table: TableName | null;
}) => void;

export interface Comparison {
  readonly tables: CopyReport["tables"];
  readonly differing: readonly Stretch[];
  /** Stretches of the source that are not what they were when they were copied. */
  readonly changedInSource: number;
}

/**
 * Reads both stores, and holds each stretch of the one against that of the
 * other.
 *
 * @param marks what was copied, where this is the end of a copy
 * @param onStretch before each
 */
export async function compareStores(
  from: Store,
  to: Store,
  marks: readonly CopyMark[],
  onStretch: (stretch: Stretch) => void,
): Promise<Comparison> {
  const marked = new Map(marks.map((mark) => [toKey(mark), mark]));
  const sums = new Map(TABLE_NAMES.map((table): [TableName, TableSum] => [table, NO_SUM]));
  const differing: Stretch[] = [];
  let changedInSource = 0;
  for (const stretch of listStretches()) {
    onStretch(stretch);
    const { table } = stretch;
    const source = await digestRows(inTurns(from.tables.rows(stretch)));
    const target = await digestRows(inTurns(to.tables.rows(stretch)));
    if (!isSameDigest(source, target)) differing.push(stretch);
    const mark = marked.get(toKey(stretch));
    if (mark !== undefined && !isSameDigest(source, mark)) changedInSource += 1;
    const sum = sums.get(table) ?? NO_SUM;
    sums.set(table, { from: addDigests(sum.from, source), to: addDigests(sum.to, target) });
  }
  return {
    tables: Array.from(sums, ([table, sum]) => ({
      table,
      ...sum,
      isSame: differing.every((stretch) => stretch.table !== table),
    })),
    differing,
    changedInSource,
  };
}

interface TableSum {
  readonly from: Digest;
  readonly to: Digest;
}

const NO_SUM: TableSum = { from: NO_ROWS_DIGEST, to: NO_ROWS_DIGEST };

/** Tells stretches apart. */
export function toKey({ table, group }: Stretch): string {
  return `${table} ${group}`;
}
