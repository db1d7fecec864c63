import type { Range } from "../../reconcile/speed/duration-bins.ts";
import type { Formats } from "../make-formats.ts";
import { toSpan } from "../span.ts";
import type { Texts } from "../texts.ts";
import { fillText } from "../texts.ts";

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A bar of a distribution. */
export interface DurationClass {
  readonly label: string;
  /** Percent of all. */
  readonly percent: number;
}

/** Where the classes of delays end, each included; the first ends before the event. */
const LAG_ENDS = [
  -1,
  MINUTE,
  5 * MINUTE,
  30 * MINUTE,
  HOUR,
  2 * HOUR,
  4 * HOUR,
  6 * HOUR,
  12 * HOUR,
  DAY,
  3 * DAY,
] as const;

/** Delays in a dozen classes; each bin is counted where its middle is. */
export function toLagClasses(
  bins: readonly (Range & { readonly count: number })[],
  { speed }: Texts,
  formats: Formats,
): DurationClass[] {
  const counts = [...LAG_ENDS, Infinity].map(() => 0);
  let total = 0;
  for (const { count, ...range } of bins) {
    const at = LAG_ENDS.findIndex((end) => middleOf(range) <= end);
    const place = at === -1 ? LAG_ENDS.length : at;
    counts[place] = (counts[place] ?? 0) + count;
    total += count;
  }
  return counts.map((count, place) => {
    const end = LAG_ENDS[place];
    const label = end === undefined ? speed.more : end < 0 ? speed.before : `≤ ${formats.duration(end)}`;
    return { label, percent: toPercent(count / (total || 1)) };
  });
}

/** Where the classes of gains end. */
const GAIN_ENDS = [5 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR, 6 * HOUR, 12 * HOUR] as const;
const LOSS_ENDS = [6 * HOUR, HOUR, 5 * MINUTE] as const;

/** A class of gains, and how it stands to what the carrier says. */
export interface GainClass extends DurationClass {
  readonly kind: "slower" | "claimed" | "other";
}

/** Gains in a dozen classes, from much slower to much faster; each bin is counted where its middle is. */
export function toGainClasses(
  shares: readonly (Range & { readonly share: number })[],
  claim: { readonly from: number; readonly to: number },
  texts: Texts,
  formats: Formats,
): GainClass[] {
  const shareWhere = (isIn: (middle: number) => boolean): number =>
    toPercent(shares.reduce((sum, { share, ...range }) => (isIn(middleOf(range)) ? sum + share : sum), 0));
  const { gainSlower, gainSlowerUpTo, gainSlowerLess, gainSame, gainLess, gainUpTo, gainMore } = texts.speed;
  const say = (text: string, from: number, to: number): string =>
    fillText(text, { from: formats.duration(from), to: formats.duration(to) });
  const slower = [Infinity, ...LOSS_ENDS].map((end, i): GainClass => {
    const least = LOSS_ENDS[i] ?? 0;
    const text = end === Infinity ? gainSlower : least === 0 ? gainSlowerLess : gainSlowerUpTo;
    return {
      kind: "slower",
      label: end === Infinity ? say(text, 0, least) : say(text, least, end),
      percent: shareWhere((middle) => -middle > least && -middle <= end),
    };
  });
  const faster = [...GAIN_ENDS, Infinity].map((end, i): GainClass => {
    const least = GAIN_ENDS[i - 1] ?? 0;
    const text = end === Infinity ? gainMore : least === 0 ? gainLess : gainUpTo;
    return {
      kind: least >= claim.from && end <= claim.to ? "claimed" : "other",
      label: say(text, least, end === Infinity ? 0 : end),
      percent: shareWhere((middle) => middle > least && middle <= end),
    };
  });
  const same = { kind: "other", label: gainSame, percent: shareWhere((middle) => middle === 0) } as const;
  return [...slower, same, ...faster];
}

/** A range without end is beyond its only limit. */
function middleOf({ from, to }: Range): number {
  if (from === null) return (to ?? 0) - 1;
  return to === null ? from + 1 : (from + to) / 2;
}

function toPercent(share: number): number {
  return Math.round(share * 1000) / 10;
}

/** What a chart says, for those who do not see it. */
export function describeClasses(classes: readonly DurationClass[], { number }: Formats): string {
  return classes
    .filter(({ percent }) => percent > 0)
    .map(({ label, percent }) => `${label}: ${number(percent)}%`)
    .join("; ");
}

/** The three quantiles of a delay, or that they are not known. */
export function toQuantileCells(
  quantiles: { readonly p5: Range; readonly p50: Range; readonly p95: Range } | null,
  texts: Texts,
  formats: Formats,
): string[] {
  if (quantiles === null) return [texts.speed.lagsNotKnown, texts.format.none, texts.format.none];
  return [quantiles.p5, quantiles.p50, quantiles.p95].map((range) => toSpan(range, texts, formats));
}
