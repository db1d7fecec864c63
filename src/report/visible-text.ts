import { toVisible } from "../domain/errors.ts";

/**
 * Characters without a shape of their own that `toVisible` leaves: soft
 * hyphen, Arabic letter mark, fillers, zero-width and invisible signs, tags.
 */
const SHAPELESS =
  // biome-ignore lint/suspicious/noMisleadingCharacterClass: each of them is meant alone
  /[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200d\u2060-\u2065\u206a-\u206f\u3164\ufe00-\ufe0f\uffa0\ufff0-\ufffb\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}]/gu;

/**
 * A text from outside as a person may safely see it: whatever could hide,
 * reorder or fake text stands as its escape (`\u202e`), and more than
 * `longest` characters are cut with an ellipsis.
 */
export function toVisibleText(text: string, longest: number = Number.POSITIVE_INFINITY): string {
  return toVisible(text.replace(SHAPELESS, toEscapes), longest).replace(/\p{Surrogate}/gu, toEscapes);
}

/** Every code unit as `\uXXXX`, the form that JSON reads back. */
export function toEscapes(text: string): string {
  return Array.from({ length: text.length }, (_, i) => text.charCodeAt(i))
    .map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`)
    .join("");
}
