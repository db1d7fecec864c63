import type { Cause } from "../../../src/domain/finding.ts";
import type { MappingTables } from "../../../src/mapping/translate.ts";
import type { Spoiling } from "../spoilt-worlds.ts";
import type { IsChosen } from "./alter.ts";
import {
  everyOne,
  HOUR,
  replied,
  reTold,
  rowOf,
  scanned,
  toldAt,
  toldToo,
  unTold,
  withRow,
  withWireCode,
} from "./alter.ts";

/** A fault whose cause is known: what is done to the data, or to the tables. */
export interface Plant {
  readonly name: string;
  readonly cause: Cause;
  readonly spoiling?: Spoiling;
  readonly tables?: (tables: MappingTables) => MappingTables;
}

/** Whom and what the faults concern. */
export interface Target {
  /** The world's codes for a status; `""`: those of notices. */
  readonly codesOf: (status: string) => readonly string[];
  readonly isChosen: IsChosen;
  /** What is lost, altered or mistranslated. */
  readonly status: string;
  /** What it is taken for. */
  readonly wrong: string;
  /** What is made up. */
  readonly invention: string;
  /** Seldom seen. */
  readonly rare: string;
  /** Of which the old side lacks the codes. */
  readonly unreachable: string;
}

const MINUTES_37 = 37 * 60_000;

/** The faults by which the rules were written. */
export function makePlants(target: Target): readonly Plant[] {
  return [...plantsInTables(target), ...plantsInTimes(), ...plantsInLegacy(target), ...plantsInNew(target)];
}

function plantsInTables({ codesOf, isChosen, status, wrong, rare, unreachable }: Target): readonly Plant[] {
  const [notice = ""] = codesOf("");
  const codes = codesOf(status);
  const [code = ""] = codes;
  const noticed = (isConcerned: IsChosen) => ({
    // Two hours on, where the v2 API hides it.
    scans: scanned(codes, isConcerned, (columns) => [columns, rowOf(columns, notice, 120)]),
  });
  return [
    { name: "a row with the wrong status", cause: "mapping", tables: withRow(code, wrong) },
    {
      name: "such a row of a rare code",
      cause: "mapping",
      tables: withRow(codesOf(rare)[0] ?? "", "delayed"),
    },
    { name: "a row without the status that it should have", cause: "mapping", tables: withRow(code, null) },
    {
      name: "all rows of a status without it",
      cause: "mapping",
      tables: (tables) => codes.reduce((done, one) => withRow(one, null)(done), tables),
    },
    {
      name: "a status for a notice",
      cause: "mapping",
      spoiling: noticed(everyOne),
      tables: withRow(notice, "delayed"),
    },
    {
      name: "a status for a rare notice",
      cause: "mapping",
      spoiling: noticed(isChosen),
      tables: withRow(notice, "delayed"),
    },
    { name: "a code without a row", cause: "mapping", tables: withRow(code, undefined) },
    {
      name: "a wire code that the contract lacks",
      cause: "mapping",
      tables: withWireCode(status, undefined),
    },
    {
      name: "a status that no code translates to",
      cause: "mapping",
      spoiling: {
        scans: scanned(codesOf(unreachable), isChosen, () => []),
        legacyApi: replied(codesOf(unreachable), isChosen, () => []),
      },
      tables: (tables) => ({
        ...tables,
        legacyCodes: new Map([...tables.legacyCodes].filter(([, list]) => list[0]?.status !== unreachable)),
        fingerprint: `${tables.fingerprint} without ${unreachable}`,
      }),
    },
  ];
}

function plantsInTimes(): readonly Plant[] {
  return [
    {
      name: "the scan files in the wrong zone",
      cause: "timing",
      spoiling: { scans: (columns) => [rowOf(columns, columns[1] ?? "", 120)] },
    },
    {
      name: "the webhook in the wrong zone",
      cause: "timing",
      spoiling: { webhook: toldAt(() => -HOUR, everyOne) },
    },
    {
      name: "both new channels in the wrong zone",
      cause: "timing",
      spoiling: {
        webhook: toldAt(() => -2 * HOUR, everyOne),
        statusApi: toldAt(() => -2 * HOUR, everyOne),
      },
    },
  ];
}

function plantsInLegacy({ codesOf, isChosen, status, wrong }: Target): readonly Plant[] {
  const codes = codesOf(status);
  return [
    {
      name: "scan rows with an altered code, the v2 API telling otherwise",
      cause: "legacy",
      spoiling: { scans: scanned(codes, isChosen, (columns) => [rowOf(columns, codesOf(wrong)[0] ?? "")]) },
    },
    {
      name: "events that both legacy channels lack, while both new ones tell them",
      cause: "legacy",
      spoiling: { scans: scanned(codes, isChosen, () => []), legacyApi: replied(codes, isChosen, () => []) },
    },
    { name: "scan rows lost", cause: "legacy", spoiling: { scans: scanned(codes, isChosen, () => []) } },
    {
      name: "another reference in the scan files than everywhere else",
      cause: "legacy",
      spoiling: {
        scans: (columns, barcode) =>
          isChosen(barcode) ? [columns.with(6, columns[6] === "" ? "" : "ORDER-0")] : [columns],
      },
    },
  ];
}

function plantsInNew({ isChosen, status, wrong, invention }: Target): readonly Plant[] {
  const dropped = unTold(status, isChosen);
  const recoded = reTold(status, wrong, isChosen);
  /** An hour and a half before what is told. */
  const invented = toldToo(status, invention, -1.5 * HOUR, isChosen);
  const late = toldAt(() => MINUTES_37, isChosen);
  const allDropped = unTold("announced", everyOne);
  return [
    { name: "pushes lost", cause: "new", spoiling: { webhook: dropped } },
    { name: "another status pushed than the status API lists", cause: "new", spoiling: { webhook: recoded } },
    {
      name: "events that both new channels lack, while both legacy ones tell them",
      cause: "new",
      spoiling: { webhook: dropped, statusApi: dropped },
    },
    {
      name: "another status on both new channels",
      cause: "new",
      spoiling: { webhook: recoded, statusApi: recoded },
    },
    {
      name: "events that both new channels have made up",
      cause: "new",
      spoiling: { webhook: invented, statusApi: invented },
    },
    {
      name: "all events of a sort left out by both new channels",
      cause: "new",
      spoiling: { webhook: allDropped, statusApi: allDropped },
    },
    {
      name: "pushes under a second event id",
      cause: "new",
      spoiling: {
        webhook: (told, barcode) => (told.code === status && isChosen(barcode) ? [told, told] : [told]),
      },
    },
    {
      name: "another reference in the webhook than everywhere else",
      cause: "new",
      spoiling: { reference: ["webhook", isChosen] },
    },
    {
      name: "another reference on both new channels",
      cause: "new",
      spoiling: { reference: ["new", isChosen] },
    },
    {
      name: "the time of processing in place of the event's",
      cause: "new",
      spoiling: { webhook: late, statusApi: late },
    },
  ];
}
