import { describe, expect, it } from "vitest";
import { InputError } from "../../src/domain/errors.ts";
import { compileField, compileWalk, PATH, toText } from "../../src/sources/compile-path.ts";

function codeOf(act: () => unknown): string {
  try {
    act();
  } catch (cause) {
    if (cause instanceof InputError) return cause.code;
    throw cause;
  }
  return "nothing was thrown";
}

describe("PATH", () => {
  it.each([
    "eventId",
    "item.status.code",
    "data.parcels[]",
    "[]",
    "[].code",
    "a[].b.c[]",
    "@type",
    "tracking-code",
  ])("takes %s", (path) => {
    expect(path).toMatch(PATH);
  });

  it.each(["", ".", "a..b", ".a", "a.", "a b", "a[0]", "a[]b", "a[][]", "a.[]", "[][]"])(
    "refuses '%s'",
    (path) => {
      expect(path).not.toMatch(PATH);
    },
  );
});

describe("compileField, of a date and a time apart", () => {
  const moment = compileField("timestamp", [{ date: "on", time: "at" }]);

  it("joins both with a blank", () => {
    expect(moment.find({ on: " 2026-03-07", at: "23:22:56 " })).toBe("2026-03-07 23:22:56");
  });

  it.each([
    [{ on: "2026-03-07" }, "FIELD_MISSING"],
    [{ at: "23:22:56" }, "FIELD_MISSING"],
    [{ on: "2026-03-07", at: " " }, "FIELD_MISSING"],
    [{ on: "2026-03-07", at: {} }, "SHAPE_INVALID"],
  ])("finds nothing in %j", (payload, code) => {
    expect(moment.find(payload)).toBeNull();
    expect(codeOf(() => moment.get(payload, "x"))).toBe(code);
  });
});

describe("compileField", () => {
  const code = compileField("status code", ["item.status.code", "item.status"]);

  it("finds a text, trimmed, by the first alternative that is filled", () => {
    expect(code.find({ item: { status: { code: " sorted " } } })).toBe("sorted");
    expect(code.find({ item: { status: "sorted" } })).toBe("sorted");
    expect(code.find({ item: { status: { code: null } } })).toBeNull();
  });

  it("takes a number as text", () => {
    expect(code.find({ item: { status: 40 } })).toBe("40");
  });

  it.each([
    [null],
    [1],
    ["text"],
    [[]],
    [{}],
    [{ item: null }],
    [{ item: [{ status: "sorted" }] }],
    [undefined],
  ])("finds nothing in %j", (payload) => {
    expect(code.find(payload)).toBeNull();
  });

  it("says FIELD_MISSING of nothing, null and blanks, and SHAPE_INVALID of anything else", () => {
    expect(codeOf(() => code.get({}, "x"))).toBe("FIELD_MISSING");
    expect(codeOf(() => code.get({ item: { status: null } }, "x"))).toBe("FIELD_MISSING");
    expect(codeOf(() => code.get({ item: { status: "  " } }, "x"))).toBe("FIELD_MISSING");
    expect(codeOf(() => code.get({ item: { status: {} } }, "x"))).toBe("SHAPE_INVALID");
    expect(codeOf(() => code.get({ item: { status: true } }, "x"))).toBe("SHAPE_INVALID");
    expect(codeOf(() => code.get({ item: { status: "x".repeat(2001) } }, "x"))).toBe("SHAPE_INVALID");
  });

  it("names place, field and path, and not the value", () => {
    expect(() => code.get({ item: { status: { name: "Jansen" } } }, "webhook.jsonl line 3")).toThrow(
      "webhook.jsonl line 3: status code is an object → a text of at most 2000 characters at item.status.code or item.status → ask the carrier, or correct the contract that says where it stands",
    );
  });

  it("never finds what an object inherits", () => {
    expect(compileField("x", ["admin"]).find(Object.create({ admin: "yes" }))).toBeNull();
    expect(compileField("x", ["__proto__.admin"]).find(JSON.parse('{"__proto__":{"admin":"yes"}}'))).toBe(
      "yes",
    );
    expect(compileField("x", ["length"]).find([1, 2])).toBeNull();
  });

  it("goes through a list of one, and does not choose among several", () => {
    const barcode = compileField("barcode", ["parcels[].code"]);
    expect(barcode.find({ parcels: [{ code: "3SDEVC1" }] })).toBe("3SDEVC1");
    expect(barcode.find({ parcels: { code: "3SDEVC1" } })).toBeNull();
    expect(codeOf(() => barcode.get({ parcels: [] }, "x"))).toBe("FIELD_MISSING");
    expect(barcode.find({ parcels: [{ code: "3SDEVC1" }, { code: "3SDEVC2" }] })).toBeNull();
    expect(codeOf(() => barcode.get({ parcels: [{ code: "3SDEVC1" }, {}] }, "x"))).toBe("SHAPE_INVALID");
  });

  it("finds nothing without a path", () => {
    expect(compileField("x", []).find({ x: 1 })).toBeNull();
  });
});

describe("compileWalk", () => {
  it("gives the list itself for a path that ends in []", () => {
    expect(compileWalk("data.items[]")({ data: { items: [1, 2] } })).toEqual([1, 2]);
    expect(compileWalk("[]")([1, 2])).toEqual([1, 2]);
  });

  it("gives whatever stands in the list's place, and undefined where the way ends", () => {
    expect(compileWalk("items[]")({ items: "none" })).toBe("none");
    expect(compileWalk("data.items[]")({})).toBeUndefined();
  });
});

describe("toText", () => {
  it.each([
    ["a", "a"],
    [" a ", "a"],
    [0, "0"],
    [12.5, "12.5"],
    ["", null],
    ["  ", null],
    ["a\u0000b", null],
    [2 ** 53, null],
    [Number.POSITIVE_INFINITY, null],
    [true, null],
    [null, null],
    [["a"], null],
  ])("takes %j as %j", (value, text) => {
    expect(toText(value)).toBe(text);
  });
});
