import type { Encoding } from "../decode-text.ts";
import type { Decision } from "./decision.ts";
import type { Table } from "./table.ts";

/** Samples as lines, one list per file; one character per byte. */
export type SampleLines = readonly (readonly string[])[];

/** One way to cut a file into columns. */
export interface Cut {
  readonly table: Table;
  /** How many of the lines it explains: 0 to 1. */
  readonly fit: number;
  readonly decisions: readonly Decision[];
  /** Whether a row that was cut off anywhere shows it. */
  readonly showsRowEnd: boolean;
  /** The layout's settings about its form, given a name for each column of the table. */
  readonly toForm: (names: readonly string[]) => Readonly<Record<string, unknown>>;
}

export interface CutOptions {
  readonly encoding: Encoding;
  /** Whether the files' last lines are among the samples. */
  readonly isWhole: boolean;
}

/** The value that comes most often. */
export function mostFrequent<T>(values: readonly T[]): T | undefined {
  const counts = new Map<T, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].reduce<[T, number] | undefined>(
    (best, one) => (best === undefined || one[1] > best[1] ? one : best),
    undefined,
  )?.[0];
}

export function isBlank(line: string): boolean {
  return line.trim() === "";
}
