import { toEscapes, toVisible } from "../domain/errors.ts";

/**
 * Characters without a shape of their own, among them those that reorder what
 * stands around them. Control characters are not among them: `toVisible` has those.
 */
export const SHAPELESS = /[\p{Default_Ignorable_Code_Point}\p{Bidi_Control}\ufff9-\ufffb]/gu;

/**
 * A text from outside as a person may safely see it: whatever could hide,
 * reorder or fake text stands as its escape (`\u202e`), and more than
 * `longest` characters are cut with an ellipsis.
 */
export function toVisibleText(text: string, longest: number = Number.POSITIVE_INFINITY): string {
  // The cut may leave half a character.
  return toVisible(text.replace(SHAPELESS, toEscapes), longest).replace(/\p{Surrogate}/gu, toEscapes);
}
