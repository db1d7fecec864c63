import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { linesOf, readJsonBlocks } from "../../src/sources/read-json-lines.ts";

async function readText(content: Uint8Array | string, cap?: number): Promise<[number, string, boolean][]> {
  const folder = await mkdtemp(join(tmpdir(), "json-lines-"));
  try {
    const path = join(folder, "export.jsonl");
    await writeFile(path, content);
    const lines: [number, string, boolean][] = [];
    for await (const block of readJsonBlocks(path, cap)) {
      for (const { line, bytes, isCut } of linesOf(block, cap))
        lines.push([line, Buffer.from(bytes).toString("utf8"), isCut]);
    }
    return lines;
  } finally {
    await rm(folder, { recursive: true });
  }
}

describe("readJsonBlocks", () => {
  it("numbers lines from 1 and passes over a byte-order mark, blank lines and CR", async () => {
    expect(await readText('\ufeff{"a":1}\r\n\r\n  \n{"b":2}\n{"c":3}')).toEqual([
      [1, '{"a":1}', false],
      [4, '{"b":2}', false],
      [5, '{"c":3}', false],
    ]);
  });

  it("passes over a byte-order mark where two files were joined, and keeps one inside a line", async () => {
    expect(await readText("1\n\ufeff2\r\n3\ufeff4\n")).toEqual([
      [1, "1", false],
      [2, "2", false],
      [3, "3\ufeff4", false],
    ]);
  });

  it("gives nothing of an empty file, or one of blank lines", async () => {
    expect(await readText("")).toEqual([]);
    expect(await readText("\ufeff\n \r\n")).toEqual([]);
  });

  it("leaves bytes that are not UTF-8 as they are", async () => {
    const folder = await mkdtemp(join(tmpdir(), "json-lines-"));
    try {
      const path = join(folder, "latin.jsonl");
      await writeFile(path, Buffer.from('{"a":"\xe9"}\n', "latin1"));
      const lines: string[] = [];
      for await (const block of readJsonBlocks(path)) {
        for (const { bytes } of linesOf(block)) lines.push(Buffer.from(bytes).toString("latin1"));
      }
      expect(lines).toEqual(['{"a":"\xe9"}']);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it("puts lines together that are longer than a chunk of the disk", async () => {
    const long = "x".repeat(2_500_000);
    const lines = await readText(`${long}1\nshort\n${long}2\r\n${"y".repeat(1024 * 1024)}\nlast`);
    expect(lines.map(([line, text]) => [line, text.length, text.at(-1)])).toEqual([
      [1, 2_500_001, "1"],
      [2, 5, "t"],
      [3, 2_500_001, "2"],
      [4, 1024 * 1024, "y"],
      [5, 4, "t"],
    ]);
  });

  it("keeps the beginning of a line over the cap, says so, and goes on", async () => {
    expect(await readText("12345\n123456\n\n1\n", 5)).toEqual([
      [1, "12345", false],
      [2, "12345", true],
      [4, "1", false],
    ]);
    expect(await readText("12345\r\n123456\r\n", 5)).toEqual([
      [1, "12345", false],
      [2, "12345", true],
    ]);
  });

  it("does not take a line for blank whose blanks alone go over the cap", async () => {
    expect(await readText("      {}\n", 5)).toEqual([[1, "     ", true]]);
  });

  it("cuts a line over the cap that spans chunks, whatever stands at the cap", async () => {
    const text = `${"x".repeat(1_000_000)}\r${"y".repeat(2_000_000)}`;
    const [only] = await readText(text, 1_000_000);
    expect([only?.[1].length, only?.[2]]).toEqual([1_000_000, true]);
  });

  it("gives every line that is not blank, of any file", async () => {
    const line = fc
      .string({ unit: "grapheme", maxLength: 20 })
      .filter((text) => !/[\r\n\ufeff]/.test(text) && text.trim() !== "");
    await fc.assert(
      fc.asyncProperty(
        fc.array(line),
        fc.constantFrom("\n", "\r\n"),
        fc.boolean(),
        async (lines, end, hasLastEnd) => {
          const content = lines.join(end) + (hasLastEnd ? end : "");
          expect((await readText(content)).map(([, text]) => text)).toEqual(lines);
        },
      ),
      { numRuns: 50 },
    );
  });

  it("throws the disk's error for a file that is not there", async () => {
    await expect(async () => {
      for await (const _ of readJsonBlocks(join(tmpdir(), "no such file")));
    }).rejects.toThrow("ENOENT");
  });
});
