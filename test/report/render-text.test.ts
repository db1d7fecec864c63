import { describe, expect, it } from "vitest";
import {
  renderCountText,
  renderFindingsText,
  renderImportText,
  renderParcelsText,
  renderReconcileText,
} from "../../src/report/render-text.ts";
import { LANGS } from "../../src/report/texts.ts";
import {
  ACTING_CHARACTER,
  aCleanReportData,
  aFilesReport,
  aFindingReport,
  aHostileReportData,
  anImportReport,
  aParcelReport,
  aReportData,
  aSilentReportData,
  FINDINGS_OF_ALL_KINDS,
} from "../support/report-data.ts";

function storyOf({ summary, reasons, kinds, files, recall }: ReturnType<typeof aReportData>) {
  return { report: summary, reasons, kinds, files, ...(recall === undefined ? {} : { recall }) };
}

describe("renderReconcileText", () => {
  it("says the whole story of a run with findings", async () => {
    await expect(renderReconcileText(storyOf(aReportData()), "en")).toMatchFileSnapshot(
      "../golden/reconcile-no-go.en.txt",
    );
    await expect(renderReconcileText(storyOf(aReportData()), "nl")).toMatchFileSnapshot(
      "../golden/reconcile-no-go.nl.txt",
    );
  });

  it("says nothing of known differences where there are none, and rounds what is not matched up", () => {
    expect(renderReconcileText(storyOf(aSilentReportData()), "en")).not.toMatch(/known|rule/i);
    expect(renderReconcileText(storyOf(aReportData()), "en")).toMatch(
      /Known +12 +0\.10%\n +Mismatched +31 +0\.25%/,
    );
  });

  it("begins with the verdict", () => {
    const firstLine = (data: ReturnType<typeof aReportData>) =>
      renderReconcileText(storyOf(data), "nl").split("\n")[0];
    expect([aCleanReportData(), aReportData(), aSilentReportData()].map(firstLine)).toEqual([
      "GEEN BEZWAAR (GO)",
      "NIET OVERSTAPPEN (NO GO)",
      "NIET BEWEZEN",
    ]);
  });

  it("ends with the tie-out, down to the difference", () => {
    const lines = renderReconcileText(storyOf(aCleanReportData()), "en").trimEnd().split("\n");
    expect(lines.at(-1)).toBe("Tie-out: rows 120, events 50 old and 50 new, parcels 3,100: difference 0");
  });

  it("tells of the scan files where some were fetched", () => {
    const text = renderReconcileText(storyOf(aReportData()), "en");
    expect(text).toMatch(/\nScan files\n +postnl: 26 of 28 files in time, 1 late, 1 missing\n/);
    expect(text).toMatch(/\n +Gap +1\n/);
    const files = aFilesReport({ irregularities: [], irregularitiesTotal: 0 });
    expect(renderReconcileText(storyOf(aReportData({ files })), "nl")).toContain("heel en op tijd");
    expect(renderReconcileText(storyOf(aCleanReportData()), "en")).not.toContain("Scan files");
  });

  it("names open findings by kind, the worst first, and no kind without", () => {
    const text = renderReconcileText(storyOf(aReportData()), "en");
    expect(text).toMatch(
      /Missing in the new feed +9 {2}Critical\n {2}Parcel missing in the new feed +4 {2}Critical\n/,
    );
    expect(renderReconcileText(storyOf(aSilentReportData()), "en")).not.toContain("Missing in the new feed");
  });

  it.each(LANGS)("stays within 80 columns (%s)", (lang) => {
    for (const data of [aReportData(), aCleanReportData(), aSilentReportData()]) {
      for (const line of renderReconcileText(storyOf(data), lang).split("\n"))
        expect(line.length, line).toBeLessThanOrEqual(80);
    }
  });

  it("has colours only when asked for", () => {
    expect(renderReconcileText(storyOf(aReportData()), "en")).not.toContain("\u001b");
    const begin = (data: ReturnType<typeof aReportData>) =>
      renderReconcileText(storyOf(data), "en", { colour: true }).split("\n")[0];
    expect(begin(aReportData())).toBe("\u001b[1;31mNO GO\u001b[0m");
    expect(begin(aCleanReportData())).toBe("\u001b[1;32mGO\u001b[0m");
  });

  it("lets no hostile text act on the terminal", () => {
    const data = aHostileReportData();
    const reasons = [{ code: "findings_open" as const, values: { open: "\u001b[2J\u202e" } }];
    const text = renderReconcileText({ ...storyOf(data), reasons }, "en");
    expect(text).toContain("\\u001b[2J\\u202e findings are open");
    expect(text).not.toMatch(ACTING_CHARACTER);
  });
});

