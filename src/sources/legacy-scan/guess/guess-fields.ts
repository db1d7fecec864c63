import type { DetailField } from "../../../domain/observation.ts";
import { normaliseLegacyCode } from "../../../mapping/translate.ts";
import type { Decision } from "./decision.ts";
import { decide } from "./decision.ts";
import type { GuessContext } from "./guess-context.ts";
import { guessDetails } from "./guess-details.ts";
import type { TimeGuess } from "./guess-time.ts";
import { guessTime } from "./guess-time.ts";
import { matchHeader } from "./header-words.ts";
import type { Table, TableColumn } from "./table.ts";
import { shareOf, toColumns } from "./table.ts";

/** Which column means what, by position. */
export interface FieldsGuess {
  readonly barcode: number;
  readonly code: number;
  readonly time: TimeGuess;
  readonly zone: number | undefined;
  readonly details: ReadonlyMap<DetailField, number>;
  readonly personal: readonly number[];
  readonly decisions: readonly Decision[];
  /** How well barcode, code and time fit; for choosing between ways to cut a file up. */
  readonly score: number;
}

/** 3S and 2S codes and S10 of the Universal Postal Union: nothing else looks like them. */
const CARRIER_BARCODE = /^(?:[23]S[A-Z]{1,4}[0-9]{6,}|[A-Z]{2}[0-9]{9}[A-Z]{2})$/i;
const ANY_BARCODE = /^(?=(?:.*[0-9]){6})[0-9A-Za-z]{8,35}$/;
const LETTER_CODE = /^(?:[A-Z][0-9]{2}|[0-9]{2}[A-Z])$/i;
const SHORT_CODE = /^(?:[0-9]{2,3}|[A-Z][0-9]?|[A-Z]{2,4})$/i;
const ZONE_NAME = /^(?:UTC|GMT|Z|[A-Z]{3,4}|[+-][0-9]{2}:[0-9]{2}|[A-Z][A-Za-z_]+\/[A-Za-z_/+-]+)$/;
/** Less evidence is none. */
const LEAST_FOR_BARCODE = 2.5;
const LEAST_FOR_CODE = 1.5;

interface Scored {
  readonly column: TableColumn;
  readonly score: number;
  /** The evidence of the content alone. */
  readonly content: number;
}

/** Which column means what; `undefined` where barcode, code or time is in none. */
export function guessFields(table: Table, context: GuessContext): FieldsGuess | undefined {
  const columns = toColumns(table);
  const time = guessTime(columns, context.sent);
  if (time === undefined) return undefined;
  const free = columns.filter(({ at }) => !time.columns.includes(at));
  const barcodes = rank(free, LEAST_FOR_BARCODE, toBarcodeScore);
  const [barcode] = barcodes;
  if (barcode === undefined) return undefined;
  const codes = rank(
    free.filter((column) => column !== barcode.column),
    LEAST_FOR_CODE,
    (column) => toCodeScore(column, context),
  );
  const [code] = codes;
  if (code === undefined) return undefined;
  const decisions = [
    decideField("fields.barcode", "barcode", barcodes, "barcodes"),
    decideField("fields.code", "code", codes, code.content >= 4 ? "codesKnown" : "codesShaped"),
    ...time.decisions,
  ];
  const rest = free.filter((column) => column !== barcode.column && column !== code.column);
  const zone = rest.find(
    ({ name, texts }) =>
      matchHeader(name, "zone") > 0 && shareOf(texts, (text) => ZONE_NAME.test(text)) > 0.9,
  );
  const details = guessDetails(
    rest.filter((column) => column !== zone),
    barcode.column,
    context,
  );
  return {
    barcode: barcode.column.at,
    code: code.column.at,
    time,
    zone: zone?.at,
    details: details.details,
    personal: details.personal,
    decisions: [...decisions, decideZone(time.pattern, zone), ...details.decisions],
    score: barcode.score + code.score + time.columns.length / 10,
  };
}

function rank(
  columns: readonly TableColumn[],
  least: number,
  toScore: (column: TableColumn) => Omit<Scored, "column"> | undefined,
): Scored[] {
  return columns
    .flatMap((column) => {
      const scored = toScore(column);
      return scored === undefined || scored.score < least ? [] : [{ column, ...scored }];
    })
    .sort((a, b) => b.score - a.score || a.column.at - b.column.at);
}

function toBarcodeScore({ name, cells, texts, distinct }: TableColumn): Omit<Scored, "column"> | undefined {
  const any = shareOf(texts, (text) => ANY_BARCODE.test(text));
  if (any < 0.7) return undefined;
  const own = shareOf(texts, (text) => CARRIER_BARCODE.test(text));
  const filled = texts.length / Math.max(cells.length, 1);
  // A customer's number is the same in most rows, a parcel's in some.
  const varied = distinct.size > 1 || texts.length < 3 ? Math.min(1, (distinct.size * 4) / texts.length) : 0;
  // Every scan has a barcode, and not every one a main barcode.
  const always = filled === 1 ? 0.6 : 0;
  const content = own * 3 + any + varied + always - (1 - filled) * 3;
  const main = matchHeader(name, "mainBarcode") > 1 ? -4 : 0;
  return { content, score: content + matchHeader(name, "barcode") + main };
}

function toCodeScore(
  { name, cells, texts, distinct }: TableColumn,
  { isKnownCode }: GuessContext,
): Omit<Scored, "column"> | undefined {
  const known = shareOf(texts, (text) => isKnownCode(normaliseLegacyCode(text)));
  const shaped = shareOf(texts, (text) => LETTER_CODE.test(text));
  const short = shareOf(texts, (text) => SHORT_CODE.test(text) || LETTER_CODE.test(text));
  if (short < 0.8) return undefined;
  const filled = texts.length / Math.max(cells.length, 1);
  const varied = distinct.size > 1 || texts.length < 3 ? 0.5 : 0;
  const content = known * 3 + shaped + short + varied - (1 - filled) * 4;
  return { content, score: content + matchHeader(name, "code") };
}

function decideField(
  about: string,
  meaning: "barcode" | "code",
  ranked: readonly Scored[],
  reason: "barcodes" | "codesKnown" | "codesShaped",
): Decision {
  const [best, next] = ranked as [Scored, ...Scored[]];
  const { name, at, texts } = best.column;
  const column = name ?? `#${at + 1}`;
  const lead = next === undefined ? Infinity : best.score - next.score;
  const isNamed = matchHeader(name, meaning) === 3;
  const isShown = best.content >= 4;
  const others = ranked.length - 1;
  const values = { column, texts: texts.length, distinct: best.column.distinct.size, others };
  if (lead < 0.5) return decide(about, column, "unsure", "several", values);
  if ((isNamed || isShown) && lead >= 1.5) return decide(about, column, "sure", reason, values);
  return decide(about, column, isNamed || isShown ? "likely" : "unsure", reason, values);
}

function decideZone(pattern: string, zone: TableColumn | undefined): Decision {
  if (/X$/.test(pattern)) return decide("time.zone", null, "sure", "offsetInText");
  if (zone !== undefined) {
    return decide("time.zoneColumn", zone.name, "likely", "zoneColumn", {
      zones: [...zone.distinct]
        .filter((text) => ZONE_NAME.test(text))
        .slice(0, 5)
        .join(", "),
    });
  }
  return decide("time.zone", null, "assumed", "zoneUnknown");
}
