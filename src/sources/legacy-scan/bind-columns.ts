import type { DetailField } from "../../domain/observation.ts";
import { DETAIL_FIELDS } from "../../domain/observation.ts";
import type { LayoutSettings } from "./layout-settings.ts";
import { listColumns } from "./layout-settings.ts";

/** Where a file's columns stand: positions in a row's cells. */
export interface Binding {
  /** How many cells a row has. */
  readonly width: number;
  readonly barcode: number;
  readonly code: readonly number[];
  readonly time: readonly number[];
  /** `-1`: the layout has no such column. */
  readonly zone: number;
  /** `-1`: the layout has no such column. */
  readonly details: Readonly<Record<DetailField, number>>;
  /** The layout's columns that say neither barcode, code nor time, in the layout's order. */
  readonly others: readonly number[];
  /** Columns that the layout does not know, by name. */
  readonly extras: readonly { readonly name: string; readonly at: number }[];
  readonly only: readonly { readonly at: number; readonly values: ReadonlySet<string> }[];
  /** The cells that may be shown to people: known and not personal. */
  readonly shown: ReadonlySet<number>;
}

/**
 * Finds the layout's columns among those of a file.
 *
 * @param names the file's columns in their order; every column of the layout is among them, and none comes twice
 */
export function bindColumns(layout: LayoutSettings, names: readonly string[]): Binding {
  const at = (name: string): number => names.indexOf(name);
  const { fields, personal } = layout;
  const known = listColumns(layout);
  const anchors = new Set([fields.barcode, ...fields.code, ...fields.time]);
  return {
    width: names.length,
    barcode: at(fields.barcode),
    code: fields.code.map(at),
    time: fields.time.map(at),
    zone: layout.time.zoneColumn === undefined ? -1 : at(layout.time.zoneColumn),
    details: Object.fromEntries(
      DETAIL_FIELDS.map((field) => [field, fields[field] === undefined ? -1 : at(fields[field])]),
    ) as Binding["details"],
    others: known.filter((name) => !anchors.has(name)).map(at),
    extras: names
      .filter((name) => !known.includes(name))
      .toSorted()
      .map((name) => ({ name, at: at(name) })),
    only: layout.only.map(({ column, values }) => ({ at: at(column), values: new Set(values) })),
    shown: new Set(known.filter((name) => !personal.includes(name)).map(at)),
  };
}
