import { zstdCompressSync, zstdDecompressSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromParts, toRawBytes } from "../../src/store/pack.ts";
import { makePack } from "../support/packs.ts";
import { hashOf } from "../support/store-rows.ts";

const arbitraryPayloads = fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 8 });
const textOf = (bytes: Uint8Array | undefined): string | undefined =>
  bytes === undefined ? undefined : Buffer.from(bytes).toString("latin1");

describe("makePack", () => {
  it("makes a pack in which each payload is found by its hash", () => {
    fc.assert(
      fc.property(arbitraryPayloads, (payloads) => {
        const { key, part, bytes } = makePack(payloads);
        expect(part).toBe(0);
        for (const payload of payloads) {
          expect(textOf(fromParts([bytes], key, hashOf(payload)))).toBe(textOf(payload));
        }
      }),
    );
  });

  it("makes the same pack of the same payloads, and another of others", () => {
    const payloads = ["one", "two", ""].map((text) => Buffer.from(text));
    const { key } = makePack(payloads);
    expect(key).toMatch(/^[0-9a-f]{16}$/);
    expect(makePack(payloads.map((payload) => new Uint8Array(payload)))).toEqual(makePack(payloads));
    const others = [payloads.toReversed(), payloads.slice(1), [Buffer.from("onetwo")], []];
    expect(new Set([key, ...others.map((other) => makePack(other).key)]).size).toBe(5);
  });

  it("puts the length of each payload before it: 32 bits, little-endian", () => {
    const { bytes } = makePack([Buffer.from("abc"), Buffer.alloc(0), Buffer.alloc(258, "x")]);
    const content = Buffer.from([3, 0, 0, 0, 97, 98, 99, 0, 0, 0, 0, 2, 1, 0, 0, ...Buffer.alloc(258, "x")]);
    expect(textOf(zstdDecompressSync(bytes))).toBe(textOf(content));
  });
});

describe("fromParts", () => {
  it("does not find what the pack does not hold, also where it looks like it", () => {
    const inner = Buffer.from("inner");
    const { key, bytes } = makePack([
      Buffer.concat([Buffer.from([5, 0, 0, 0]), inner]),
      Buffer.from("innerx"),
    ]);
    expect(fromParts([bytes], key, hashOf(inner))).toBeUndefined();
    expect(fromParts([makePack([]).bytes], key, hashOf(inner))).toBeUndefined();
  });

  it("gives nothing where nothing is kept", () => {
    expect(fromParts([], hashOf("a"), hashOf("a"))).toBeUndefined();
    expect(fromParts([], "0123456789abcdef", hashOf("a"))).toBeUndefined();
  });

  it("gives an empty file, which has no parts", () => {
    expect(textOf(fromParts([], hashOf(""), hashOf("")))).toBe("");
  });

  it("joins the parts of a file", () => {
    fc.assert(
      fc.property(arbitraryPayloads, (pieces) => {
        const key = hashOf(Buffer.concat(pieces));
        expect(textOf(fromParts(pieces.map(toRawBytes), key, key))).toBe(textOf(Buffer.concat(pieces)));
      }),
    );
  });

  it("reads zstd of any level", () => {
    const content = Buffer.from("scan;".repeat(1000));
    expect(textOf(fromParts([zstdCompressSync(content)], hashOf(content), hashOf(content)))).toBe(
      textOf(content),
    );
  });

  it("takes much less room for content that repeats itself", () => {
    expect(toRawBytes(Buffer.from("scan;".repeat(1000))).length).toBeLessThan(100);
  });
});
