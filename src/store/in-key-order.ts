import { bucketOf } from "../domain/barcode.ts";
import { compareText } from "../domain/observation.ts";

/** Rows in the order of their key, its bucket first: they touch each page of a table once, and wait for each other in one order. */
export function inKeyOrder<Row>(
  rows: readonly Row[],
  keyOf: (row: Row) => string,
): { readonly row: Row; readonly key: string; readonly bucket: number }[] {
  return rows
    .map((row) => {
      const key = keyOf(row);
      return { row, key, bucket: bucketOf(key) };
    })
    .sort((a, b) => a.bucket - b.bucket || compareText(a.key, b.key));
}
