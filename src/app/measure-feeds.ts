import { DAY_MS, toIsoUtc, toIsoUtcOrNull } from "../domain/instant.ts";
import type { Sums } from "../reconcile/facts/sums.ts";
import { measureNoise } from "../reconcile/noise/measure-noise.ts";
import { CLAIM } from "../reconcile/speed/measure-gain.ts";
import { measureSpeed } from "../reconcile/speed/measure-speed.ts";
import type { NoiseReport, SpeedReport } from "../report/feeds-data.ts";
import type { App } from "./open-app.ts";
import { readSums } from "./read-sums.ts";

const CONFIDENCE = 0.95;
/** One event in a thousand more than the noise is no matter. */
const NOISE_MARGIN = 0.001;

type MeasuredApp = Pick<App, "store" | "clock" | "settings">;

/**
 * How fast the feeds are, by what was evaluated last.
 *
 * @param sums of the store, where they have been read before
 */
export async function readSpeed({ store, clock }: MeasuredApp, sums?: Sums): Promise<SpeedReport> {
  const { legacy, new: newSide } = (await store.feeds.progress()).watermarks;
  const now = clock();
  const capped = (watermark: number | null): number | null =>
    watermark === null ? null : Math.min(watermark, now);
  const toSeconds = (at: number | null): number | null => (at === null ? null : Math.floor(at / 1000));
  const sides = { legacy: capped(legacy), new: capped(newSide) };
  const watermarks = { legacy: toSeconds(sides.legacy), new: toSeconds(sides.new) };
  return {
    ...measureSpeed(sums ?? (await readSums(store)), watermarks, CONFIDENCE),
    confidence: CONFIDENCE,
    claim: CLAIM,
    watermarks: { legacy: toIsoUtcOrNull(sides.legacy), new: toIsoUtcOrNull(sides.new) },
  };
}

/**
 * What the two old channels disagree on, against what the new feed does; by what was evaluated last.
 *
 * @param sums of the store, where they have been read before
 */
export async function readNoise(app: MeasuredApp, sums?: Sums): Promise<NoiseReport> {
  const policy = { confidence: CONFIDENCE, margin: NOISE_MARGIN };
  return {
    ...measureNoise(sums ?? (await readSums(app.store)), await findSettledDay(app), policy),
    ...policy,
  };
}

/** The last UTC day of which no scan file is still to come. */
async function findSettledDay({ store, clock, settings }: MeasuredApp): Promise<string | null> {
  const scans = (await store.feeds.books()).find(({ channel }) => channel === "legacy-scan");
  if (scans === undefined || scans.watermark === null) return null;
  const settledAt = Math.min(scans.watermark, clock()) - settings.settleMs.legacy;
  return toIsoUtc((Math.floor(settledAt / DAY_MS) - 1) * DAY_MS).slice(0, 10);
}
