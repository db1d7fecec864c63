import { InputError } from "../domain/errors.ts";

/**
 * Where something stands in a JSON payload: names joined by dots, each of them
 * followed by `[]` where it holds a list; `[]` alone is a payload that is a list
 * itself. `item.status.code`, `data.parcels[]`.
 */
export const PATH = /^(?:\[\]|[^.[\]\s]+(?:\[\])?)(?:\.[^.[\]\s]+(?:\[\])?)*$/;

/** Longer texts are no codes, ids, references or cursors; they would only swell the store. */
const MOST_TEXT = 2_000;

/** A path, or two of which a date and its time of day are joined with a blank. */
export type Place = string | { readonly date: string; readonly time: string };

/** A text's place in a payload, compiled once. */
export interface Field {
  /** The first alternative that is filled, trimmed; numbers as text; `null` where none is. Never fails. */
  readonly find: (payload: unknown) => string | null;
  /** @throws InputError `FIELD_MISSING` where nothing is filled in, `SHAPE_INVALID` where something else stands */
  readonly get: (payload: unknown, place: string) => string;
}

/** Walks to one place; `undefined` where the way ends. Finds own properties only. */
export type Walk = (payload: unknown) => unknown;

/** A list that holds several where one is expected. */
const SEVERAL = Symbol("several");

/**
 * Compiles the alternatives of one text. A list on the way must hold exactly
 * one element: to choose among several would be a guess.
 *
 * @param name what the field is called in messages
 * @param places the preferred one first; none: the field is never filled
 */
export function compileField(name: string, places: readonly Place[]): Field {
  const finds = places.map(compilePlace);
  const find = (payload: unknown): string | null => {
    for (const findText of finds) {
      const text = findText(payload);
      if (text !== null) return text;
    }
    return null;
  };
  const walks = places.flatMap(pathsOf).map((path) => compileWalk(path, true));
  const get = (payload: unknown, place: string): string => {
    const text = find(payload);
    if (text !== null) return text;
    const other = walks
      .map((walk) => walk(payload))
      .find((value) => !isEmpty(value) && toText(value) === null);
    const shown = places.map((one) => pathsOf(one).join(" and ")).join(" or ");
    if (other === undefined) {
      throw new InputError("FIELD_MISSING", {
        place,
        value: `no ${name}`,
        expected: `a text at ${shown}`,
        todo: "ask the carrier, or correct the contract that says where it stands",
      });
    }
    throw new InputError("SHAPE_INVALID", {
      place,
      value: `${name} is ${toKind(other)}`,
      expected: `a text of at most ${MOST_TEXT} characters at ${shown}`,
      todo: "ask the carrier, or correct the contract that says where it stands",
    });
  };
  return { find, get };
}

/** The paths that a place is made of. */
export function pathsOf(place: Place): readonly string[] {
  return typeof place === "string" ? [place] : [place.date, place.time];
}

function compilePlace(place: Place): (payload: unknown) => string | null {
  const walks = pathsOf(place).map((path) => compileWalk(path, true));
  const [first] = walks;
  if (walks.length === 1 && first !== undefined) return (payload) => toText(first(payload));
  return (payload) => {
    const texts = walks.map((walk) => toText(walk(payload)));
    return texts.includes(null) ? null : texts.join(" ");
  };
}

/** Compiles the way to a list or an object; the last `[]` says that a list is expected and is not walked into. */
export function compileWalk(path: string, intoLists = false): Walk {
  const steps = path.split(".").flatMap((step) => {
    const name = step.replace("[]", "");
    const isList = step.endsWith("[]");
    return [...(name === "" ? [] : [name]), ...(isList ? [SEVERAL] : [])];
  });
  if (!intoLists && steps.at(-1) === SEVERAL) steps.pop();
  return (payload) => {
    let value = payload;
    for (const step of steps) {
      value = typeof step === "string" ? getOwn(value, step) : toOnly(value);
      if (value === undefined || value === SEVERAL) return value;
    }
    return value;
  };
}

/** An object's own property; `undefined` for everything else, lists included. */
export function getOwn(value: unknown, name: string): unknown {
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

/** Whether a JSON value is an object, not a list and not `null`. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A JSON value as a trimmed text: strings and numbers; `null` for everything else, empty, overlong and NUL-holding ones. */
export function toText(value: unknown): string | null {
  if (typeof value === "number") return isExact(value) ? String(value) : null;
  if (typeof value !== "string") return null;
  const text = value.trim();
  return text === "" || text.length > MOST_TEXT || text.includes("\u0000") ? null : text;
}

/** What a JSON value is, for messages: never its content, which may hold names. */
export function toKind(value: unknown): string {
  if (value === null || value === undefined) return "nothing";
  if (value === SEVERAL) return "a list of several";
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "object") return "an object";
  if (typeof value === "string") return `a text of ${value.length} characters`;
  return `a ${typeof value}`;
}

function toOnly(value: unknown): unknown {
  if (!Array.isArray(value)) return undefined;
  return value.length > 1 ? SEVERAL : value[0];
}

function isExact(value: number): boolean {
  return Number.isFinite(value) && (Number.isSafeInteger(value) || !Number.isInteger(value));
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === "string" && value.trim() === "");
}
