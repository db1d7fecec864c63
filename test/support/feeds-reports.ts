import { measureNoise } from "../../src/reconcile/noise/measure-noise.ts";
import { CLAIM } from "../../src/reconcile/speed/measure-gain.ts";
import { measureSpeed } from "../../src/reconcile/speed/measure-speed.ts";
import type { NoiseReport, SpeedReport } from "../../src/report/feeds-data.ts";

const CONFIDENCE = 0.95;
/** Of 21 March 2026, 06:00 UTC. */
const WATERMARK = 1_774_072_800;
const HOUR = WATERMARK / 3600;

/** What three days left: scan files hours late, deliveries within seconds or, some, an hour late. */
const SPEED_SUMS: readonly (readonly [string, number])[] = [
  ...["2026-03-18", "2026-03-19", "2026-03-20"].flatMap((day) =>
    ["legacy", "legacy-scan", "new", "webhook"].flatMap((feed) => [
      [`receiptday|${feed}|${day}`, 400] as const,
      feed.includes("-") || feed === "webhook"
        ? ([`lagday|${feed}|${day}|50`, 400] as const)
        : ([`side|${feed}|${day}|sorted`, 400] as const),
    ]),
  ),
  // Bins: 33 is about five minutes, 47 an hour, 52 two hours, 54 three hours, 60 nine hours.
  ...[
    ["sorted", 1],
    ["delivered", 2],
  ].flatMap(([status, times]) =>
    [
      ["lag|legacy-scan", 47, 60],
      ["lag|legacy-scan", 52, 200],
      ["lag|legacy-scan", 60, 14],
      ["sidelag|legacy", 47, 60],
      ["sidelag|legacy", 52, 200],
      ["sidelag|legacy", 60, 14],
      ["lag|webhook", -8, 1],
      ["lag|webhook", 14, 250],
      ["lag|webhook", 48, 20],
      ["sidelag|new", -8, 1],
      ["sidelag|new", 14, 250],
      ["sidelag|new", 48, 20],
      ["gain", -44, 9],
      ["gain", 33, 20],
      ["gain", 47, 40],
      ["gain", 52, 180],
      ["gain", 60, 10],
    ].map(([family, bin, count]) => {
      const [name, feed] = String(family).split("|");
      return [
        [name, ...(feed === undefined ? [] : [feed]), status, bin].join("|"),
        Number(count) * Number(times),
      ] as const;
    }),
  ),
  [`onlylegacy|sorted|52|${HOUR - 30}`, 4],
  [`onlynew|delivered|14|${HOUR - 3}`, 20],
  [`onlynew|delivered|14|${HOUR}`, 3],
  ["unlike|sorted", 6],
  ["skew|-2", 100],
  ["skew|3", 500],
  ["skew|9", 177],
];

/** The new feed is an hour or two ahead, and its clock three seconds. */
export function aSpeedReport(sums: Iterable<readonly [string, number]> = SPEED_SUMS): SpeedReport {
  return {
    ...measureSpeed(new Map(sums), { legacy: WATERMARK, new: WATERMARK }, CONFIDENCE),
    confidence: CONFIDENCE,
    claim: CLAIM,
    watermarks: { legacy: "2026-03-21T06:00:00Z", new: "2026-03-21T06:00:00Z" },
  };
}

/** A history that was imported in one go: what came on three days was received on one. */
export function aSpeedReportOfImports(): SpeedReport {
  return aSpeedReport([
    ...SPEED_SUMS.filter(([key]) => !/^receiptday\|legacy(-scan)?\|/.test(key)),
    ["receiptday|legacy|2026-03-21", 1200],
    ["receiptday|legacy-scan|2026-03-21", 1200],
  ]);
}

const NOISE_SUMS: readonly (readonly [string, number])[] = [
  ["noise|2026-03-18|sorted|both|clean", 900],
  ["noise|2026-03-18|sorted|api|clean", 20],
  ["noise|2026-03-18|sorted|scan|open", 6],
  ["noise|2026-03-18|delivered|both|clean", 500],
  ["noise|2026-03-18|delivered|both|open", 40],
  ["noise|2026-03-18|delivered|none|open", 3],
  ["noise|2026-03-20|delivered|api|pending", 30],
  ["day|2026-03-18|all||clean", 1600],
  ["day|2026-03-18|all||open", 55],
  ["day|2026-03-18|all||known", 5],
  ["day|2026-03-20|all||pending", 80],
];

/** The old channels disagree on some of what is sorted, the new feed with both on some of what is delivered. */
export function aNoiseReport(sums: Iterable<readonly [string, number]> = NOISE_SUMS): NoiseReport {
  const policy = { confidence: CONFIDENCE, margin: 0.001 };
  return { ...measureNoise(new Map(sums), "2026-03-19", policy), ...policy };
}
