import type { ReconcileReport } from "./report-data.ts";

/** The match rate's numerator and both denominators. */
export interface MatchRates {
  readonly matched: number;
  readonly total: number;
  /** All − pending − not proven. */
  readonly decided: number;
  /** 3 ÷ decided bounds the rate of mismatches at 95 %; only when there is none among enough parcels. */
  readonly ruleOfThree: "holds" | "too_few" | "no_use";
}

/** Below this the rule of three says nothing useful: the bound would be over 10 %. */
const FEWEST_DECIDED = 30;

/** Draws up the match rate. Known differences stand in both denominators, never in the numerator. */
export function toMatchRates({
  matched,
  mismatched,
  pending,
  notProven,
  total,
}: ReconcileReport["parcels"]): MatchRates {
  const decided = total - pending - notProven;
  const clean = mismatched === 0 && decided > 0;
  return {
    matched,
    total,
    decided,
    ruleOfThree: !clean ? "no_use" : decided < FEWEST_DECIDED ? "too_few" : "holds",
  };
}
