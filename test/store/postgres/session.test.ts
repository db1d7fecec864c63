import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareText } from "../../../src/domain/observation.ts";
import { parseAddress } from "../../../src/store/postgres/address.ts";
import { makePool, makeTransact } from "../../../src/store/postgres/connect.ts";
import type { CopyValue } from "../../../src/store/postgres/encode-copy.ts";
import type { WriteSession } from "../../../src/store/postgres/session.ts";
import { toCopy, toStatements } from "../../../src/store/postgres/statements.ts";
import { fromKeptText, toKeptText } from "../../../src/store/postgres/text.ts";
import { usePostgres } from "../../support/postgres.ts";

const postgres = usePostgres();

const COLUMNS = { n: "int8", i: "int4", s: "int2", b: "bool", t: "text", y: "bytea" } as const;
const SQL = {
  ...toStatements("test", {
    insert: "INSERT INTO value (n, i, s, b, t, y) VALUES :rows RETURNING n",
    select: "SELECT n, i, s, b, t, y FROM value ORDER BY n",
    byTexts: "SELECT n FROM value WHERE t = ANY ($1) ORDER BY n",
    byBytes: "SELECT n FROM value WHERE y = ANY ($1::bytea[]) ORDER BY n",
  }),
  copy: toCopy("value", COLUMNS),
};

/** Lends a transaction with an empty table for values. */
async function withTable<Result>(work: (session: WriteSession) => Promise<Result>): Promise<Result> {
  const address = parseAddress(postgres.newStoreUrl());
  const pool = makePool(address, 1);
  try {
    return await makeTransact(
      pool,
      address.place,
    )(async (session) => {
      await session.script(
        "CREATE TEMPORARY TABLE value (n bigint, i integer, s smallint, b boolean, t text, y bytea) ON COMMIT DROP",
      );
      return work(session);
    });
  } finally {
    await pool.end();
  }
}

const CHUNK = 256 * 1024;
const TEXTS = [
  "",
  "plain",
  "\0",
  "\u0001",
  "\u00010\0",
  "tab\tline\nback\\slash",
  "\ud83d\ude9a €",
  "x".repeat(CHUNK),
];

const ROWS: readonly (readonly CopyValue[])[] = [
  ...TEXTS.map((text, n) => [n, 1 - n, n, n % 2 === 0, text, Buffer.from(text)]),
  [
    Number.MAX_SAFE_INTEGER - 3,
    2 ** 31 - 1,
    2 ** 15 - 1,
    true,
    "€".repeat(CHUNK),
    Buffer.alloc(3 * CHUNK, 7),
  ],
  [Number.MAX_SAFE_INTEGER - 2, -(2 ** 31), -(2 ** 15), false, "after", Buffer.of(0, 255)],
  [Number.MAX_SAFE_INTEGER - 1, null, null, null, null, null],
  [Number.MAX_SAFE_INTEGER, 0, 0, false, "last", Buffer.of()],
];

describe("a session", () => {
  it("copies values of every type, and reads them back", () =>
    withTable(async (session) => {
      await session.copy(SQL.copy, ROWS);
      expect(await session.rows(SQL.select)).toEqual(ROWS);
    }));

  it("inserts values of every type, and reads them back", () =>
    withTable(async (session) => {
      expect(await session.insert(SQL.insert, ROWS)).toEqual(ROWS.map(([n]) => [n]));
      expect(await session.rows(SQL.select)).toEqual(ROWS);
    }));

  it("copies and inserts more rows than one message takes, and none", () =>
    withTable(async (session) => {
      const rows = Array.from({ length: 3001 }, (_, n) => [n, n, 0, true, "text ".repeat(40), null]);
      await session.insert(SQL.insert, rows.slice(0, 1501));
      await session.copy(SQL.copy, rows.slice(1501));
      await session.copy(SQL.copy, []);
      await session.insert(SQL.insert, []);
      expect(await session.rows(SQL.select)).toEqual(rows);
    }));

  it("finds by lists of any text and bytes", () =>
    withTable(async (session) => {
      await session.copy(SQL.copy, ROWS);
      expect(await session.rows(SQL.byTexts, ["\0", 'a,"b"', "tab\tline\nback\\slash"])).toEqual([[2], [5]]);
      expect(await session.rows(SQL.byBytes, [Buffer.of(0), Buffer.of(0, 255)])).toEqual([
        [2],
        [Number.MAX_SAFE_INTEGER - 2],
      ]);
    }));

  it("refuses numbers that it cannot hold", () =>
    withTable(async (session) => {
      await session.script(`INSERT INTO value (n) VALUES (${2n ** 53n})`);
      await expect(session.rows(SQL.select)).rejects.toThrow(/too large/);
    }));
});

describe("toKeptText", () => {
  const texts = fc.string({ unit: fc.constantFrom("\0", "\u0001", "\u0002", "0", "1", "a") });

  it("holds no U+0000, and gives every text back", () => {
    fc.assert(
      fc.property(texts, (text) => {
        expect(toKeptText(text)).not.toContain("\0");
        expect(fromKeptText(toKeptText(text))).toBe(text);
      }),
    );
  });

  it("keeps the order of texts", () => {
    fc.assert(
      fc.property(texts, texts, (a, b) => {
        expect(compareText(toKeptText(a), toKeptText(b))).toBe(compareText(a, b));
      }),
    );
  });
});
