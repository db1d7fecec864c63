import { describe, expect, it } from "vitest";
import { renderHtml } from "../../../src/report/render-html.ts";
import type { Lang } from "../../../src/report/texts.ts";
import { aNoiseReport, aSpeedReport, aSpeedReportOfImports } from "../../support/feeds-reports.ts";
import { aReportData } from "../../support/report-data.ts";

/** One section of the page, as it is written. */
function renderSection(id: "speed" | "noise", lang: Lang, speed = aSpeedReport()): string {
  const page = renderHtml(aReportData({ speed, noise: aNoiseReport() }), lang).output;
  return new RegExp(`<section class="section" id="${id}".*?</section>\n`, "s").exec(page)?.[0] ?? "";
}

describe("the sections about the feeds", () => {
  it.each([
    ["speed", "en"],
    ["speed", "nl"],
    ["noise", "en"],
    ["noise", "nl"],
  ] as const)("give the golden section to the byte (%s, %s)", async (id, lang) => {
    await expect(renderSection(id, lang)).toMatchFileSnapshot(`../../golden/section-${id}.${lang}.html`);
  });

  it("stand in the contents, and only where there is something to show", () => {
    const page = renderHtml(aReportData({ speed: aSpeedReport(), noise: aNoiseReport() }), "en").output;
    expect(page).toMatch(/<nav.*href="#speed".*href="#noise".*<\/nav>/s);
    expect(renderHtml(aReportData(), "en").output).not.toMatch(/["#](speed|noise)"/);
  });

  it("draw no gain, and no delay of a feed, whose receipts only say when a history was imported", () => {
    const section = renderSection("speed", "en", aSpeedReportOfImports());
    expect(section).not.toContain("chart-gain");
    expect(section).not.toContain("chart-lag-legacy-scan");
    expect(section).toContain("chart-lag-webhook");
    expect(section).toContain("not known: received in one go");
  });

  it("take a hostile status for a text", () => {
    const hostile = "<script>alert(1)</script>";
    const { gains, lags, ...rest } = aSpeedReport();
    const section = renderSection("speed", "en", {
      ...rest,
      gains: gains.map((one) => ({ ...one, status: hostile })),
      lags: lags.map((one) => (one.status === null ? one : { ...one, status: hostile })),
    });
    expect(section).not.toContain("<script");
    expect(section).toContain("&lt;script&gt;");
  });

  it("draw the shares so that they are all there", () => {
    for (const [, described = ""] of renderSection("speed", "en").matchAll(/<desc[^>]*>(.*?)<\/desc>/g)) {
      const sum = [...described.matchAll(/([\d.]+)%/g)].reduce((all, [, share]) => all + Number(share), 0);
      expect(sum).toBeGreaterThan(99.4);
      expect(sum).toBeLessThan(100.6);
    }
  });
});
