import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { neutraliseCell, neutraliseJson } from "../../src/report/neutralise-cell.ts";

describe("neutraliseCell", () => {
  it.each([
    ["=1+1", "'=1+1"],
    ["+31612345678", "'+31612345678"],
    ["-2+3", "'-2+3"],
    ["@SUM(A1)", "'@SUM(A1)"],
    ["＝1", "'＝1"],
    ["＋1", "'＋1"],
    ["－1", "'－1"],
    ["＠x", "'＠x"],
    ["\t=1", "'\t'=1"],
    ["\tplain", "'\tplain"],
    ["\rplain", "'\rplain"],
    ["\nplain", "'\nplain"],
    ["\u0000plain", "'\\u0000plain"],
  ])("guards a cell that begins with a trigger: %j", (text, cell) => {
    expect(neutraliseCell(text)).toBe(cell);
  });

  it.each([
    ["blanks", "   =1", "'   =1"],
    ["no-break spaces", "\u00a0\u2007=1", "'\u00a0\u2007=1"],
    ["a byte-order mark", "\ufeff=1", "'\\ufeff=1"],
    ["zero-width spaces", "\u200b=1", "'\\u200b=1"],
    ["a quotation mark", '"=1', "'\"=1"],
  ])("looks through %s", (_, text, cell) => {
    expect(neutraliseCell(text)).toBe(cell);
  });

  it("guards every line, however lines end", () => {
    expect(neutraliseCell("a\n=1\r\n+2\r@3\n  -4")).toBe("a\n'=1\r\n'+2\r'@3\n'  -4");
  });

  it("guards what another separator would make the start of a cell", () => {
    expect(neutraliseCell("a;=1")).toBe("a;'=1");
    expect(neutraliseCell("a,=1")).toBe("a,'=1");
    expect(neutraliseCell("a\t=1")).toBe("a\t'=1");
    expect(neutraliseCell('x;"=1')).toBe("x;'\"=1");
  });

  it("leaves harmless texts alone", () => {
    const texts = [
      "",
      "delivered",
      "3SDEVC123456789",
      "2026-03-07T22:22:56Z",
      "a = b",
      "new-legacy",
      "1,5",
      "a\nb",
      "'=1",
    ];
    expect(texts.map(neutraliseCell)).toEqual(texts);
  });

  it("leaves no line that begins with a trigger after trimming, whatever comes in", () => {
    const pieces = fc.constantFrom(
      "=",
      "+",
      "-",
      "@",
      "＝",
      "\t",
      "\r",
      "\n",
      "\0",
      " ",
      "\u00a0",
      "\u3000",
      "\ufeff",
      '"',
      ";",
      ",",
      "x",
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
        const cell = neutraliseCell(parts.join(""));
        expect(cell).not.toMatch(/^[\t\r\n\0]/);
        for (const part of cell.split(/[\r\n;,\t]/)) {
          expect(part.trim().replace(/^["\s]+/, "")).not.toMatch(/^[=+\-@＝＋－＠]/);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe("neutraliseJson", () => {
  it("writes a trigger at the start of a text, and after a separator within it, as its escape", () => {
    expect(neutraliseJson('{"a":"=1","b":"x;=2","c":" +3"}')).toBe(
      String.raw`{"a":"\u003d1","b":"x;\u003d2","c":" \u002b3"}`,
    );
  });

  it("leaves figures, inner triggers and names alone", () => {
    const json = '{"at":"2026-03-07T22:22:56Z","delta":-5,"list":[1,-2],"name":"a=b"}';
    expect(neutraliseJson(json)).toBe(json);
  });

  it("never changes the value, whatever it is", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const json = JSON.stringify(value);
        expect(JSON.parse(neutraliseJson(json))).toEqual(JSON.parse(json));
      }),
    );
  });
});
