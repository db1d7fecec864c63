import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { renderHtml } from "../../src/report/render-html.ts";
import { openBrowser, withPage } from "../support/browser.ts";
import { aHostileGateReport, aRefusedGateReport } from "../support/gate-report.ts";
import {
  BODY_COLOURS,
  CHARTS_IN_SIGHT,
  FAINT_TEXTS,
  SCROLL_WIDTH,
  SHAPE,
  UNFOLD,
} from "../support/in-page.ts";
import {
  aCleanReportData,
  aHostileReportData,
  aReportData,
  aSilentReportData,
  HOSTILE_TEXTS,
} from "../support/report-data.ts";

const DESKTOP = { width: 1280, height: 900 };
const PHONE = { width: 390, height: 844 };

const REPORTS = [
  ["no go", renderHtml(aReportData(), "en").output],
  ["no go in Dutch", renderHtml(aReportData(), "nl").output],
  ["go", renderHtml(aCleanReportData(), "nl").output],
  ["not proven", renderHtml(aSilentReportData(), "en").output],
  ["hostile", renderHtml(aHostileReportData(), "en").output],
  ["with a gate", renderHtml({ ...aReportData(), gate: aRefusedGateReport() }, "nl").output],
  ["with a hostile gate", renderHtml({ ...aCleanReportData(), gate: aHostileGateReport() }, "en").output],
] as const;

describe("the report in a browser", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser.close());

  it.each(REPORTS)("asks for nothing, runs nothing and complains of nothing (%s)", async (_, markup) => {
    await withPage(browser, markup, DESKTOP, async (page, deeds) => {
      await page.evaluate(UNFOLD);
      await page.locator("nav a").first().hover();
      expect(deeds.requests).toEqual([]);
      expect(deeds.messages).toEqual([]);
    });
  });

  it("is guarded by its policy, should something slip through", async () => {
    const slipped = REPORTS[0][1].replace(
      "<main>",
      '<main><script>document.title = "owned"</script><img src="http://127.0.0.1:9/x.png" alt="">',
    );
    await withPage(browser, slipped, DESKTOP, async (page, deeds) => {
      expect(await page.title()).toMatch(/^No go/);
      // The picture is asked for and refused; the script is not even that.
      await expect.poll(() => deeds.requests).toEqual([{ url: "http://127.0.0.1:9/x.png", refused: "csp" }]);
      await expect.poll(() => deeds.messages.join("\n")).toContain("Content Security Policy");
    });
  });

  it.each(REPORTS)("never scrolls sideways, from a small phone to a desk (%s)", async (_, markup) => {
    await withPage(browser, markup, PHONE, async (page) => {
      for (const width of [320, 390, 600, 833, 961, 1280]) {
        await page.setViewportSize({ width, height: 844 });
        expect(await page.evaluate(SCROLL_WIDTH), `at ${width}`).toBe(width);
      }
      await page.setViewportSize(PHONE);
      await page.evaluate(UNFOLD);
      expect(await page.evaluate(SCROLL_WIDTH)).toBe(390);
    });
  });

  it("takes hostile texts for texts: no element more, each to be read", async () => {
    const shape = (page: Page): Promise<{ tags: string[]; handlers: number; title: string }> =>
      page.evaluate(SHAPE);
    const honest = await withPage(browser, REPORTS[0][1], DESKTOP, shape);
    await withPage(browser, REPORTS[4][1], DESKTOP, async (page) => {
      const hostile = await shape(page);
      expect(hostile.tags.filter((tag) => !honest.tags.includes(tag))).toEqual([]);
      expect(hostile).toMatchObject({ handlers: 0, title: honest.title });
      await page.evaluate(UNFOLD);
      const seen = await page.locator("main").textContent();
      for (const text of HOSTILE_TEXTS.slice(0, 6)) expect(seen).toContain(text);
    });
  });

  it.each([
    ["light", REPORTS[0][1], DESKTOP],
    ["dark", REPORTS[0][1], DESKTOP],
    ["light", REPORTS[2][1], PHONE],
    ["dark", REPORTS[2][1], PHONE],
    ["light", REPORTS[3][1], DESKTOP],
    ["dark", REPORTS[3][1], DESKTOP],
  ] as const)("can be read: every text has a contrast of 4.5 : 1 (%s)", async (colorScheme, markup, size) => {
    await withPage(browser, markup, { ...size, colorScheme }, async (page) => {
      await page.evaluate(UNFOLD);
      expect(await page.evaluate(BODY_COLOURS)).toMatchObject({
        backgroundColor: colorScheme === "dark" ? "rgb(16, 19, 22)" : "rgb(246, 247, 248)",
      });
      const { seen, faint } = await page.evaluate<{ seen: number; faint: string[] }>(FAINT_TEXTS);
      expect(seen).toBeGreaterThan(3_000);
      expect(faint).toEqual([]);
    });
  });

  it.each([
    ["a desk", DESKTOP, "wide"],
    ["a phone", PHONE, "narrow"],
  ] as const)(
    "is whole to those who listen: headings, tables and charts have their names (%s)",
    async (_, size, form) => {
      await withPage(browser, REPORTS[0][1], size, async (page) => {
        expect(await page.getByRole("heading", { level: 1 }).count()).toBe(1);
        expect(await page.getByRole("heading", { level: 2 }).first().textContent()).toMatch(
          /Verdict:\s*No go/,
        );
        expect(await page.evaluate(CHARTS_IN_SIGHT)).toEqual([
          "chart-parcels-title chart-parcels-desc",
          `chart-kinds-${form}-title chart-kinds-${form}-desc`,
          `chart-days-${form}-title chart-days-${form}-desc`,
        ]);
        const worst = page.getByRole("table", { name: "Worst findings" });
        expect(await worst.getByRole("columnheader").allInnerTexts()).toEqual([
          "Severity",
          "Kind",
          "Barcode",
          "About",
          "State",
        ]);
        expect(await worst.getByRole("rowheader").count()).toBe(19);
      });
    },
  );

  it("unfolds a finding with the keyboard alone", async () => {
    await withPage(browser, REPORTS[0][1], DESKTOP, async (page) => {
      const first = page.locator("#findings summary").first();
      await first.focus();
      await page.keyboard.press("Enter");
      expect(await page.getByText("f0000000000000a1").isVisible()).toBe(true);
    });
  });

  it("prints in light colours whatever the screen's are, without what only a screen needs", async () => {
    await withPage(browser, REPORTS[0][1], { ...DESKTOP, colorScheme: "dark" }, async (page) => {
      await page.emulateMedia({ media: "print", colorScheme: "dark" });
      expect(await page.evaluate(BODY_COLOURS)).toMatchObject({ color: "rgb(27, 31, 36)" });
      expect(await page.getByRole("navigation").isVisible()).toBe(false);
    });
  });

  it.each(REPORTS.slice(0, 4))("fits a sheet of A4 (%s)", async (_, markup) => {
    // 210 mm less twice the margin of 14 mm, at 96 pixels an inch.
    await withPage(browser, markup, { width: 687, height: 900 }, async (page) => {
      await page.emulateMedia({ media: "print" });
      expect(await page.evaluate(SCROLL_WIDTH)).toBe(687);
    });
  });
});
