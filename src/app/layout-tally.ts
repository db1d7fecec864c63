import { toIsoUtcOrNull } from "../domain/instant.ts";
import type { Observation } from "../domain/observation.ts";
import { compareText } from "../domain/observation.ts";
import type { ParsedRow } from "../intake/incoming.ts";
import type { LayoutCheckReport } from "../report/layout-check.ts";

type Summary = LayoutCheckReport["summary"];

/** Adds up the rows of a file. */
export interface RowsTally {
  readonly add: (row: ParsedRow) => void;
  /** @param leftOut rows that the layout leaves out */
  readonly finish: (leftOut: number) => Summary;
}

/** Beyond this many, parcels are no longer told apart: a file of invented ones must not fill the memory. */
const MOST_PARCELS = 2_000_000;
const MOST_CODES = 1000;

/** Makes a tally; `meaningOf` says what an observation's code stands for. */
export function tallyRows(meaningOf: (observation: Observation) => string): RowsTally {
  const reasons = new Map<string, { rows: number; firstLine: number; firstMessage: string }>();
  const codes = new Map<string, { code: string; rows: number; meaning: string }>();
  const parcels = new Set<string>();
  let [accepted, quarantined, ambiguousTimes, nonexistentTimes] = [0, 0, 0, 0];
  let [earliest, latest] = [Infinity, -Infinity];

  const addObservation = (observation: Observation): void => {
    const { barcode, code, at, laterAt, nonexistentTime } = observation;
    accepted += 1;
    if (laterAt !== null) ambiguousTimes += 1;
    if (nonexistentTime) nonexistentTimes += 1;
    earliest = Math.min(earliest, at);
    latest = Math.max(latest, at);
    if (parcels.size < MOST_PARCELS) parcels.add(barcode);
    const meaning = meaningOf(observation);
    const key = `${code} ${meaning}`;
    const known = codes.get(key);
    if (known !== undefined) known.rows += 1;
    else if (codes.size < MOST_CODES) codes.set(key, { code, rows: 1, meaning });
  };

  return {
    add: (row) => {
      if (row.kind === "observation") {
        addObservation(row.observation);
        return;
      }
      quarantined += 1;
      const { code, line, message } = row.quarantined;
      const known = reasons.get(code);
      if (known !== undefined) known.rows += 1;
      else reasons.set(code, { rows: 1, firstLine: line, firstMessage: message });
    },
    finish: (leftOut) => ({
      rows: accepted + quarantined + leftOut,
      accepted,
      quarantined,
      leftOut,
      reasons: [...reasons]
        .map(([code, reason]) => ({ code, ...reason }))
        .sort((a, b) => b.rows - a.rows || compareText(a.code, b.code)),
      parcels: parcels.size,
      earliest: toIsoUtcOrNull(accepted === 0 ? null : earliest),
      latest: toIsoUtcOrNull(accepted === 0 ? null : latest),
      ambiguousTimes,
      nonexistentTimes,
      codes: [...codes.values()].sort((a, b) => b.rows - a.rows || compareText(a.code, b.code)),
    }),
  };
}
