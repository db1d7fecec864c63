import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Shape } from "../../src/sources/recurring-shape.ts";
import { fillShape, toLineExpression, toShape } from "../../src/sources/recurring-shape.ts";

/** Texts in which nothing has to be escaped, and which look like the JSON around them. */
const arbitraryPlain = fc.oneof(
  fc.stringMatching(/^[ !#-[\]-~]{0,8}$/),
  fc.constantFrom("", " ", ":", ",", "{", "}", "[]", "null", "$1", "(.*)", "a : b"),
);
const arbitraryName = fc.oneof(arbitraryPlain, fc.constantFrom("__proto__", "body", "a.b*"));

/** JSON as it stands in a text: each text that is a value, in order, in `values`. */
interface Json {
  readonly text: string;
  readonly values: readonly string[];
}

const { json: arbitraryJson } = fc.letrec<{ json: Json; object: Json; list: Json; leaf: Json }>((tie) => ({
  json: fc.oneof({ maxDepth: 4 }, tie("leaf"), tie("object"), tie("list")),
  leaf: fc.oneof(
    { weight: 3, arbitrary: arbitraryPlain.map((text) => ({ text: `"${text}"`, values: [text] })) },
    {
      weight: 1,
      arbitrary: fc.constantFrom("null", "true", "-1.5e3", "0").map((text) => ({ text, values: [] })),
    },
  ),
  list: fc.tuple(arbitraryBlank(), fc.array(tie("json"), { maxLength: 4 })).map(([blank, items]) => ({
    text: `[${items.map(({ text }) => text).join(`${blank},${blank}`)}]`,
    values: items.flatMap(({ values }) => values),
  })),
  object: fc
    .tuple(arbitraryBlank(), fc.array(fc.tuple(arbitraryName, tie("json")), { maxLength: 4 }))
    .map(([blank, members]) => ({
      text: `{${members.map(([name, { text }]) => `"${name}"${blank}:${blank}${text}`).join(`,${blank}`)}}`,
      values: members.flatMap(([, { values }]) => values),
    })),
}));

function arbitraryBlank(): fc.Arbitrary<string> {
  return fc.constantFrom("", "", " ", "   ");
}

function shapeOf(json: string): Shape {
  const shape = toShape(json);
  if (shape === undefined) throw new Error(`${json} has no shape`);
  return shape;
}

/** What the expression of a shape captures of all values in a line; `null` when it is of another shape. */
function capture(shape: Shape, line: string, from = 0): readonly string[] | null {
  const expression = toLineExpression(shape, new Set(shape.parts.keys()));
  expression.lastIndex = from;
  return expression.exec(line)?.slice(1) ?? null;
}

describe("a recurring shape", () => {
  it("is all of a JSON text but its values", () => {
    expect(toShape('{"a":"x","b":[1,"y"],"c":null}')).toEqual({
      parts: ['{"a":"', '","b":[1,"', '"],"c":null}'],
    });
    expect(toShape('{"a" : "x"}')).toEqual({ parts: ['{"a" : "', '"}'] });
    expect(toShape("{}")).toEqual({ parts: ["{}"] });
    expect(toShape('"x"')).toEqual({ parts: ['"', '"'] });
  });

  it.each([
    ["an escape", '{"a":"x\\n"}'],
    ["an escaped name", '{"\\u0061":"x"}'],
    ["a letter that is not ASCII", '{"a":"é"}'],
    ["a tab", '{"a":\t"x"}'],
    ["DEL", '{"a":"\u007f"}'],
  ])("is not taken of a text with %s", (_what, json) => {
    expect(toShape(json)).toBeUndefined();
  });

  it("finds every value of the text that it was taken of", () => {
    fc.assert(
      fc.property(arbitraryJson, ({ text, values }) => {
        const shape = shapeOf(text);
        expect(shape.parts).toHaveLength(values.length + 1);
        expect(fillShape(shape, (i) => values[i] ?? "")).toBe(text);
        expect(capture(shape, text)).toEqual(values);
      }),
    );
  });

  it("finds other values, in the midst of other lines", () => {
    fc.assert(
      fc.property(
        arbitraryJson,
        fc.infiniteStream(arbitraryPlain),
        fc.constantFrom("", "\n", "\r\n", "\n{}"),
        ({ text, values }, stream, behind) => {
          const shape = shapeOf(text);
          const others = values.map(() => stream.next().value as string);
          const line = fillShape(shape, (i) => others[i] ?? "");
          expect(capture(shape, `before\n${line}${behind}`, "before\n".length)).toEqual(others);
        },
      ),
    );
  });

  it("captures only what is wanted", () => {
    const shape = shapeOf('["a","b","c","d"]');
    expect(
      toLineExpression(shape, new Set([1, 3]))
        .exec('["1","2","3","4"]')
        ?.slice(1),
    ).toEqual(["2", "4"]);
    expect(toLineExpression(shape, new Set()).exec('["1","2","3","4"]')?.slice(1)).toEqual([]);
  });

  it.each([
    ["with an escape", '{"a":"\\"","b":1}'],
    ["with a letter that is not ASCII", '{"a":"é","b":1}'],
    ["with another number", '{"a":"x","b":2}'],
    ["with a text for a number", '{"a":"x","b":"1"}'],
    ["with a number for a text", '{"a":1,"b":1}'],
    ["with another name", '{"A":"x","b":1}'],
    ["with other blanks", '{"a": "x","b":1}'],
    ["in which more follows", '{"a":"x","b":1} '],
    ["that ends too early", '{"a":"x","b":1'],
    ["in two lines", '{"a":"x\ny","b":1}'],
    ["that ends in the carriage return of no line end", '{"a":"x","b":1}\r'],
  ])("is not that of a line %s", (_what, line) => {
    const shape = shapeOf('{"a":"x","b":1}');
    expect(capture(shape, '{"a":"y","b":1}')).toEqual(["y"]);
    expect(capture(shape, line)).toBeNull();
  });

  it("is that of a line only if JSON reads the same values there", () => {
    fc.assert(
      fc.property(arbitraryJson, arbitraryJson, fc.nat(), (one, other, cut) => {
        const shape = shapeOf(one.text);
        for (const line of [other.text, one.text.slice(0, cut % one.text.length) + other.text]) {
          const values = capture(shape, line);
          if (values === null) continue;
          expect(fillShape(shape, (i) => JSON.stringify(values[i]).slice(1, -1))).toBe(line);
          expect(() => JSON.parse(line)).not.toThrow();
        }
      }),
    );
  });
});
