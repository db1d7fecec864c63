import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { renderHtml } from "../../../src/report/render-html.ts";
import { openBrowser, withPage } from "../../support/browser.ts";
import { aNoiseReport, aSpeedReport } from "../../support/feeds-reports.ts";
import { CHARTS_IN_SIGHT, FAINT_TEXTS, SCROLL_WIDTH, UNFOLD } from "../../support/in-page.ts";
import { aReportData } from "../../support/report-data.ts";

const DATA = aReportData({ speed: aSpeedReport(), noise: aNoiseReport() });

describe("the sections about the feeds in a browser", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser.close());

  it.each([
    ["a desk", { width: 1280, height: 900 }, "wide"],
    ["a phone in the dark", { width: 320, height: 700, colorScheme: "dark" }, "narrow"],
  ] as const)("can be read, folded out, with every picture named (%s)", async (_, size, form) => {
    await withPage(browser, renderHtml(DATA, "nl").output, size, async (page, deeds) => {
      await page.evaluate(UNFOLD);
      expect(await page.evaluate(SCROLL_WIDTH)).toBe(size.width);
      expect((await page.evaluate<{ faint: string[] }>(FAINT_TEXTS)).faint).toEqual([]);
      const charts = await page.evaluate<string[]>(CHARTS_IN_SIGHT);
      for (const chart of ["gain", "lag-legacy-scan", "lag-webhook", "noise"])
        expect(charts).toContain(`chart-${chart}-${form}-title chart-${chart}-${form}-desc`);
      expect(deeds).toEqual({ requests: [], messages: [] });
    });
  });
});
