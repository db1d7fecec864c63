import type { Skew } from "../reconcile/speed/measure-skew.ts";
import { SKEW_THAT_MATTERS } from "../reconcile/speed/measure-skew.ts";
import type { Feed } from "../reconcile/speed/speed-counts.ts";
import type { SpeedReport } from "./feeds-data.ts";
import type { Formats } from "./make-formats.ts";
import { toConfidence, toShareSpan, toSignedDuration, toSpan } from "./span.ts";
import type { Texts } from "./texts.ts";
import { fillText, toPlural } from "./texts.ts";

/** What is said of the feeds' speed before any figure is shown. */
export interface SpeedWords {
  /** The answer; one or two sentences. */
  readonly answer: readonly string[];
  /** What it rests on. */
  readonly notes: readonly string[];
}

/** Puts the answer in words: who was first, by how much, whether the carrier is right, and what that rests on. */
export function toSpeedWords(report: SpeedReport, texts: Texts, formats: Formats): SpeedWords {
  if (report.lags.length === 0) return { answer: [texts.speed.none], notes: [] };
  return {
    answer: [
      ...report.receiptsUnknown.map((side) => texts.speed.unknown[side]),
      ...toGainAnswer(report, texts, formats),
    ],
    notes: [
      ...toGainNotes(report, texts, formats),
      ...(report.skew === null ? [] : toSkewNotes(report.skew, texts, formats)),
      ...toEarlyNotes(report, texts, formats),
    ],
  };
}

function toGainAnswer({ gain, confidence, claim }: SpeedReport, texts: Texts, formats: Formats): string[] {
  if (gain === null) return [];
  const { speed } = texts;
  const { fasterShare, distribution } = gain;
  if (fasterShare === null || distribution === null) return [speed.undecidedAll];
  const decided = gain.faster + gain.slower + gain.same;
  const interval = toSpan(distribution.medianInterval, texts, formats);
  return [
    fillText(speed.first, {
      share: formats.share(gain.faster, decided),
      lower: formats.share(fasterShare.lower, 1),
      upper: formats.shareUp(fasterShare.upper, 1),
      count: formats.number(decided),
      median: toSpan(distribution.p50, texts, formats),
      interval,
      confidence: toConfidence(confidence, formats),
    }),
    fillText(speed.claim, {
      claim: toSpan(claim, texts, formats),
      within: toShareSpan(distribution.claim.within, texts, formats),
      below: toShareSpan(distribution.claim.below, texts, formats),
      above: toShareSpan(distribution.claim.above, texts, formats),
    }),
  ];
}

function toGainNotes({ gain, unlike }: SpeedReport, texts: Texts, formats: Formats): string[] {
  if (gain === null) return [];
  const { speed } = texts;
  const { number, share } = formats;
  const { slowerShare, pairsOnly } = gain;
  const notes: string[] = [];
  if (slowerShare !== null) {
    notes.push(
      fillText(speed.slower, {
        share: formats.shareUp(gain.slower, gain.faster + gain.slower + gain.same),
        lower: share(slowerShare.lower, 1),
        upper: formats.shareUp(slowerShare.upper, 1),
        count: number(gain.slower),
      }),
    );
  }
  if (gain.same > 0) notes.push(fillText(toPlural(speed.same, gain.same), { count: number(gain.same) }));
  notes.push(
    fillText(speed.counted, {
      both: number(gain.both),
      onlyNew: number(gain.onlyNew),
      onlyLegacy: number(gain.onlyLegacy),
      undecided: number(gain.undecided),
    }),
  );
  if (unlike > 0) notes.push(fillText(toPlural(speed.unlike, unlike), { count: number(unlike) }));
  if (pairsOnly !== null && gain.onlyNew + gain.onlyLegacy > 0) {
    notes.push(
      fillText(speed.pairs, {
        share: share(pairsOnly.fasterShare, 1),
        median: toSpan(pairsOnly.median, texts, formats),
      }),
    );
  }
  return notes;
}

function toSkewNotes(
  { median, pairs, medianInterval, p5, p95, matters }: Skew,
  texts: Texts,
  formats: Formats,
): string[] {
  const { speed } = texts;
  const told = median > 0 ? speed.skewAhead : median < 0 ? speed.skewBehind : speed.skewNone;
  const at = (seconds: number | null): string =>
    seconds === null ? texts.format.none : toSignedDuration(seconds, formats);
  const rest = fillText(speed.skewRest, {
    pairs: formats.number(pairs),
    lower: at(medianInterval.from),
    upper: at(medianInterval.to),
    p5: at(p5),
    p95: at(p95),
  });
  return [
    `${fillText(told, { seconds: formats.duration(median) })} ${rest}`,
    ...(matters ? [fillText(speed.skewMatters, { limit: formats.duration(SKEW_THAT_MATTERS) })] : []),
  ];
}

function toEarlyNotes({ lags }: SpeedReport, texts: Texts, formats: Formats): string[] {
  return lags
    .filter(({ feed, status, early }) => status === null && early > 0 && feed !== "legacy" && feed !== "new")
    .map(({ feed, early, earlyBySkew }) =>
      fillText(toPlural(texts.speed.early, early), {
        feed: toFeedName(feed, texts),
        count: formats.number(early),
        explained: formats.number(earlyBySkew),
      }),
    );
}

/** A channel's name, or what a side is called. */
export function toFeedName(feed: Feed, { speed, channels }: Texts): string {
  return feed === "legacy" || feed === "new" ? speed.feeds[feed] : channels[feed].name;
}
