import { DAY_MS } from "../../../domain/instant.ts";
import type { Confidence, Decision, GuessReason } from "./decision.ts";
import type { PatternKind } from "./time-shapes.ts";
import { makeRoughReader, patternsOf } from "./time-shapes.ts";

/** How a column's times are read. */
export interface PatternGuess {
  readonly pattern: string;
  /** Of the texts that are there, how many are of it: 0 to 1. */
  readonly share: number;
  readonly confidence: Confidence;
  readonly reason: GuessReason;
  readonly values: Decision["values"];
}

/** When the files were made at the latest (UTC epoch milliseconds). */
export interface SentAt {
  readonly at: number;
  /** Whether a file's name says it: then its scans are of those days. A file's own time may be that of a copy. */
  readonly isNamed: boolean;
}

const MOST_TEXTS = 3000;
const SHAPES_TRIED = 12;
/** Orders differ by months, scans of a file by days. */
const CLEARLY_NEARER = 3;
const LONG_SPAN_DAYS = 20;

interface Reading {
  readonly pattern: string;
  readonly hits: number;
  readonly first: number;
  readonly last: number;
}

/**
 * The pattern that most of a column's texts are of; `undefined` when fewer
 * than half are of any. Where two orders of day and month read the same texts,
 * what lies after the file's own time, or far from it, speaks against one.
 *
 * @param texts trimmed, none empty
 */
export function guessPattern(
  texts: readonly string[],
  kind: PatternKind,
  sent: SentAt,
): PatternGuess | undefined {
  const some = texts.slice(0, MOST_TEXTS);
  const candidates = new Set(listShapes(some).flatMap((text) => patternsOf(text, kind)));
  for (const pattern of [...candidates]) {
    const fraction = /[.,]SSS/.exec(pattern)?.[0];
    if (fraction !== undefined && candidates.has(pattern.replace(fraction, "")))
      candidates.add(pattern.replace(fraction, `[${fraction}]`));
  }
  const readings = [...candidates]
    .map((pattern) => toReading(pattern, kind, some))
    .filter(({ hits }) => hits > 0)
    .sort((a, b) => b.hits - a.hits || a.pattern.length - b.pattern.length);
  const [best] = readings;
  if (best === undefined || best.hits * 2 < some.length) return undefined;
  const equal = readings.filter(({ hits }) => hits === best.hits);
  const next = readings.find(({ hits, pattern }) => hits < best.hits && isRival(pattern, best.pattern));
  return {
    ...choose(equal, best.hits - (next?.hits ?? 0), some.length, sent),
    share: best.hits / some.length,
  };
}

/** The shapes that come most often, each by one of its texts. */
function listShapes(texts: readonly string[]): string[] {
  const shapes = new Map<string, { text: string; count: number }>();
  for (const text of texts) {
    const shape = text.replace(/[0-9]/g, "9");
    const known = shapes.get(shape);
    if (known === undefined) shapes.set(shape, { text, count: 1 });
    else known.count += 1;
  }
  return [...shapes.values()]
    .sort((a, b) => b.count - a.count)
    .slice(0, SHAPES_TRIED)
    .map(({ text }) => text);
}

function toReading(pattern: string, kind: PatternKind, texts: readonly string[]): Reading {
  const read = makeRoughReader(pattern, kind);
  const times = texts.map(read).filter((at) => at !== undefined);
  return {
    pattern,
    hits: times.length,
    first: times.reduce((a, b) => Math.min(a, b), Infinity),
    last: times.reduce((a, b) => Math.max(a, b), -Infinity),
  };
}

/** Whether two patterns are of the same texts and differ in the order of their parts. */
function isRival(a: string, b: string): boolean {
  return a !== b && toSigns(a) === toSigns(b);
}

function toSigns(pattern: string): string {
  return pattern.replace(/[yMd]/g, "9");
}

function choose(
  readings: readonly Reading[],
  lead: number,
  texts: number,
  sent: SentAt,
): Omit<PatternGuess, "share"> {
  const [first] = readings as [Reading, ...Reading[]];
  const rivals = readings.filter(({ pattern }) => isRival(pattern, first.pattern));
  if (rivals.length === 0) {
    // Without a lead no text could have been read in another order at all.
    const few = lead > 0 && lead < 3;
    const values = { count: lead, texts };
    return {
      pattern: first.pattern,
      confidence: few ? "likely" : "sure",
      reason: "timesOnlyReading",
      values,
    };
  }
  const all = [first, ...rivals];
  const names = (chosen: Reading): Decision["values"] => ({
    other: all
      .filter((one) => one !== chosen)
      .map(({ pattern }) => pattern)
      .join(", "),
    texts,
  });
  const past = all.filter(({ last }) => last <= sent.at + 2 * DAY_MS);
  const [only] = past;
  if (only !== undefined && past.length === 1)
    return { pattern: only.pattern, confidence: "likely", reason: "timesNotLater", values: names(only) };
  const byDistance = (past.length > 0 ? past : all)
    .map((one) => ({ one, days: toDistance(one, sent) / DAY_MS }))
    .sort((a, b) => a.days - b.days);
  const [near, far] = byDistance;
  if (
    near !== undefined &&
    far !== undefined &&
    far.days > LONG_SPAN_DAYS &&
    far.days > near.days * CLEARLY_NEARER
  )
    return { pattern: near.one.pattern, confidence: "likely", reason: "timesClose", values: names(near.one) };
  return { pattern: first.pattern, confidence: "unsure", reason: "timesTwoReadings", values: names(first) };
}

/** How far a reading's times are from each other, and from when they were sent. */
function toDistance({ first, last }: Reading, { at, isNamed }: SentAt): number {
  return last - first + (isNamed ? Math.abs(at - last) : 0);
}
