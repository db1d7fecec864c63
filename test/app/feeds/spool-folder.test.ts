import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { withSpool } from "../../../src/app/feeds/spool-folder.ts";
import { makeFolder } from "../../support/scan-feeds.ts";

describe("withSpool", () => {
  it("lends a private folder and removes it, also after a failure", async () => {
    const spool = join(makeFolder(), "new", "spool");
    const failing = withSpool(spool, async (folder) => {
      expect(statSync(spool).mode & 0o777).toBe(0o700);
      expect(statSync(folder).mode & 0o777).toBe(0o700);
      writeFileSync(join(folder, "a.scan"), "abc");
      throw new Error("the store is full");
    });
    await expect(failing).rejects.toThrow("the store is full");
    expect(readdirSync(spool)).toEqual([]);
  });

  it("removes what dead processes left, and nothing else", async () => {
    const spool = join(makeFolder(), "spool");
    mkdirSync(spool, { mode: 0o700 });
    const dead = Number(execFileSync(process.execPath, ["-p", "process.pid"], { encoding: "utf8" }));
    const theirs = [`pull-${dead}-aaaaaa`, `pull-${process.pid}-aaaaaa`];
    // Ours while we are at it, somebody's who lives, and what is no pull's.
    const kept = [`pull-${process.ppid}-aaaaaa`, "pull-1", "notes", `pull-${dead}-aaaaaa.txt`];
    for (const name of [...theirs, ...kept]) mkdirSync(join(spool, name));
    await withSpool(spool, () =>
      withSpool(spool, async () => {
        expect(readdirSync(spool)).toHaveLength(kept.length + 2);
      }),
    );
    expect(readdirSync(spool).sort()).toEqual(kept.sort());
  });

  it("refuses what is no folder, and a link to one", async () => {
    const folder = makeFolder();
    writeFileSync(join(folder, "file"), "");
    mkdirSync(join(folder, "real"), { mode: 0o700 });
    symlinkSync(join(folder, "real"), join(folder, "link"));
    for (const name of ["file", "link"]) {
      await expect(withSpool(join(folder, name), async () => {})).rejects.toThrow(/^feeds\.spoolFolder: /);
    }
    expect(existsSync(join(folder, "real"))).toBe(true);
  });
});
