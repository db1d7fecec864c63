import { makeZoneReader } from "../../../domain/instant.ts";
import { makeTimeParser } from "../time-pattern.ts";

/** Orders of a date's parts; of two that read the same texts the first is the more usual. */
const DATES = [
  ["yyyy", "MM", "dd"],
  ["dd", "MM", "yyyy"],
  ["MM", "dd", "yyyy"],
  ["dd", "MM", "yy"],
  ["yy", "MM", "dd"],
  ["MM", "dd", "yy"],
] as const;
const DATE_SIGNS = ["-", "/", ".", ""] as const;
const CLOCKS = [
  ...["HH:mm:ss.SSS", "HH:mm:ss,SSS", "HH:mm:ss", "HH:mm", "HHmmss", "HHmm", "HH.mm.ss", "HH.mm", "HH-mm-ss"],
] as const;
const JOINTS = [" ", "T", "", "-", "_", ", "] as const;
const OFFSETS = ["XXX", "XX", " XXX", " XX"] as const;
const OFFSET_SHAPES: Readonly<Record<(typeof OFFSETS)[number], readonly string[]>> = {
  XXX: ["Z", "+99:99", "-99:99"],
  XX: ["Z", "+9999", "-9999"],
  " XXX": [" Z", " +99:99", " -99:99"],
  " XX": [" Z", " +9999", " -9999"],
};

/** Patterns of a date alone, of a clock alone, and of both with or without an offset. */
export type PatternKind = "date" | "clock" | "moment";

type PatternsByShape = ReadonlyMap<string, readonly string[]>;

/** Every pattern that texts of a shape may have; digits stand as 9. */
const PATTERNS: Readonly<Record<PatternKind, PatternsByShape>> = makePatterns();

/** The patterns that a text may have by its shape alone. */
export function patternsOf(text: string, kind: PatternKind): readonly string[] {
  return PATTERNS[kind].get(text.replace(/[0-9]/g, "9")) ?? [];
}

/** Reads texts of a pattern as UTC epoch milliseconds, in no particular zone; `undefined` for others. */
export function makeRoughReader(pattern: string, kind: PatternKind): (text: string) => number | undefined {
  const readUtc = makeZoneReader("UTC");
  const whole = kind === "date" ? `${pattern} HH:mm` : kind === "clock" ? `yyyyMMdd ${pattern}` : pattern;
  const parse = makeTimeParser(whole);
  return (text) => {
    const local = parse(kind === "date" ? `${text} 00:00` : kind === "clock" ? `20260101 ${text}` : text);
    return local === undefined ? undefined : readUtc(local)?.at;
  };
}

function makePatterns(): Record<PatternKind, PatternsByShape> {
  const dates = DATE_SIGNS.flatMap((sign) => DATES.map((parts) => parts.join(sign)));
  const moments = dates.flatMap((date) =>
    JOINTS.flatMap((joint) => CLOCKS.map((clock) => date + joint + clock)),
  );
  const byShape = new Map<string, string[]>();
  for (const moment of moments) {
    add(byShape, toShape(moment), moment);
    for (const offset of OFFSETS) {
      for (const end of OFFSET_SHAPES[offset]) add(byShape, toShape(moment) + end, moment + offset);
    }
  }
  const index = (patterns: readonly string[]): PatternsByShape => {
    const found = new Map<string, string[]>();
    for (const pattern of patterns) add(found, toShape(pattern), pattern);
    return found;
  };
  return { date: index(dates), clock: index(CLOCKS), moment: byShape };
}

function add(index: Map<string, string[]>, shape: string, pattern: string): void {
  index.set(shape, [...(index.get(shape) ?? []), pattern]);
}

function toShape(pattern: string): string {
  return pattern.replace(/[yMdHmsS]/g, "9");
}
