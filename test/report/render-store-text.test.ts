import { describe, expect, it } from "vitest";
import { renderCopyText, renderMigrateText, renderVerifyText } from "../../src/report/render-store-text.ts";
import { LANGS } from "../../src/report/texts.ts";
import { aCopyReport, aHash, aMigrateReport, aVerifyReport } from "../support/store-reports.ts";

/** The lines of a text, those without content left out. */
function linesOf(text: string): string[] {
  expect(text.endsWith("\n")).toBe(true);
  return text.split("\n").filter((line) => line !== "");
}

describe("renderMigrateText", () => {
  it("says which store is ready, and whether it is distributed", () => {
    expect(renderMigrateText(aMigrateReport(), "en")).toBe(
      "postgres://me@server/parcels: a store of schema version 2, ready to use.\n",
    );
    expect(linesOf(renderMigrateText(aMigrateReport({ isDistributed: true }), "en"))[1]).toMatch(/by bucket/);
  });

  it("makes visible what a name hides", () => {
    expect(renderMigrateText(aMigrateReport({ database: "sqlite:\u001b[2Ja.db" }), "en")).not.toContain(
      "\u001b",
    );
  });
});

describe("renderVerifyText", () => {
  it("shows tables, checks and the outcome", () => {
    expect(linesOf(renderVerifyText(aVerifyReport(), "en"))).toEqual([
      "sqlite:parcels.db",
      "table                       rows  hash",
      `dossier                        3  ${aHash(3).slice(0, 16)}`,
      `run                            3  ${aHash(3).slice(0, 16)}`,
      "The database finds nothing wrong with its file          holds",
      "Rows seen = accepted + duplicates + set aside           holds",
      "Rows accepted = observations kept                       holds",
      "Rows set aside = rows in the quarantine                 holds",
      "The store is sound.",
    ]);
  });

  it("names the channel and the figures of a check that fails, in the language's form", () => {
    const checks = aVerifyReport().checks.map((check) =>
      check.channel === "webhook" && check.check === "observations" ? { ...check, found: 1199 } : check,
    );
    const text = renderVerifyText(aVerifyReport({ checks, waiting: 1, isSound: false }), "en");
    expect(text).toMatch(/observations kept +FAILS\n {2}.*ebhook.*: expected 1,200, found 1,199\n/);
    expect(text).toMatch(/1 observation waits to be settled/);
    expect(text).toMatch(/not sound/);
    expect(text).not.toMatch(/is sound/);
    const dutch = renderVerifyText(aVerifyReport({ checks, waiting: 2, isSound: false }), "nl");
    expect(dutch).toMatch(/KLOPT NIET\n {2}.*: verwacht 1\.200, gevonden 1\.199\n/);
    expect(dutch).toMatch(/2 waarnemingen wachten/);
  });

  it("shows what is wrong with the file, and no tables that could not be trusted", () => {
    const damage = ["Tree 12 page 14: btreeInitPage() returns error code 11\u0007"];
    const checks = [{ check: "file" as const, channel: null, expected: 0, found: 1 }];
    const text = renderVerifyText(aVerifyReport({ tables: [], checks, damage, isSound: false }), "en");
    expect(text).toMatch(/its file +FAILS\n {2}Tree 12 page 14/);
    expect(text).not.toContain("hash");
    expect(text).not.toContain("\u0007");
  });
});

describe("renderCopyText", () => {
  it("shows both stores side by side, and how to go on", () => {
    expect(linesOf(renderCopyText(aCopyReport(), "en"))).toEqual([
      "sqlite:parcels.db → postgres://me@server/parcels",
      "table                     source          copy  hash",
      `dossier                   12,345        12,345  ${aHash(4).slice(0, 16)}  same`,
      `run                       12,345        12,345  ${aHash(4).slice(0, 16)}  same`,
      "418 parts: 400 copied now, 18 before.",
      "The copy is whole: every table has the same rows as the source.",
      "Go on:   npx trackbridge reconcile --database postgres://me@server/parcels",
    ]);
  });

  it("says what differs, and what to do", () => {
    const [first, second] = aCopyReport().tables;
    const tables = [first!, { ...second!, to: { rows: 12_344, hash: aHash(5) }, isSame: false }];
    const parts = { ...aCopyReport().parts, differing: 2, changedInSource: 1 };
    const text = renderCopyText(aCopyReport({ tables, parts, isSame: false }), "en");
    expect(text).toMatch(/run +12,345 +12,344 {2}DIFFERS\n/);
    expect(text).toMatch(/not whole: 2 parts differ \(1 changed.*\n.*same command again/);
    expect(text).not.toMatch(/is whole|Go on/);
    const ended = { ...parts, differing: 1, hadEnded: true };
    const apart = renderCopyText(aCopyReport({ tables, parts: ended, isSame: false }), "nl");
    expect(apart).toMatch(/1 deel verschilt/);
    expect(apart).toMatch(/Er is niets geschreven/);
    expect(apart).not.toMatch(/opnieuw gekopieerd/);
  });
});

describe.each(LANGS)("every text about stores (%s)", (lang) => {
  it("fits a terminal", () => {
    const texts = [
      renderMigrateText(aMigrateReport({ isDistributed: true }), lang),
      renderVerifyText(aVerifyReport({ waiting: 3, isSound: false }), lang),
      renderCopyText(aCopyReport(), lang),
      renderCopyText(aCopyReport({ isSame: false }), lang),
    ];
    for (const line of texts.join("").split("\n")) expect(line.length, line).toBeLessThanOrEqual(80);
  });
});
