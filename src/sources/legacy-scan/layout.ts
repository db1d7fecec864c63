import type { LayoutSettings } from "./layout-settings.ts";
import { LAYOUT_SETTINGS, listColumns } from "./layout-settings.ts";
import { listContradictions } from "./list-contradictions.ts";
import type { TimeReader } from "./make-time-reader.ts";
import { makeTimeReader } from "./make-time-reader.ts";
import type { NamePattern } from "./name-pattern.ts";
import { makeNamePattern } from "./name-pattern.ts";

/** The units in which a layout's times may be written, in milliseconds. */
const PRECISION_MS = { milliseconds: 1, seconds: 1000, minutes: 60_000 } as const;

/** A layout as it stands in its file. Names of elements and columns are compared letter by letter. */
export const LAYOUT_SCHEMA = LAYOUT_SETTINGS.superRefine((layout, context) => {
  for (const { path, message } of listContradictions(layout, listColumns(layout))) {
    context.addIssue({ code: "custom", path, message });
  }
});

/** What makes a layout's settings work; made once, shared by all its files. */
export interface LayoutTools {
  /** The layout's name: its file's, without the ending. */
  readonly name: string;
  readonly readTime: TimeReader;
  readonly precisionMs: number;
  /** `undefined` where the layout has no name pattern. */
  readonly matchName: NamePattern | undefined;
}

export type DelimitedLayout = Extract<LayoutSettings, { readonly format: "delimited" }> & LayoutTools;
export type FixedLayout = Extract<LayoutSettings, { readonly format: "fixed" }> & LayoutTools;
export type XmlLayout = Extract<LayoutSettings, { readonly format: "xml" }> & LayoutTools;

/** How one kind of scan file is read. Everything that differs between carriers is in here. */
export type Layout = DelimitedLayout | FixedLayout | XmlLayout;

/** Makes checked settings work. */
export function makeLayout(name: string, settings: LayoutSettings): Layout {
  return {
    ...settings,
    name,
    readTime: makeTimeReader(settings.time),
    precisionMs: PRECISION_MS[settings.time.precision],
    matchName: settings.fileName === undefined ? undefined : makeNamePattern(settings.fileName),
  };
}
