import { getOwn, isObject, toText } from "../compile-path.ts";

/**
 * How Shippingstatus v2 writes values, which it takes over from XML: an empty
 * element as `{}` (its documentation as the text `"{}"`), a list of one as its
 * element, and some characters as entities.
 */

const ENTITIES: Readonly<Record<string, string>> = {
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&apos;": "'",
  "&amp;": "&",
};

/** One element as a list of one, an empty element as none. */
export function listOf(value: unknown): readonly unknown[] {
  return (Array.isArray(value) ? value : [value]).filter((element) => !isEmpty(element));
}

export function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  if (typeof value === "string") return value.trim() === "" || value.trim() === "{}";
  if (Array.isArray(value)) return value.every(isEmpty);
  return isObject(value) && Object.keys(value).length === 0;
}

/** The text of an element; `null` where it is absent or empty. */
export function textOf(object: unknown, name: string): string | null {
  const text = toText(getOwn(object, name));
  if (text === null || text === "{}") return null;
  return text.includes("&")
    ? text.replace(/&(?:lt|gt|quot|apos|amp);/g, (entity) => ENTITIES[entity] ?? entity)
    : text;
}