describe("renderFindingsText", () => {
  it("names state, severity, kind, barcode and what it is about; a second status on a line of its own", () => {
    expect(renderFindingsText([FINDINGS_OF_ALL_KINDS[0]!, aFindingReport()], "en")).toBe(
      [
        "State    Severity Kind                     Barcode         About",
        "open     critical final_conflict           3SDEVC249473872 delivered",
        "                                                           → returned",
        "open     critical missing_in_new           3SDEVC123456789 delivered",
        "",
      ].join("\n"),
    );
  });

  it("leaves the names of the columns out on later pages", () => {
    expect(renderFindingsText([aFindingReport()], "nl", { head: false })).toBe(
      "open     critical missing_in_new           3SDEVC123456789 delivered\n",
    );
  });

  it("says every finding in the words that the command's options take", () => {
    const text = renderFindingsText(FINDINGS_OF_ALL_KINDS, "nl");
    for (const { kind, barcode } of FINDINGS_OF_ALL_KINDS)
      expect(text).toMatch(new RegExp(`${kind} +${barcode}`));
  });

  it("lets no hostile text act on the terminal or begin a line", () => {
    const text = renderFindingsText(aHostileReportData().findings, "en", { head: false });
    expect(text).not.toMatch(ACTING_CHARACTER);
    for (const line of text.trimEnd().split("\n")) expect(line).toMatch(/^(open |pending| {20})/);
  });
});

describe("renderParcelsText", () => {
  it("lines figures up", () => {
    expect(
      renderParcelsText([aParcelReport(), aParcelReport({ verdict: "not_proven", openFindings: 12 })], "en"),
    ).toBe(
      [
        "Barcode                             Verdict        Old     New    Open",
        "3SDEVC123456789                     matched          5       5       0",
        "3SDEVC123456789                     not_proven       5       5      12",
        "",
      ].join("\n"),
    );
  });
});

describe("renderImportText", () => {
  it("says what was read and how it adds up", () => {
    expect(
      renderImportText(anImportReport({ seen: 1_204, accepted: 1_200, duplicates: 3, quarantined: 1 }), "en"),
    ).toBe(
      "Scan files (SFTP): 2 intakes read\n  1,204 rows seen = 1,200 accepted, 3 duplicates, 1 quarantined\n",
    );
  });

  it("says one where there is one", () => {
    expect(
      renderImportText(anImportReport({ channel: "webhook", intakes: 1, seen: 1, accepted: 1 }), "nl"),
    ).toBe(
      "Tracking Webhook v1: 1 ontvangst gelezen\n  1 rij gezien = 1 aanvaard, 0 dubbel, 0 apart gezet\n",
    );
  });
});

describe("renderCountText", () => {
  it("says none, one and many in words", () => {
    expect([0, 1, 2_000].map((count) => renderCountText("findings", count, "en"))).toEqual([
      "No findings.\n",
      "1 finding\n",
      "2,000 findings\n",
    ]);
    expect([0, 1, 2].map((count) => renderCountText("parcels", count, "nl"))).toEqual([
      "Geen pakketten.\n",
      "1 pakket\n",
      "2 pakketten\n",
    ]);
  });
});
