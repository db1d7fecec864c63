import { describe, expect, it } from "vitest";
import type { VerdictReason } from "../../src/domain/verdict.ts";
import { compareSums } from "../../src/report/compare-sums.ts";
import { makeFormats } from "../../src/report/make-formats.ts";
import type { ReconcileReport } from "../../src/report/report-data.ts";
import { getTexts } from "../../src/report/texts.ts";
import { type ShownVerdict, toShownVerdict } from "../../src/report/to-shown-verdict.ts";
import { aCleanReportData, aReconcileReport, aReportData } from "../support/report-data.ts";

function show(
  summary: ReconcileReport,
  reasons: readonly VerdictReason[],
  lang: "en" | "nl" = "en",
): ShownVerdict {
  const texts = getTexts(lang);
  return toShownVerdict({ summary, reasons }, compareSums(summary, undefined), texts, makeFormats(texts));
}

const clean = aCleanReportData().summary;
const agree: VerdictReason = { code: "all_agree", values: { parcels: 3100 } };

describe("toShownVerdict", () => {
  it("shows the run's verdict and its reasons in order, with what to do next", () => {
    const shown = show(aReconcileReport(), aReportData().reasons);
    expect(shown.verdict).toBe("no_go");
    expect(shown.exitCode).toBe(1);
    expect(shown.reasons.map(({ text }) => text)).toEqual([
      "46 findings are open, on 31 of 12,480 parcels.",
      "50 findings are pending: the other feed may still speak.",
      "12 findings are hidden by known-difference rules; they do not count as matched.",
    ]);
    expect(shown.reasons[0]?.next).toContain("Start with the critical ones.");
  });

  it("shows go only when the figures bear it out", () => {
    expect(show(clean, [agree])).toMatchObject({ verdict: "go", exitCode: 0 });
  });

  it("never shows go above figures that do not add up", () => {
    const wrong = { ...clean, tieOut: { ...clean.tieOut, parcels: 3_101 } };
    const shown = show(wrong, [agree]);
    expect(shown).toMatchObject({ verdict: "not_proven", exitCode: 3 });
    expect(shown.reasons[0]?.text).toBe("The figures do not add up: the sums are 1 apart.");
  });

  it("never shows go when the run itself counted a difference", () => {
    const shown = show({ ...clean, tieOut: { ...clean.tieOut, difference: 7 } }, [agree]);
    expect(shown.verdict).toBe("not_proven");
    expect(shown.reasons[0]?.text).toContain("7 apart");
  });

  it("never shows go above open findings or a silent feed", () => {
    const open = { ...clean, findings: { ...clean.findings, open: 1 } };
    expect(show(open, [agree])).toMatchObject({ verdict: "no_go", exitCode: 1 });
    const silent = { ...clean, parcels: { ...clean.parcels, matched: 3_099, notProven: 1 } };
    const shown = show(silent, [agree]);
    expect(shown).toMatchObject({ verdict: "not_proven", exitCode: 3 });
    expect(shown.reasons[0]?.text).toBe("One of the feeds has fallen silent, so 1 parcel cannot be judged.");
  });

  it("says one finding and one parcel where there is one", () => {
    const one = {
      ...clean,
      parcels: { ...clean.parcels, matched: 3_099, mismatched: 1 },
      findings: { open: 1, pending: 1, known: 1, resolved: 0 },
      verdict: "no_go",
    } as const;
    const reasons: VerdictReason[] = [
      { code: "findings_open", values: {} },
      { code: "pending_left", values: {} },
    ];
    expect(show(one, reasons).reasons.map(({ text }) => text)).toEqual([
      "1 finding is open, on 1 of 3,100 parcels.",
      "1 finding is pending: the other feed may still speak.",
      "1 finding is hidden by a known-difference rule; it does not count as matched.",
    ]);
    expect(show(one, reasons, "nl").reasons[0]?.text).toBe(
      "Er staat 1 bevinding open, bij 1 van de 3.100 pakketten.",
    );
  });

  it("tells a feed that fell silent from one that never spoke", () => {
    const silent = {
      ...clean,
      verdict: "not_proven",
      parcels: { ...clean.parcels, matched: 3_098, notProven: 2 },
    } as const;
    const say = (values: VerdictReason["values"]) =>
      show(silent, [{ code: "feed_silent", values }]).reasons.map(({ text }) => text);
    const fell = "One of the feeds has fallen silent, so 2 parcels cannot be judged.";
    expect(say({ findings: 2, sides: 0 })).toEqual([fell]);
    expect(say({ findings: 0, sides: 2 })).toEqual(["Neither feed has ever said anything."]);
    expect(say({ findings: 2, sides: 1, side: "new" })).toEqual([
      "The new feed has never said anything, so there is nothing to compare with.",
      "The new feed has fallen silent, so 2 parcels cannot be judged.",
    ]);
  });
});
