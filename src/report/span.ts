import type { Range } from "../reconcile/speed/duration-bins.ts";
import type { Formats } from "./make-formats.ts";
import type { Texts } from "./texts.ts";
import { fillText } from "./texts.ts";

const MINUTE = 60;
const DAY = 86_400;

/**
 * A range of seconds in words: `2 h 57 min to 3 h 31 min`. Long durations go
 * without their smallest units, which the range does not have; outwards, so that it stays true.
 */
export function toSpan({ from, to }: Range, texts: Texts, formats: Formats): string {
  const { span, over, under } = texts.speed;
  if (from === null && to === null) return texts.format.none;
  if (from === null) return fillText(under, { to: toDuration(to ?? 0, Math.ceil, formats) });
  if (to === null) return fillText(over, { from: toDuration(from, Math.floor, formats) });
  const ends = { from: toDuration(from, Math.floor, formats), to: toDuration(to, Math.ceil, formats) };
  return ends.from === ends.to ? ends.from : fillText(span, ends);
}

/** Seconds in words, with a minus sign where negative. */
export function toSignedDuration(seconds: number, formats: Formats): string {
  return `${seconds < 0 ? "−" : ""}${formats.duration(seconds)}`;
}

function toDuration(seconds: number, round: (value: number) => number, formats: Formats): string {
  const unit = Math.abs(seconds) >= 2 * DAY ? 60 * MINUTE : Math.abs(seconds) >= 10 * MINUTE ? MINUTE : 1;
  return toSignedDuration(round(seconds / unit) * unit, formats);
}

/** A range of shares from 0 to 1, rounded outwards. */
export function toShareSpan(
  { lower, upper }: { readonly lower: number; readonly upper: number },
  texts: Texts,
  { share, shareUp }: Formats,
): string {
  const ends = { from: share(lower, 1), to: shareUp(upper, 1) };
  return ends.from === ends.to ? ends.from : fillText(texts.speed.span, ends);
}

/** A confidence from 0 to 1 as a percentage, without decimals where it is whole. */
export function toConfidence(confidence: number, { share }: Formats): string {
  return share(confidence, 1).replace(/[.,]00%/, "%");
}
