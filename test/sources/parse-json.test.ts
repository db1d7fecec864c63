import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError } from "../../src/domain/errors.ts";
import { MOST_BODY_BYTES, MOST_DEPTH, parseJson } from "../../src/sources/parse-json.ts";

const parse = (text: string) => parseJson(Buffer.from(text), "payload 7");

function failureOf(act: () => unknown): InputError {
  try {
    act();
  } catch (cause) {
    if (cause instanceof InputError) return cause;
    throw cause;
  }
  throw new Error("nothing was thrown");
}

describe("parseJson", () => {
  it("gives back any JSON value without integers too long for a double", () => {
    const text = fc.json({ maxDepth: 8 }).filter((json) => !/(^|[^0-9.])[0-9]{16,}([^0-9.e]|$)/.test(json));
    fc.assert(
      fc.property(text, (text) => {
        expect(parse(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it("passes over a byte-order mark", () => {
    expect(parse('\ufeff{"a":1}')).toEqual({ a: 1 });
  });

  it("reads bytes that are not UTF-8 as Windows-1252", () => {
    expect(parseJson(Buffer.from('{"city":"Caf\xe9"}', "latin1"), "x")).toEqual({ city: "Café" });
  });

  it("keeps every digit of an integer that is too long for a double", () => {
    expect(parse('{"id":1234567890123456789,"n":[-9007199254740993]}')).toEqual({
      id: "1234567890123456789",
      n: ["-9007199254740993"],
    });
  });

  it("leaves numbers that a double holds as numbers, beside long ones too", () => {
    expect(parse("[1234567890123456789,42,0.5,9007199254740991]")).toEqual([
      "1234567890123456789",
      42,
      0.5,
      9007199254740991,
    ]);
  });

  it("gives an own member called __proto__ and changes no prototype", () => {
    const value = parse('{"__proto__":{"admin":true}}') as object;
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });

  it("reads 64 levels and refuses 65, of lists and of objects", () => {
    const lists = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
    const objects = (depth: number) => `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;
    expect(MOST_DEPTH).toBe(64);
    for (const nested of [lists, objects]) {
      expect(() => parse(nested(64))).not.toThrow();
      expect(failureOf(() => parse(nested(65))).code).toBe("BODY_TOO_DEEP");
    }
  });

  it("does not count brackets inside a text, also behind an escaped quote", () => {
    const text = JSON.stringify({ note: `\\"${"[".repeat(200)}` });
    expect(parse(text)).toEqual(JSON.parse(text));
  });

  it("refuses a million nested lists at once", () => {
    expect(failureOf(() => parse("[".repeat(1_000_000))).code).toBe("BODY_TOO_DEEP");
  });

  it("refuses one byte over 16 MiB", () => {
    expect(MOST_BODY_BYTES).toBe(16 * 1024 * 1024);
    const body = Buffer.alloc(MOST_BODY_BYTES + 1, " ");
    expect(failureOf(() => parseJson(body, "x")).code).toBe("BODY_TOO_LARGE");
  });

  it("names the place and never quotes the payload, which may hold names", () => {
    const failure = failureOf(() => parse('{"LastName":"Jansen" "Street":'));
    expect(failure.code).toBe("BODY_NOT_JSON");
    expect(failure.message).toBe(
      "payload 7: 30 bytes → one JSON value → look at the raw payload; a cut-off one comes again with the carrier's next attempt",
    );
  });

  it("says of any bytes at all either their value or an InputError", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          parseJson(bytes, "x");
        } catch (cause) {
          expect(cause).toBeInstanceOf(InputError);
        }
      }),
    );
  });
});
