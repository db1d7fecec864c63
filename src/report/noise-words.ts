import type { NoiseOfStatus } from "../reconcile/noise/measure-noise.ts";
import type { NoiseReport } from "./feeds-data.ts";
import type { Formats } from "./make-formats.ts";
import { toConfidence } from "./span.ts";
import type { Texts } from "./texts.ts";
import { fillText, toPlural } from "./texts.ts";

/** Puts in words what the two old channels disagree on, and what that means for the new feed. */
export function toNoiseWords(report: NoiseReport, texts: Texts, formats: Formats): string[] {
  const { all, until, margin, confidence, matchRate } = report;
  const { noise } = texts;
  const { number, share, shareUp, day } = formats;
  if (until === null || all.noise.trials === 0) return [noise.none];
  const lines = [
    fillText(noise.answer, {
      noise: share(all.noise.hits, all.noise.trials),
      noiseLower: share(all.noise.interval.lower, 1),
      noiseUpper: shareUp(all.noise.interval.upper, 1),
      noiseTotal: number(all.noise.trials),
      new: shareUp(all.newFeed.hits, all.newFeed.trials),
      newLower: share(all.newFeed.interval.lower, 1),
      newUpper: shareUp(all.newFeed.interval.upper, 1),
      newTotal: number(all.newFeed.trials),
    }),
    all.excess === null
      ? noise.unmeasured
      : fillText(noise.verdicts[all.verdict], {
          lower: toPoints(all.excess.lower, texts),
          upper: toPoints(all.excess.upper, texts),
          margin: toPoints(margin, texts),
        }),
  ];
  const contested = all.contested.open;
  if (contested > 0) lines.push(fillText(toPlural(noise.contested, contested), { count: number(contested) }));
  for (const [text, { hits, trials }] of [
    [noise.matchRate, matchRate.all],
    [noise.matchRateWithout, matchRate.uncontested],
  ] as const) {
    lines.push(fillText(text, { share: share(hits, trials), matched: number(hits), all: number(trials) }));
  }
  lines.push(fillText(noise.until, { day: day(until), confidence: toConfidence(confidence, formats) }));
  return lines;
}

/** A difference of two rates, from −1 to 1, in signed percentage points. */
function toPoints(difference: number, { format }: Texts): string {
  const points = (Math.abs(difference) * 100).toFixed(2).replace(".", format.decimal);
  return `${difference < 0 && !/^0.00$/.test(points) ? "−" : ""}${points}%`;
}

/** A difference with its interval, in signed percentage points; a dash of nothing. */
export function toExcess({ excess }: NoiseOfStatus, texts: Texts): string {
  if (excess === null) return texts.format.none;
  return fillText(texts.noise.span, {
    from: toPoints(excess.lower, texts),
    to: toPoints(excess.upper, texts),
  });
}
