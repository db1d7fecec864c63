import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Digest } from "../../src/store/digest.ts";
import {
  addDigests,
  digestRows,
  isSameDigest,
  makeDigester,
  NO_ROWS_DIGEST,
} from "../../src/store/digest.ts";
import type { TableRow } from "../../src/store/tables.ts";

const arbitraryRow: fc.Arbitrary<TableRow> = fc.array(
  fc.oneof(
    fc.maxSafeInteger().filter((number) => !Object.is(number, -0)),
    fc.string({ unit: "binary" }),
    fc.boolean(),
    fc.uint8Array({ maxLength: 8 }),
    fc.constant(null),
  ),
  { minLength: 1, maxLength: 4 },
);
const arbitraryRows = fc.array(arbitraryRow, { maxLength: 12 });

function digestOf(...pages: readonly (readonly TableRow[])[]): Digest {
  const digester = makeDigester();
  for (const rows of pages) digester.add(rows);
  return digester.digest();
}

describe("a digest", () => {
  it("is the number of rows and the sum of their SHA-256, in four numbers of 32 bits", () => {
    const lanesOf = (text: string): number[] => {
      const digits = createHash("sha256").update(text).digest("hex");
      return [0, 8, 16, 24].map((at) => Number.parseInt(digits.slice(at, at + 8), 16));
    };
    const bytes = createHash("sha256")
      .update(Buffer.from([1, 2]))
      .digest("hex");
    const [a, b] = [lanesOf('[1,"a",null,true]'), lanesOf(`[{"bytes":"${bytes}"}]`)];
    const sum = a.map((lane, i) => ((lane + (b[i] ?? 0)) % 2 ** 32).toString(16).padStart(8, "0"));
    expect(digestOf([[1, "a", null, true], [Buffer.from([1, 2])]])).toEqual({ rows: 2, hash: sum.join("") });
  });

  it("of nothing is zero", () => {
    expect(digestOf()).toEqual(NO_ROWS_DIGEST);
    expect(NO_ROWS_DIGEST).toEqual({ rows: 0, hash: "0".repeat(32) });
  });

  it("does not depend on the order of rows, or on pages", () =>
    fc.assert(
      fc.asyncProperty(
        arbitraryRows.chain((rows) =>
          fc.tuple(fc.constant(rows), fc.shuffledSubarray(rows, { minLength: rows.length }), fc.nat(12)),
        ),
        async ([rows, shuffled, at]) => {
          async function* pages(): AsyncGenerator<readonly TableRow[]> {
            yield shuffled.slice(0, at);
            yield shuffled.slice(at);
          }
          expect(await digestRows(pages())).toEqual(digestOf(rows));
        },
      ),
    ));

  it("of two parts is the sum of theirs", () => {
    fc.assert(
      fc.property(arbitraryRows, arbitraryRows, (a, b) => {
        expect(addDigests(digestOf(a), digestOf(b))).toEqual(digestOf(a, b));
      }),
    );
  });

  it("tells different rows apart", () => {
    const rows: readonly TableRow[] = [
      [1],
      ["1"],
      [true],
      [null],
      ["null"],
      [""],
      [Buffer.from([])],
      [Buffer.from("1")],
      ["1", ""],
      ["", "1"],
      [0],
      [false],
      ["a\0"],
      ["a\u0001"],
      ["a"],
    ];
    expect(new Set(rows.map((row) => digestOf([row]).hash)).size).toBe(rows.length);
    expect(isSameDigest(digestOf([[1]]), digestOf([[1]]))).toBe(true);
    expect(isSameDigest(digestOf([[1]]), digestOf([[2]]))).toBe(false);
    expect(isSameDigest(digestOf([[1]]), { ...digestOf([[1]]), rows: 2 })).toBe(false);
  });
});
