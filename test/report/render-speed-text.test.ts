import { describe, expect, it } from "vitest";
import { renderSpeedText } from "../../src/report/render-speed-text.ts";
import { LANGS } from "../../src/report/texts.ts";
import { aSpeedReport, aSpeedReportOfImports } from "../support/feeds-reports.ts";

describe("renderSpeedText", () => {
  it.each(LANGS)("gives the golden text to the byte (%s)", async (lang) => {
    await expect(renderSpeedText(aSpeedReport(), lang)).toMatchFileSnapshot(`../golden/speed.${lang}.txt`);
  });

  it("says that nothing was evaluated yet, and what to do", () => {
    expect(renderSpeedText(aSpeedReport([]), "en")).toBe(
      "Nothing has been evaluated yet: run trackbridge reconcile first.\n",
    );
  });

  it("gives no figure where receipts only say when a history was imported", () => {
    const text = renderSpeedText(aSpeedReportOfImports(), "en");
    expect(text).toMatch(/^The gain is not known: what the old feed told was received on so few days/);
    expect(text).toMatch(/Scan files \(SFTP\) +822 +not known: received in one go\n/);
    expect(text).toMatch(/Tracking Webhook v1 +813 +\d+ s to/);
    expect(text).not.toMatch(/was first in|The carrier says/);
  });
});
