import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import type { PublishOptions } from "../../src/app/publish-report.ts";
import { publishReport } from "../../src/app/publish-report.ts";
import { reconcileStore } from "../../src/app/reconcile-store.ts";
import { ClaimLost } from "../../src/store/claims.ts";
import { withMemoryApp } from "../support/apps.ts";

const FILES = ["findings.csv", "parcels.csv", "report.html", "report.json"];

let reports = "";
beforeEach(() => {
  reports = mkdtempSync(join(tmpdir(), "trackbridge-"));
  onTestFinished(() => rmSync(reports, { recursive: true }));
});

function publish(wish: Partial<PublishOptions> = {}): Promise<unknown> {
  return withMemoryApp(async (app) =>
    publishReport(app, await reconcileStore(app), {
      folder: join(reports, "2026-03-20"),
      lang: "en",
      setting: "worker.reportFolder",
      token: 7,
      assertOurs: async () => {},
      ...wish,
    }),
  );
}

const listReport = (): string[] => readdirSync(join(reports, "2026-03-20")).toSorted();

/** Leaves something where a report, or a draft of one, may be. */
function leave(folder: string): string {
  mkdirSync(join(reports, folder));
  const path = join(reports, folder, "report.html");
  writeFileSync(path, "of another");
  return path;
}

describe("publishReport", () => {
  it("puts a whole report in its folder, and leaves no draft", async () => {
    await publish();
    expect(listReport()).toEqual(FILES);
    expect(readdirSync(reports)).toEqual(["2026-03-20"]);
  });

  it("replaces a report that is there, and clears the drafts of those who were stopped", async () => {
    const old = leave("2026-03-20");
    for (const draft of ["2026-03-20.draft-3", "2026-03-20.draft-7"]) leave(draft);
    leave("2026-03-19.draft-1");
    await publish();
    expect(readFileSync(old, "utf8")).toMatch(/^<!doctype html>/i);
    expect(listReport()).toEqual(FILES);
    expect(readdirSync(reports).toSorted()).toEqual(["2026-03-19.draft-1", "2026-03-20"]);
  });

  it("leaves everything as it was when the report is another's by now", async () => {
    const old = leave("2026-03-20");
    const lost = new ClaimLost("taken over");
    const attempt = publish({
      assertOurs: async () => {
        throw lost;
      },
    });
    await expect(attempt).rejects.toBe(lost);
    expect(readFileSync(old, "utf8")).toBe("of another");
    expect(readdirSync(reports)).toEqual(["2026-03-20"]);
  });

  it("says that the report is another's, not what became of its files then", async () => {
    const lost = new ClaimLost("taken over");
    const folder = join(reports, "a-file");
    writeFileSync(folder, "");
    const attempt = publish({
      folder: join(folder, "2026-03-20"),
      assertOurs: async () => {
        throw lost;
      },
    });
    await expect(attempt).rejects.toBe(lost);
  });

  it("says which setting names a folder that cannot be written", async () => {
    writeFileSync(join(reports, "a-file"), "");
    const attempt = publish({ folder: join(reports, "a-file", "2026-03-20") });
    await expect(attempt).rejects.toThrow(/^worker\.reportFolder: .*a-file.* → .* → name another folder$/);
  });
});
