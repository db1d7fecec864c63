import type { MixComparison } from "./compare-mix.ts";
import { holm } from "./holm.ts";
import { assertBetween0And1 } from "./proportion.ts";

export interface MixPolicy {
  /** Of all tests together, for instance 0.01. */
  readonly significance: number;
  /** The least stability index that matters, for instance 0.1: with enough parcels any difference is significant. */
  readonly stabilityIndex: number;
}

export interface MixJudgement {
  readonly verdict: "changed" | "unchanged" | "not_enough_data";
  /** Corrected for the number of tests (Holm); `null` without a test. */
  readonly adjustedP: number | null;
}

/** Judges comparisons made side by side. A mix has changed when the change is both beyond chance and large enough to matter. */
export function judgeMixes(
  comparisons: ReadonlyMap<string, MixComparison>,
  policy: MixPolicy,
): Map<string, MixJudgement> {
  assertBetween0And1("significance", policy.significance);
  const tested = [...comparisons].flatMap(([name, comparison]) =>
    comparison.kind === "compared" ? [{ name, ...comparison }] : [],
  );
  const adjusted = holm(tested.map(({ pValue }) => pValue));
  const judgements = new Map<string, MixJudgement>();
  for (const name of comparisons.keys())
    judgements.set(name, { verdict: "not_enough_data", adjustedP: null });
  for (const [index, { name, stabilityIndex }] of tested.entries()) {
    const adjustedP = adjusted[index] ?? 1;
    const isChanged = adjustedP <= policy.significance && stabilityIndex >= policy.stabilityIndex;
    judgements.set(name, { verdict: isChanged ? "changed" : "unchanged", adjustedP });
  }
  return judgements;
}
