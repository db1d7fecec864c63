import type { DetailField } from "../../../domain/observation.ts";
import type { Cut } from "./cut.ts";
import type { Decision } from "./decision.ts";
import { decide } from "./decision.ts";
import type { GuessContext } from "./guess-context.ts";
import { cutDelimited } from "./guess-delimited.ts";
import { guessEncoding } from "./guess-encoding.ts";
import type { FieldsGuess } from "./guess-fields.ts";
import { guessFields } from "./guess-fields.ts";
import { findNameTime, guessNamePattern, listNameNumbers } from "./guess-file-name.ts";
import { cutFixed } from "./guess-fixed.ts";
import type { SentAt } from "./guess-pattern.ts";
import { cutXml } from "./guess-xml.ts";
import type { Sample } from "./read-sample.ts";
import { toLines } from "./read-sample.ts";

/** A layout's settings as they would stand in its file, and why. */
export interface LayoutGuess {
  readonly settings: Readonly<Record<string, unknown>>;
  readonly decisions: readonly Decision[];
}

export interface GuessOptions extends Pick<GuessContext, "isKnownCode"> {
  /** The zone to put in where the files say none. */
  readonly zone: string;
}

/** Enough for a file of XML to be known by its first tag. */
const XML_BEGIN = /^\s*<[?!A-Za-z]/;
const WEIGHT_OF_FIT = 2;

/**
 * Proposes a layout for samples of one feed: tries every way to cut them up,
 * and takes the one in which barcode, code and time show best.
 *
 * @returns `undefined` when no way gives a column for each of the three
 */
export function guessLayout(
  samples: readonly Sample[],
  { isKnownCode, zone }: GuessOptions,
): LayoutGuess | undefined {
  const files = samples.map(toLines);
  const names = samples.map(({ name }) => name);
  const encoding = guessEncoding(
    files.flat(),
    samples.some(({ hasMark }) => hasMark),
  );
  const context: GuessContext = {
    isKnownCode,
    nameNumbers: listNameNumbers(names),
    sent: toSentAt(samples),
  };
  const options = { encoding: encoding.encoding, isWhole: samples.every(({ isWhole }) => isWhole) };
  const isXml = samples.every(({ text }) => XML_BEGIN.test(text));
  const cuts: readonly (Cut | undefined)[] = isXml
    ? cutXml(samples, options)
    : [...cutDelimited(files, options), cutFixed(files, options, context)];
  const [best] = cuts
    .filter((cut) => cut !== undefined)
    .map((cut) => ({ cut, fields: guessFields(cut.table, context) }))
    .filter((one): one is Guess => one.fields !== undefined)
    .sort((a, b) => toWorth(b) - toWorth(a));
  if (best === undefined) return undefined;
  const columns = nameColumns(best);
  const customers = new Set(toTexts(best, "customerNumber"));
  const fileName = guessNamePattern(names, customers);
  const lineEnd = guessLineEnd(samples, best.cut);
  const { fields } = best;
  const settings = {
    ...best.cut.toForm(columns),
    ...(lineEnd === undefined ? {} : { finalLineEnd: "required" }),
    fields: {
      barcode: columns[fields.barcode],
      code: columns[fields.code],
      time: toOneOrMany(fields.time.columns.map((at) => columns[at])),
      ...Object.fromEntries([...fields.details].map(([field, at]) => [field, columns[at]])),
    },
    ...(fields.personal.length === 0 ? {} : { personal: fields.personal.map((at) => columns[at]) }),
    time: {
      pattern: fields.time.pattern,
      zone,
      precision: fields.time.precision,
      ...(fields.zone === undefined ? {} : { zoneColumn: columns[fields.zone] }),
    },
    ...(fileName.pattern === undefined ? {} : { fileName: fileName.pattern }),
    complete: { by: "stable-size", looks: 3, minimumAgeSeconds: 60 },
  };
  return {
    settings,
    decisions: [
      ...best.cut.decisions,
      encoding.decision,
      ...fields.decisions.map((one) => nameDecision(one, columns)),
      ...(lineEnd === undefined ? [] : [lineEnd]),
      fileName.decision,
      decide("complete", null, "assumed", "completeUnknown"),
    ],
  };
}

interface Guess {
  readonly cut: Cut;
  readonly fields: FieldsGuess;
}

function toWorth({ cut, fields }: Guess): number {
  return fields.score + cut.fit * WEIGHT_OF_FIT + fields.details.size / 10;
}

function toTexts({ cut, fields }: Guess, field: DetailField): readonly string[] {
  const at = fields.details.get(field);
  return at === undefined ? [] : cut.table.rows.map((row) => row[at] ?? "");
}

/** The latest time in the files' names; where none has one, the latest of the files themselves. */
function toSentAt(samples: readonly Sample[]): SentAt {
  const named = samples.map(({ name }) => findNameTime(name)).filter((at) => at !== undefined);
  const own = samples.map(({ modifiedAt }) => modifiedAt);
  return { at: Math.max(...(named.length > 0 ? named : own)), isNamed: named.length > 0 };
}

/** A name for every column: the file's own, or after what it means. */
function nameColumns({ cut, fields }: Guess): string[] {
  const meanings = new Map<number, string>([
    [fields.barcode, "Barcode"],
    [fields.code, "Code"],
    ...fields.time.columns.map((at, index): [number, string] => [
      at,
      fields.time.columns.length === 1 ? "Time" : index === 0 ? "Date" : "Clock",
    ]),
    ...[...fields.details].map(([field, at]): [number, string] => [
      at,
      field.charAt(0).toUpperCase() + field.slice(1),
    ]),
  ]);
  return cut.table.names.map((name, at) => name ?? meanings.get(at) ?? `Column${at + 1}`);
}

/** Columns without a name were spoken of by their position. */
function nameDecision(decision: Decision, columns: readonly string[]): Decision {
  const rename = (text: string): string =>
    text.replace(/#([0-9]+)/g, (_, at) => columns[Number(at) - 1] ?? "");
  return {
    ...decision,
    value: decision.value === null ? null : rename(decision.value),
    values: Object.fromEntries(
      Object.entries(decision.values).map(([key, value]) => [
        key,
        typeof value === "string" ? rename(value) : value,
      ]),
    ),
  };
}

function toOneOrMany<T>(values: readonly T[]): T | readonly T[] | undefined {
  return values.length === 1 ? values[0] : values;
}

/** Where rows do not show their own end, a sender that always ends the last line is worth holding to it. */
function guessLineEnd(samples: readonly Sample[], { showsRowEnd }: Cut): Decision | undefined {
  if (showsRowEnd || !samples.every(({ isWhole, text }) => isWhole && text.endsWith("\n"))) return undefined;
  return decide("finalLineEnd", "required", "likely", "lineEnds", { count: samples.length });
}
