// Only what is drawn: the whole of ECharts takes twice as long to load.
import "echarts/lib/chart/bar";
import "echarts/lib/component/gridSimple";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import { escapeHtml, type Html, trustedHtml } from "./html.ts";

use([SVGRenderer]);

/** One part of every bar, with its figure per bar. Colours are CSS values, so that the page's themes apply. */
export interface ChartSeries {
  readonly name: string;
  /** One CSS colour, or one for each bar; like labels, never a text from outside. */
  readonly colour: string | readonly string[];
  /** Drawn as an outline: for what does not count. */
  readonly hollow?: boolean;
  readonly values: readonly number[];
}

/** What every chart needs: a page-wide unique id, and its text for those who do not see it. */
export interface ChartText {
  readonly id: string;
  readonly title: string;
  readonly description: string;
}

interface ChartFrame {
  readonly width: number;
  readonly height: number;
  /** Whether it may be stretched to any width; only for charts without text. */
  readonly stretch: boolean;
}

const FONT = { fontFamily: "inherit", fontSize: 13 };
const INK = "var(--ink)";
const MUTED = "var(--muted)";
const RULE = "var(--rule)";
/** A part is drawn at least this wide, or one finding among thousands would vanish. */
const SMALLEST_PX = 6;

/**
 * Labels as ECharts may have them. It keeps measured texts as keys of plain
 * objects, so a label that every object has as a property (`__proto__`) would
 * change the prototype of all objects: such a one gets a blank more.
 */
function toLabels(labels: readonly string[]): string[] {
  return labels.map((label) => (label in Object.prototype ? `${label} ` : label));
}

/** One bar, cut into its series; no text. */
export function drawVerdictBar(text: ChartText, series: readonly ChartSeries[]): Html {
  const frame = { width: 1000, height: 20, stretch: true };
  const drawn = widen(series, toLongest(series) / frame.width);
  return draw(text, frame, {
    grid: { left: 0, right: 0, top: 0, bottom: 0 },
    xAxis: { type: "value", show: false, max: toLongest(drawn) },
    yAxis: { type: "category", show: false, data: [""] },
    series: toBars(drawn, { barWidth: frame.height }),
  });
}

/**
 * Lying bars, one for each label, the first on top. `narrow` puts the labels
 * above the bars, for a phone.
 */
export function drawLyingBars(
  text: ChartText,
  labels: readonly string[],
  series: readonly ChartSeries[],
  form: "wide" | "narrow",
  toNumber: (value: number) => string,
): Html {
  const narrow = form === "narrow";
  const step = narrow ? 44 : 30;
  const width = narrow ? 350 : 920;
  const left = narrow ? 1 : 270;
  const axis = 28;
  return draw(
    { ...text, id: `${text.id}-${form}` },
    { width, height: labels.length * step + axis, stretch: false },
    {
      grid: { left, right: 16, top: 0, bottom: axis },
      xAxis: {
        type: "value",
        minInterval: 1,
        splitNumber: narrow ? 3 : 5,
        axisLabel: { ...FONT, color: MUTED, formatter: toNumber },
        splitLine: { lineStyle: { color: RULE } },
      },
      yAxis: {
        type: "category",
        inverse: true,
        data: toLabels(labels),
        axisTick: { show: false },
        axisLine: { lineStyle: { color: RULE } },
        axisLabel: {
          ...FONT,
          color: INK,
          interval: 0,
          ...(narrow
            ? { inside: true, margin: -4, verticalAlign: "bottom", padding: [0, 0, 8, 0] }
            : { margin: 12 }),
        },
        z: 10,
      },
      series: toBars(widen(series, toLongest(series) / (width - left)), {
        barWidth: narrow ? 12 : 15,
        ...(narrow ? { barCategoryGap: "0%" } : {}),
      }),
    },
  );
}

/** Standing bars, one for each label, from left to right. */
export function drawStandingBars(
  text: ChartText,
  labels: readonly string[],
  series: readonly ChartSeries[],
  form: "wide" | "narrow",
  toNumber: (value: number) => string,
): Html {
  const narrow = form === "narrow";
  const frame = { width: narrow ? 350 : 920, height: narrow ? 190 : 230, stretch: false };
  return draw({ ...text, id: `${text.id}-${form}` }, frame, {
    grid: { left: narrow ? 40 : 52, right: 8, top: 10, bottom: 28 },
    xAxis: {
      type: "category",
      data: toLabels(labels),
      axisTick: { show: false },
      axisLine: { lineStyle: { color: RULE } },
      axisLabel: { ...FONT, color: MUTED, hideOverlap: true },
    },
    yAxis: {
      type: "value",
      minInterval: 1,
      splitNumber: 4,
      axisLabel: { ...FONT, color: MUTED, formatter: toNumber },
      splitLine: { lineStyle: { color: RULE } },
    },
    series: toBars(widen(series, toLongest(series) / frame.height), {
      barMaxWidth: 28,
      barCategoryGap: "30%",
    }),
  });
}

/** The figure of the longest bar; at least 1. */
function toLongest(series: readonly ChartSeries[]): number {
  const bars = series[0]?.values.length ?? 0;
  const sums = Array.from({ length: bars }, (_, bar) =>
    series.reduce((sum, { values }) => sum + (values[bar] ?? 0), 0),
  );
  return sums.reduce((longest, sum) => Math.max(longest, sum), 1);
}

/** Lifts every part that is not nothing to the smallest that can be seen. */
function widen(series: readonly ChartSeries[], unitsPerPx: number): ChartSeries[] {
  const smallest = SMALLEST_PX * unitsPerPx;
  return series.map((one) => ({
    ...one,
    values: one.values.map((value) => (value === 0 ? 0 : Math.max(value, smallest))),
  }));
}

function toBars(series: readonly ChartSeries[], look: object): object[] {
  return series.map(({ name, colour, hollow = false, values }) => ({
    type: "bar",
    stack: "all",
    name,
    silent: true,
    ...look,
    data: values.map((value, i) => {
      const tint = typeof colour === "string" ? colour : (colour[i] ?? INK);
      return {
        value: value === 0 ? null : value,
        itemStyle: hollow
          ? { color: "var(--surface)", borderColor: tint, borderWidth: 1 }
          : { color: tint, borderColor: "var(--surface)", borderWidth: 1 },
      };
    }),
  }));
}

/** Draws to SVG, without what ECharts leaves for scripts and without numbers that count up from chart to chart. */
function draw(
  { id, title, description }: ChartText,
  { width, height, stretch }: ChartFrame,
  option: object,
): Html {
  const chart = init(null, null, { renderer: "svg", ssr: true, width, height });
  try {
    chart.setOption({ animation: false, ...option });
    const drawn = chart
      .renderToSVGString()
      .replace(/<style.*?<\/style>/gs, "")
      .replace(/ (class|ecmeta_\w+|pointer-events|xml:space)="[^"]*"/g, "")
      .replace(/<rect [^>]*fill="none"><\/rect>/, "")
      .replace(/>\s+</g, "><")
      .replace(/\s+$/, "");
    const head =
      `<svg viewBox="0 0 ${width} ${height}"${stretch ? ' preserveAspectRatio="none"' : ""} role="img" ` +
      `aria-labelledby="${escapeHtml(id)}-title ${escapeHtml(id)}-desc">` +
      `<title id="${escapeHtml(id)}-title">${escapeHtml(title)}</title>` +
      `<desc id="${escapeHtml(id)}-desc">${escapeHtml(description)}</desc>`;
    return trustedHtml(drawn.replace(/^<svg[^>]*>/, () => head));
  } finally {
    chart.dispose();
  }
}
