import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { TimedLines } from "../../src/sandbox/timed-lines.ts";
import { at } from "./world-options.ts";

const noon = at("2026-03-01T12:00:00Z");

describe("TimedLines", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "timed-lines-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("gives the lines of a group by time, and those of one time by text", () => {
    const lines = new TimedLines("lines");
    for (const [time, line] of [
      [2000, "third"],
      [0, "first"],
      [1000, "second b"],
      [1000, "second a"],
    ] as const) {
      lines.add(4, noon + time, line);
    }
    lines.add(5, noon, "other");
    expect(lines.take(4)).toEqual(["first", "second a", "second b", "third"]);
    expect(lines.take(5)).toEqual(["other"]);
  });

  it("forgets a group once it is taken", () => {
    const lines = new TimedLines("lines");
    lines.add(1, noon, "once");
    lines.take(1);
    expect(lines.take(1)).toEqual([]);
  });

  it("gives the same when most of it has gone to disk, and leaves nothing there", () => {
    const inMemory = new TimedLines("lines");
    const onDisk = new TimedLines("lines", folder, 1000);
    for (let index = 0; index < 2000; index += 1) {
      const time = noon + ((index * 7919) % 2000) * 1000;
      for (const lines of [inMemory, onDisk]) lines.add(index % 3, time, `É€ line ${index}`);
    }
    expect(readdirSync(folder)).toHaveLength(3);
    for (const group of [0, 1, 2]) expect(onDisk.take(group)).toEqual(inMemory.take(group));
    expect(readdirSync(folder)).toEqual([]);
  });

  it("keeps lines that are longer than the space at first", () => {
    const lines = new TimedLines("lines");
    const long = "€".repeat(10_000);
    lines.add(1, noon, "short");
    lines.add(1, noon + 1, long);
    expect(lines.take(1)).toEqual(["short", long]);
  });
});
