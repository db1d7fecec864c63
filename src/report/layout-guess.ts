import type { LayoutCheckReport } from "./layout-check.ts";

/** One thing that was decided; `reason` and `values` stand for a text. */
export interface GuessDecision {
  /** The layout's setting, such as `delimiter` or `fields.code`. */
  readonly about: string;
  /** `null`: left open, or what the layout says is only a default. */
  readonly value: string | null;
  readonly confidence: "sure" | "likely" | "unsure" | "assumed";
  readonly reason: string;
  readonly values: Readonly<Record<string, string | number>>;
}

/** What `layout guess` prints. */
export interface LayoutGuessReport {
  /** Those that were looked at; of very many or large ones not all. */
  readonly files: readonly string[];
  /** How much of each file was looked at, at the most. */
  readonly sampleBytes: number;
  readonly isWhole: boolean;
  /** Layouts that come with the program and read rows of these files; the best first. */
  readonly shipped: readonly { readonly layout: string; readonly rows: number; readonly accepted: number }[];
  /** The layout's file, setting by setting, without remarks. */
  readonly parts: readonly { readonly key: string; readonly yaml: string }[];
  readonly decisions: readonly GuessDecision[];
  /** What reading the files with the layout comes to; `null` where they are too large. */
  readonly proof: LayoutCheckReport["summary"] | null;
  /** Whether every row was read and nothing is unsure. */
  readonly isSettled: boolean;
}
