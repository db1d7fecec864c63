import en from "./texts/en.json" with { type: "json" };
import nl from "./texts/nl.json" with { type: "json" };

/** The languages of reports and terminal output. */
export const LANGS = ["en", "nl"] as const;
export type Lang = (typeof LANGS)[number];

/** Every text of one language; `texts/en.json` and `texts/nl.json` have the same keys, which a test holds. */
export type Texts = typeof en;

/** A text that depends on a count. */
export interface Plural {
  readonly one: string;
  readonly other: string;
}

const TEXTS: Readonly<Record<Lang, Texts>> = { en, nl };

/** The texts of a language. */
export function getTexts(lang: Lang): Texts {
  return TEXTS[lang];
}

/** The form for a count: `one` for exactly 1, in both languages. */
export function toPlural(text: Plural, count: number): string {
  return count === 1 ? text.one : text.other;
}

/**
 * Splits a text at its `{placeholders}` and puts the values there.
 *
 * @throws Error when a value is missing: a hole in a report is a fault of ours
 */
export function splitText<T>(text: string, values: Readonly<Record<string, T>>): (string | T)[] {
  return text.split(/\{(\w+)\}/).map((part, index) => {
    if (index % 2 === 0) return part;
    const value = Object.hasOwn(values, part) ? values[part] : undefined;
    if (value === undefined) throw new Error(`text '${text}' lacks a value for {${part}}`);
    return value;
  });
}

/** {@link splitText}, joined. */
export function fillText(text: string, values: Readonly<Record<string, string>>): string {
  return splitText(text, values).join("");
}
