import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LONGEST_ROW_BYTES } from "../../../src/sources/legacy-scan/read-blocks.ts";
import { readLines } from "../../../src/sources/legacy-scan/read-lines.ts";

async function* inPieces(content: Uint8Array, sizes: readonly number[]): AsyncGenerator<Buffer> {
  let at = 0;
  for (let turn = 0; at < content.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    yield Buffer.from(content.subarray(at, at + size));
    at += size;
  }
}

async function linesOf(content: Uint8Array, sizes: readonly number[]): Promise<[number, string][]> {
  const lines: [number, string][] = [];
  for await (const block of readLines(inPieces(content, sizes))) {
    for (const [index, line] of block.lines.entries()) lines.push([block.firstLine + index, line]);
  }
  return lines;
}

describe("readLines", () => {
  it("ends lines at CR LF and LF, counts blank ones, and gives a last line without an end", async () => {
    expect(await linesOf(Buffer.from("a\r\nb\n\n\r\nc"), [1000])).toEqual([
      [1, "a"],
      [2, "b"],
      [3, ""],
      [4, ""],
      [5, "c"],
    ]);
  });

  it("leaves out a byte-order mark, and only at the beginning", async () => {
    expect(await linesOf(Buffer.from("\ufeffa\n\ufeffb\n"), [1000])).toEqual([
      [1, "a"],
      [2, "\u00ef\u00bb\u00bfb"],
    ]);
  });

  it("gives the same lines however the bytes arrive", async () => {
    const content = fc
      .array(fc.constantFrom("a", "\r", "\n", "\r\n", "é", "\ufeff", "line"), { maxLength: 40 })
      .map((pieces) => Buffer.from(pieces.join("")));
    const sizes = fc.array(fc.integer({ min: 3, max: 7 }), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(content, sizes, async (bytes, pieces) => {
        expect(await linesOf(bytes, pieces)).toEqual(await linesOf(bytes, [1000]));
      }),
    );
  });

  it("shortens a line that would fill the memory, so that it can be told, and no other", async () => {
    const long = "x".repeat(3 * LONGEST_ROW_BYTES);
    const lines = await linesOf(Buffer.from(`a\n${long}\nb\n${long}`), [10_000]);
    expect(lines.map(([line]) => line)).toEqual([1, 2, 3, 4]);
    const [a, first, b, second] = lines.map(([, text]) => text);
    expect([a, b]).toEqual(["a", "b"]);
    for (const text of [first ?? "", second ?? ""]) {
      expect(text.length).toBeGreaterThan(LONGEST_ROW_BYTES);
      expect(text.length).toBeLessThan(2 * LONGEST_ROW_BYTES);
    }
  });

  it("calls a block plain only when nothing in it needs decoding or distrust", async () => {
    const plain = async (text: string): Promise<boolean[]> => {
      const flags: boolean[] = [];
      for await (const block of readLines(inPieces(Buffer.from(text), [1000]))) flags.push(block.plain);
      return flags;
    };
    expect(await plain("a;\t~\r\nb\n")).toEqual([true]);
    expect(await plain("é\n")).toEqual([false]);
    expect(await plain("a\rb\n")).toEqual([false]);
    expect(await plain("a\u0000\n")).toEqual([false]);
    expect(await plain("a\u007f\n")).toEqual([false]);
  });
});
