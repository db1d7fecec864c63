import type { LocalParts } from "../../domain/instant.ts";

/** A wall clock as a text says it. */
export interface WallClock extends LocalParts {
  /** How far it is ahead of UTC; `null` where the text does not say. */
  readonly offsetMinutes: number | null;
}

/** Reads a wall-clock text of one pattern; `undefined` for any other text. */
export type TimeParser = (text: string) => WallClock | undefined;

type Part = keyof LocalParts;

const TOKENS: readonly (readonly [token: string, part: Part])[] = [
  ["yyyy", "year"],
  ["yy", "year"],
  ["MM", "month"],
  ["dd", "day"],
  ["HH", "hour"],
  ["mm", "minute"],
  ["ss", "second"],
  ["SSS", "millisecond"],
];

/** Where each part stands in texts of one length. */
interface Shape {
  readonly length: number;
  readonly parts: readonly { readonly part: Part; readonly start: number; readonly end: number }[];
  readonly literals: readonly { readonly at: number; readonly character: string }[];
}

const NEEDED: readonly Part[] = ["year", "month", "day", "hour", "minute"];
const OPTIONAL_END = /^([^[\]]+)\[([^[\]]+)\]$/;
/** `XXX`, `XX`, or either in brackets. */
const OFFSET_END = /^(.+?)(?:(X{2,3})|\[(X{2,3})\])$/;
const OFFSETS: Readonly<Record<string, RegExp>> = {
  XX: /^(.*)(?:Z|([+-])([01][0-9]|2[0-3])([0-5][0-9]))$/,
  XXX: /^(.*)(?:Z|([+-])([01][0-9]|2[0-3]):([0-5][0-9]))$/,
};

/** Carriers write year 1 or 1900 for "no time"; a scan lies in neither, nor beyond this. */
const FIRST_YEAR = 2000;
const LAST_YEAR = 2099;
const ZERO = 48;
const BLANK = 32;

/**
 * Makes the reader of a pattern such as `dd-MM-yyyy HH:mm:ss`: the tokens
 * `yyyy yy MM dd HH mm ss SSS`, every other character standing for itself, and
 * an end in square brackets that may be absent (`[.SSS]`). Last of all may
 * stand an offset from UTC: `XXX` (`+01:00` or `Z`) or `XX` (`+0100` or `Z`),
 * in brackets where it may be absent. Every other token has a
 * fixed width, so a text is read by position. `yy` is a year from 2000 on.
 *
 * The days of a month are not checked here; a year outside 2000 to 2099 gives `undefined`.
 *
 * @param blankDigits whether blanks in the place of digits are zeros: ` 7. 3.26   :05`
 * @throws RangeError when the pattern lacks a token from year to minute, or says one twice
 */
export function makeTimeParser(pattern: string, blankDigits = false): TimeParser {
  const [, clock = pattern, needed, optional] = OFFSET_END.exec(pattern) ?? [];
  const [, start = clock, end] = OPTIONAL_END.exec(clock) ?? [];
  const shapes = end === undefined ? [toShape(clock)] : [toShape(start), toShape(start + end)];
  const readClock = (text: string, offsetMinutes: number | null): WallClock | undefined => {
    for (const shape of shapes) {
      if (text.length === shape.length) return readShape(text, shape, offsetMinutes, blankDigits);
    }
    return undefined;
  };
  const offset = OFFSETS[needed ?? optional ?? ""];
  if (offset === undefined) return (text) => readClock(text, null);
  return (text) => {
    const [whole, rest = "", sign, hours = "0", minutes = "0"] = offset.exec(text) ?? [];
    const ahead = Number(hours) * 60 + Number(minutes);
    const read = whole === undefined ? undefined : readClock(rest, sign === "-" ? -ahead : ahead);
    return read ?? (optional === undefined ? undefined : readClock(text, null));
  };
}

/** Whether every text of a pattern says its offset from UTC. */
export function saysOffset(pattern: string): boolean {
  return OFFSET_END.exec(pattern)?.[2] !== undefined;
}

/** Whether a pattern's texts always say the second. */
export function saysSeconds(pattern: string): boolean {
  return pattern.replace(/\[.*\]/, "").includes("ss");
}

function toShape(pattern: string): Shape {
  const parts: Shape["parts"][number][] = [];
  const literals: Shape["literals"][number][] = [];
  let at = 0;
  while (at < pattern.length) {
    const [token, part] = TOKENS.find(([text]) => pattern.startsWith(text, at)) ?? [];
    if (token === undefined || part === undefined) {
      const character = pattern.charAt(at);
      if (/[0-9yMdHmsSX[\]]/.test(character)) throw new RangeError(`'${character}' stands alone in it`);
      literals.push({ at, character });
      at += 1;
    } else {
      if (parts.some((known) => known.part === part)) throw new RangeError(`it says the ${part} twice`);
      parts.push({ part, start: at, end: at + token.length });
      at += token.length;
    }
  }
  const missing = NEEDED.find((part) => parts.every((known) => known.part !== part));
  if (missing !== undefined) throw new RangeError(`it does not say the ${missing}`);
  return { length: pattern.length, parts, literals };
}

function readShape(
  text: string,
  { parts, literals }: Shape,
  offsetMinutes: number | null,
  blankDigits: boolean,
): WallClock | undefined {
  const local = { year: 0, month: 0, day: 0, hour: 0, minute: 0, second: 0, millisecond: 0, offsetMinutes };
  for (const { at, character } of literals) {
    if (text.charAt(at) !== character) return undefined;
  }
  for (const { part, start, end } of parts) {
    let value = 0;
    for (let at = start; at < end; at += 1) {
      const character = text.charCodeAt(at);
      const digit = blankDigits && character === BLANK ? 0 : character - ZERO;
      if (digit < 0 || digit > 9) return undefined;
      value = value * 10 + digit;
    }
    local[part] = part === "year" && end - start === 2 ? 2000 + value : value;
  }
  const { year, month, day, hour } = local;
  if (year < FIRST_YEAR || year > LAST_YEAR || month > 12 || day > 31 || hour > 23) return undefined;
  return local;
}
