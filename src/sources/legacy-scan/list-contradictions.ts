import { makeZoneReader } from "../../domain/instant.ts";
import type { LayoutSettings } from "./layout-settings.ts";
import { makeNamePattern } from "./name-pattern.ts";
import { makeTimeParser, saysOffset, saysSeconds } from "./time-pattern.ts";

interface Contradiction {
  readonly path: PropertyKey[];
  readonly message: string;
}

/**
 * What each setting allows alone and the settings together do not.
 *
 * @param known the names of the layout's columns
 */
export function* listContradictions(
  layout: LayoutSettings,
  known: readonly string[],
): Generator<Contradiction> {
  const personal = new Set(layout.personal);
  for (const [index, name] of known.entries()) {
    if (known.indexOf(name) !== index) {
      yield { path: ["columns", index], message: `a name of its own: '${name}' comes twice` };
    }
  }
  for (const [field, value] of Object.entries(layout.fields)) {
    for (const column of [value ?? []].flat()) {
      if (!known.includes(column)) {
        yield { path: ["fields", field], message: `one of the columns; '${column}' is none` };
      } else if (personal.has(column)) {
        yield { path: ["fields", field], message: `a column that is kept; '${column}' is personal` };
      }
    }
  }
  for (const [index, column] of layout.personal.entries()) {
    if (!known.includes(column)) yield { path: ["personal", index], message: "one of the columns" };
  }
  for (const [index, { column }] of layout.only.entries()) {
    if (!known.includes(column)) yield { path: ["only", index, "column"], message: "one of the columns" };
  }
  const { pattern, zone, precision, zoneColumn, zones } = layout.time;
  yield* complainOf(["time", "pattern"], () => makeTimeParser(pattern));
  yield* complainOf(["time", "zone"], () => makeZoneReader(zone));
  for (const [name, meaning] of Object.entries(zones)) {
    yield* complainOf(["time", "zones", name], () => makeZoneReader(meaning));
  }
  if (zoneColumn !== undefined) {
    const path = ["time", "zoneColumn"];
    if (!known.includes(zoneColumn)) yield { path, message: `one of the columns; '${zoneColumn}' is none` };
    if (personal.has(zoneColumn))
      yield { path, message: `a column that is kept; '${zoneColumn}' is personal` };
    if (saysOffset(pattern)) yield { path, message: "nothing, because the pattern says the offset already" };
  } else if (Object.keys(zones).length > 0) {
    yield { path: ["time", "zones"], message: "a zoneColumn that holds these names" };
  }
  if (precision !== "minutes" && !saysSeconds(pattern)) {
    yield { path: ["time", "precision"], message: "minutes, because the pattern says no seconds" };
  }
  const { fileName } = layout;
  if (fileName !== undefined) yield* complainOf(["fileName"], () => makeNamePattern(fileName));
  if (layout.format === "xml") return;
  if (layout.trailer !== undefined && !/^[!-~][ -~]*\{rows\}([ -~]*[!-~])?$/.test(layout.trailer.line)) {
    yield { path: ["trailer", "line"], message: "printable ASCII, then {rows}, such as #EOF;{rows}" };
  }
  if (layout.format === "fixed") return;
  if (!/^[\t -/:-@[-`{-~]$/.test(layout.delimiter)) {
    yield { path: ["delimiter"], message: "one ASCII character that is no letter or digit" };
  }
  if (layout.quote !== undefined && (!/^["'`]$/.test(layout.quote) || layout.quote === layout.delimiter)) {
    yield { path: ["quote"], message: "one of \" ' ` and not the delimiter" };
  }
  if (layout.records !== undefined && layout.header) {
    yield {
      path: ["records"],
      message: "header: false, because a header names the columns of one kind only",
    };
  }
}

function* complainOf(path: PropertyKey[], make: () => unknown): Generator<Contradiction> {
  try {
    make();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    yield { path, message: `a working setting: ${error.message}` };
  }
}
