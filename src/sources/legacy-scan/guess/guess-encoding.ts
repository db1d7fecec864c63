import type { Encoding } from "../decode-text.ts";
import { isForeign } from "../decode-text.ts";
import type { Decision } from "./decision.ts";
import { decide } from "./decision.ts";

// biome-ignore lint/suspicious/noControlCharactersInRegex: the class is the whole of ASCII
const NOT_ASCII = /[^\u0000-\u007f]/;

/** So many lines of one kind are the sender's way; fewer may be one file's. */
const ENOUGH_LINES = 20;

/**
 * The encoding of lines, one character per byte. Bytes that are no UTF-8 are
 * taken for Windows-1252, of which Latin-1's letters are a part. A layout in
 * UTF-8 reads such lines, too, so it is proposed where there are few of them.
 */
export function guessEncoding(
  lines: readonly string[],
  hasMark: boolean,
): { readonly encoding: Encoding; readonly decision: Decision } {
  const letters = lines.filter((line) => NOT_ASCII.test(line));
  const foreign = letters.filter((line) => isForeign(line, "utf-8")).length;
  const valid = letters.length - foreign;
  const values = { valid, foreign, lines: lines.length };
  const found = (encoding: Encoding, ...rest: [Decision["confidence"], Decision["reason"]]) => ({
    encoding,
    decision: decide("encoding", encoding, ...rest, values),
  });
  if (hasMark) return found("utf-8", "sure", "mark");
  if (letters.length === 0) return found("utf-8", "assumed", "ascii");
  if (foreign === 0) return found("utf-8", valid >= 3 ? "sure" : "likely", "utf8");
  if (valid === 0 && foreign >= ENOUGH_LINES) return found("windows-1252", "sure", "notUtf8");
  return found("utf-8", "likely", "readsBoth");
}
