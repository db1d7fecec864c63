import { makeNamePattern } from "../name-pattern.ts";
import type { Decision } from "./decision.ts";
import { decide } from "./decision.ts";

/** Groups of digits in a file's name, each once. */
export function listNameNumbers(names: readonly string[]): string[] {
  return [...new Set(names.flatMap((name) => name.match(/[0-9]+/g) ?? []))];
}

/**
 * The pattern that files' names follow, where there is a time in them.
 *
 * @param customers customer numbers that are known by the files' rows
 */
export function guessNamePattern(
  names: readonly string[],
  customers: ReadonlySet<string>,
): { readonly pattern: string | undefined; readonly decision: Decision } {
  const none = { pattern: undefined, decision: decide("fileName", null, "assumed", "nameNoTime") };
  const pieces = names.map((name) => name.split(/([0-9]+)/));
  const [first = []] = pieces;
  if (pieces.some((one) => one.length !== first.length)) return none;
  const times = findTime(first);
  if (times === undefined) return none;
  const pattern = first.map((piece, at) => {
    const placeholder = times.get(at);
    if (placeholder !== undefined) return placeholder;
    const all = pieces.map((one) => one[at] ?? "");
    const isSame = all.every((one) => one === piece);
    if (at % 2 === 0) return isSame ? piece : undefined;
    if (all.every((one) => customers.has(one))) return "{customer}";
    return piece.length === 1 && isSame ? piece : "{seq}";
  });
  if (pattern.some((piece) => piece === undefined)) return none;
  const joined = pattern.join("");
  try {
    const match = makeNamePattern(joined);
    if (names.some((name) => typeof match(name)?.receivedAt !== "number")) return none;
  } catch {
    return none;
  }
  const confidence = names.length > 1 ? "likely" : "assumed";
  return {
    pattern: joined,
    decision: decide("fileName", joined, confidence, "nameTime", { count: names.length }),
  };
}

/** The time that a file's name says, as UTC epoch milliseconds. */
export function findNameTime(name: string): number | undefined {
  const pieces = name.split(/([0-9]+)/);
  const at = [...(findTime(pieces)?.keys() ?? [])];
  if (at.length === 0) return undefined;
  const digits = at.map((place) => pieces[place] ?? "").join("");
  return Temporal.Instant.from(`${digits.slice(0, 8)}T${digits.slice(8)}Z`).epochMilliseconds;
}

/** Which groups of digits are date and time, by position. */
function findTime(pieces: readonly string[]): ReadonlyMap<number, string> | undefined {
  for (let at = 1; at < pieces.length; at += 2) {
    const [digits = "", sign = "", next = ""] = pieces.slice(at, at + 3);
    if (digits.length === 14 && isMoment(digits.slice(0, 8), digits.slice(8)))
      return new Map([[at, "{yyyyMMddHHmmss}"]]);
    if (digits.length === 8 && next.length === 6 && sign.length <= 2 && isMoment(digits, next)) {
      return new Map([
        [at, "{yyyyMMdd}"],
        [at + 2, "{HHmmss}"],
      ]);
    }
  }
  return undefined;
}

function isMoment(date: string, time: string): boolean {
  try {
    Temporal.Instant.from(`${date}T${time}Z`);
    return /^20/.test(date);
  } catch {
    return false;
  }
}
