import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sliceJsonMembers } from "../../src/sources/slice-json-members.ts";

function slice(text: string): Record<string, string> | undefined {
  const members = sliceJsonMembers(Buffer.from(text));
  if (members === undefined) return undefined;
  return Object.fromEntries([...members].map(([name, bytes]) => [name, Buffer.from(bytes).toString("utf8")]));
}

describe("sliceJsonMembers", () => {
  it("gives each value exactly as it stands, blanks and order inside it included", () => {
    expect(
      slice(
        '{ "receivedAt" : "2026-03-07T22:30:00Z" ,"body": { "b" : 1,\t"a":[ ] } , "n":-1.50e3, "t":true }',
      ),
    ).toEqual({
      receivedAt: '"2026-03-07T22:30:00Z"',
      body: '{ "b" : 1,\t"a":[ ] }',
      n: "-1.50e3",
      t: "true",
    });
  });

  it("is not misled by brackets, quotes and backslashes inside texts", () => {
    expect(slice('{"a":"}\\"]{","body":{"t":"\\\\","u":"\\\\\\"}"},"b":"\\\\"}')).toEqual({
      a: '"}\\"]{"',
      body: '{"t":"\\\\","u":"\\\\\\"}"}',
      b: '"\\\\"',
    });
  });

  it("does not take a nested member for one of the line's own", () => {
    expect(slice('{"request":{"body":1},"body":2}')).toEqual({ request: '{"body":1}', body: "2" });
  });

  it("reads a name that is written with escapes, and lets the last of two win, as JSON.parse does", () => {
    expect(slice('{"body":1,"b\\u006fdy":2}')).toEqual({ body: "2" });
  });

  it("leaves text of several bytes whole", () => {
    expect(slice('{"plaats":"Café \u{1F4E6}","body":{"é":"€"}}')).toEqual({
      plaats: '"Café \u{1F4E6}"',
      body: '{"é":"€"}',
    });
  });

  it.each([
    "",
    "[]",
    "1",
    "{",
    '{"a":1',
    '{"a":{"b":1}',
    '{"a":"b}',
    '{"a" 1}',
    '{"a":1 "b":2}',
    '{"a":}',
    '{"a":1,}',
    "{a:1}",
    '{"a":1}}',
    '{"a":1} {"b":2}',
    '{"a":"\\',
  ])("says of %s that it is no object", (text) => {
    expect(slice(text)).toBeUndefined();
  });

  it("gives what JSON.parse gives, of any object, however it is spaced", () => {
    const spacing = fc.constantFrom("", " ", "\t", "  ");
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 4 })),
        spacing,
        spacing,
        (object, before, indent) => {
          const text =
            before +
            JSON.stringify(object, null, indent).replaceAll("\n", indent === "" ? "" : "\r\n") +
            before;
          const members = sliceJsonMembers(Buffer.from(text));
          const parsed = Object.entries(JSON.parse(text) as object);
          expect([...(members ?? [])].map(([name]) => name).sort()).toEqual(
            parsed.map(([name]) => name).sort(),
          );
          for (const [name, value] of parsed) {
            expect(JSON.parse(Buffer.from(members?.get(name) ?? []).toString("utf8"))).toEqual(value);
          }
        },
      ),
    );
  });

  it("accepts every object that JSON.parse accepts, cut at no byte", () => {
    const text = '{"receivedAt":"2026-03-07T22:30:00Z","deliveryId":"d1","body":{"a":[1,{"b":"\\"}"}]}}';
    for (let end = 0; end < text.length; end += 1) expect(slice(text.slice(0, end))).toBeUndefined();
    expect(slice(text)?.body).toBe('{"a":[1,{"b":"\\"}"}]}');
  });

  it("ends on any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        sliceJsonMembers(Buffer.concat([Buffer.from("{"), bytes]));
      }),
    );
  });
});
