import { describe, expect, it } from "vitest";
import { drawLyingBars, drawStandingBars, drawVerdictBar } from "../../../src/report/html/charts.ts";

const TEXT = { id: "chart", title: "A <title>", description: 'one & "two"' };

function draw() {
  return {
    bar: drawVerdictBar(TEXT, [
      { name: "a", colour: "var(--matched)", values: [3] },
      { name: "b", colour: "var(--pending)", hollow: true, values: [1] },
    ]).markup,
    lying: drawLyingBars(
      TEXT,
      ["first", "second"],
      [{ name: "a", colour: ["var(--high)", "var(--low)"], values: [2, 5] }],
      "wide",
      String,
    ).markup,
    standing: drawStandingBars(
      TEXT,
      ["1 Mar"],
      [{ name: "a", colour: "var(--high)", values: [2] }],
      "narrow",
      String,
    ).markup,
  };
}

/** The widths of the bars of a colour, in drawing units. */
function widthsOf(markup: string, colour: string): number[] {
  const paths = [...markup.matchAll(/<path d="M[\d.]+ [\d.]+l([\d.]+) 0[^"]*" fill="([^"]+)"/g)];
  return paths.filter((path) => path[2] === colour).map((path) => Number(path[1]));
}

describe("charts", () => {
  it("give the same bytes each time, however many were drawn before", () => {
    expect(draw()).toEqual(draw());
  });

  it("hold no script, no style sheet, no handler and no reference", () => {
    for (const markup of Object.values(draw())) {
      expect(markup).not.toMatch(/<script|<style|\son\w+=|href|url\(|CDATA|class=|ecmeta/i);
    }
  });

  it("are images with a title and a description, escaped", () => {
    for (const markup of Object.values(draw())) {
      expect(markup).toMatch(
        /^<svg viewBox="0 0 \d+ \d+"[^>]* role="img" aria-labelledby="(chart\S*)-title \1-desc">/,
      );
      expect(markup).toMatch(
        /<title id="chart\S*-title">A &lt;title&gt;<\/title><desc id="chart\S*-desc">one &amp; &quot;two&quot;<\/desc>/,
      );
    }
  });

  it("take their colours from the page, for light and dark", () => {
    const { bar, lying } = draw();
    expect(bar).toContain('fill="var(--matched)"');
    expect(lying).toMatch(/fill="var\(--high\)".*fill="var\(--low\)"/s);
    for (const markup of Object.values(draw())) expect(markup).not.toMatch(/(fill|stroke)="#/);
  });

  it("draw parts as long as their figures", () => {
    expect(widthsOf(draw().bar, "var(--matched)")[0]).toBeCloseTo(750, -1);
    const [high, low] = [widthsOf(draw().lying, "var(--high)")[0]!, widthsOf(draw().lying, "var(--low)")[0]!];
    expect(low / high).toBeCloseTo(2.5, 1);
  });

  it("keep one among many thousands in sight", () => {
    const { markup } = drawVerdictBar(TEXT, [
      { name: "a", colour: "var(--matched)", values: [1_000_000] },
      { name: "b", colour: "var(--mismatched)", values: [1] },
    ]);
    expect(widthsOf(markup, "var(--mismatched)")[0]).toBeGreaterThanOrEqual(5);
  });

  it("leave the prototype of all objects alone, whatever a label says", () => {
    const before = Reflect.ownKeys(Object.prototype);
    const labels = ["__proto__", "constructor", "toString"];
    const series = [{ name: "a", colour: "var(--high)", values: [1, 2, 3] }];
    drawStandingBars(TEXT, labels, series, "wide", String);
    const { markup } = drawLyingBars(TEXT, labels, series, "wide", String);
    expect(Reflect.ownKeys(Object.prototype)).toEqual(before);
    expect(Object.keys(Object)).toEqual([]);
    expect(markup).toContain("__proto__");
  });
});
