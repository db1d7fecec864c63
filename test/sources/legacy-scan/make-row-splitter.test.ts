import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { DelimitedLayout } from "../../../src/sources/legacy-scan/layout.ts";
import { makeRowSplitter } from "../../../src/sources/legacy-scan/make-row-splitter.ts";
import { parseLayout } from "../../../src/sources/legacy-scan/read-layout.ts";

function aLayout(settings: string): DelimitedLayout {
  return parseLayout(
    `{ format: delimited, encoding: utf-8, delimiter: ";", header: false, trailingDelimiter: false,
       columns: [a, b, c], fields: { barcode: a, code: b, time: c },
       time: { pattern: yyyyMMddHHmmss, zone: UTC, precision: seconds },
       complete: { by: semaphore, suffix: .ok }, ${settings} }`,
    "test.yml",
  ) as DelimitedLayout;
}

const splitLiteral = makeRowSplitter(aLayout(""));
const splitQuoted = makeRowSplitter(aLayout("quote: '\"'"));
const cells = fc.array(fc.constantFrom("a", "é", ";", '"', '""', " ", "x y", "'"), {
  minLength: 1,
  maxLength: 12,
});
const row = cells.map((pieces) => pieces.join(""));

describe("makeRowSplitter", () => {
  it("takes a quotation mark as a letter where the layout has none", () => {
    expect(splitLiteral(['a;"b;c', 'd;e";"f"'], true)).toEqual([
      ["a", '"b', "c"],
      ["d", 'e"', '"f"'],
    ]);
  });

  it("takes quotes off where the layout has them", () => {
    expect(splitQuoted(['"a;1";b;"say ""c"""', "d;e;f", '"";"";""'], true)).toEqual([
      ["a;1", "b", 'say "c"'],
      ["d", "e", "f"],
      ["", "", ""],
    ]);
  });

  it("lets a quote without its fellow cost only its own row", () => {
    const refused = expect.objectContaining({ code: "ROW_QUOTES" });
    expect(
      splitQuoted(['"a";b;c', '"d;e;f', "g;h;i", 'j;"k";l', 'm;n"o;p', '"q"x;r;s', '"t";u;v'], true),
    ).toEqual([
      ["a", "b", "c"],
      refused,
      ["g", "h", "i"],
      ["j", "k", "l"],
      refused,
      refused,
      ["t", "u", "v"],
    ]);
  });

  it("joins no two rows whose quotes pair up over the line end", () => {
    const refused = expect.objectContaining({ code: "ROW_QUOTES" });
    expect(splitQuoted(['"a;b;c', 'd;e;f"', '"g";h;i'], true)).toEqual([refused, refused, ["g", "h", "i"]]);
  });

  it("cuts rows as csv-parse does that has all of them, without quotes", () => {
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 20 }), (rows) => {
        const bytes = rows.map((text) => Buffer.from(text).toString("latin1"));
        const options = { delimiter: ";", quote: null, record_delimiter: "\n", relax_column_count: true };
        expect(splitLiteral(bytes, false)).toEqual(parse(`${rows.join("\n")}\n`, options));
      }),
    );
  });

  it("cuts rows as csv-parse does that has each alone, with quotes", () => {
    const alone = (text: string): unknown => {
      const options = { delimiter: ";", record_delimiter: "\n", relax_column_count: true };
      try {
        const records: string[][] = parse(`${text}\n`, options);
        return records.length === 1 ? records[0] : expect.objectContaining({ code: "ROW_QUOTES" });
      } catch {
        return expect.objectContaining({ code: "ROW_QUOTES" });
      }
    };
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 20 }), (rows) => {
        const bytes = rows.map((text) => Buffer.from(text).toString("latin1"));
        expect(splitQuoted(bytes, false)).toEqual(rows.map(alone));
      }),
    );
  });
});
