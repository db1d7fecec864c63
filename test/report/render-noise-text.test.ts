import { describe, expect, it } from "vitest";
import { renderNoiseText } from "../../src/report/render-noise-text.ts";
import { LANGS } from "../../src/report/texts.ts";
import { aNoiseReport } from "../support/feeds-reports.ts";

describe("renderNoiseText", () => {
  it.each(LANGS)("gives the golden text to the byte (%s)", async (lang) => {
    await expect(renderNoiseText(aNoiseReport(), lang)).toMatchFileSnapshot(`../golden/noise.${lang}.txt`);
  });

  it("says when there is nothing to compare", () => {
    expect(renderNoiseText(aNoiseReport([]), "en")).toBe(
      "The two old channels cannot be held against each other: there are no events on settled days that both could have told of.\n",
    );
  });

  it("writes no minus before nothing", () => {
    const text = renderNoiseText(
      aNoiseReport([
        ["noise|2026-03-18|sorted|both|clean", 900_000],
        ["day|2026-03-18|all||clean", 900_000],
      ]),
      "en",
    );
    expect(text).toContain("(difference 0.00% to 0.00%, 0.10% allowed)");
  });
});
