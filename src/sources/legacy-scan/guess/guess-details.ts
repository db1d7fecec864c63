import type { DetailField } from "../../../domain/observation.ts";
import { DETAIL_FIELDS } from "../../../domain/observation.ts";
import type { Decision } from "./decision.ts";
import { decide } from "./decision.ts";
import type { GuessContext } from "./guess-context.ts";
import { matchHeader } from "./header-words.ts";
import type { TableColumn } from "./table.ts";
import { shareOf } from "./table.ts";

export interface DetailsGuess {
  readonly details: ReadonlyMap<DetailField, number>;
  readonly personal: readonly number[];
  readonly decisions: readonly Decision[];
}

type Evidence = Pick<Decision, "confidence" | "reason" | "values">;

const MOSTLY = 0.9;
/** The carrier's location for what happened in no place. */
const NO_PLACE = "888888";
const FREE_TEXT = /\p{L}.*\s.*\p{L}/u;

/**
 * The columns of the details, by their names where a file has them, otherwise
 * by what they hold. What may be several is said and left open. Columns with
 * people's data are found, so that nothing of them is shown or kept.
 */
export function guessDetails(
  columns: readonly TableColumn[],
  barcode: TableColumn,
  context: GuessContext,
): DetailsGuess {
  const details = new Map<DetailField, number>();
  const decisions: Decision[] = [];
  const isFree = ({ at }: TableColumn): boolean => ![...details.values()].includes(at);
  const personal = columns.filter(({ name }) => matchHeader(name, "personal") === 3);
  const candidates = columns.filter((column) => !personal.includes(column) && column.texts.length > 0);

  for (const field of DETAIL_FIELDS) {
    const [best, next] = columns
      .filter((column) => isFree(column) && !personal.includes(column))
      .map((column) => ({ column, match: matchHeader(column.name, field) }))
      .filter(({ match }) => match > 0)
      .sort((a, b) => b.match - a.match || b.column.texts.length - a.column.texts.length);
    if (best === undefined) continue;
    const name = best.column.name ?? "";
    // Of two that are named alike, one that is always empty is none.
    const isTied = best.match === next?.match && next.column.texts.length > 0;
    if (isTied || best.match < 3) {
      decisions.push(decide(`fields.${field}`, null, "unsure", "several", toSeveral(name, isTied ? 2 : 1)));
      continue;
    }
    details.set(field, best.column.at);
    decisions.push(decide(`fields.${field}`, name, "likely", "header", { column: name }));
  }

  for (const field of ORDER) {
    if (details.has(field) || decisions.some(({ about }) => about === `fields.${field}`)) continue;
    const found = candidates
      .filter((column) => isFree(column) && column.name === null)
      .map((column) => ({ column, evidence: RULES[field](column, barcode, context) }))
      .filter(({ evidence }) => evidence !== undefined);
    const [best] = found;
    if (best?.evidence === undefined) continue;
    const column = `#${best.column.at + 1}`;
    if (found.length > 1 || best.evidence.confidence === "unsure") {
      decisions.push(decide(`fields.${field}`, null, "unsure", "several", toSeveral(column, found.length)));
      continue;
    }
    details.set(field, best.column.at);
    const { values, ...evidence } = best.evidence;
    decisions.push({ about: `fields.${field}`, value: column, ...evidence, values: { ...values, column } });
  }

  const texts = candidates.filter(
    (column) =>
      isFree(column) && column.name === null && shareOf(column.texts, (text) => FREE_TEXT.test(text)) > 0.3,
  );
  for (const column of personal) {
    const name = column.name ?? "";
    decisions.push(decide("personal", name, "likely", "personalWords", { column: name }));
  }
  for (const column of texts) {
    const name = `#${column.at + 1}`;
    decisions.push(decide("personal", name, "unsure", "freeText", { column: name }));
  }
  return { details, personal: [...personal, ...texts].map(({ at }) => at), decisions };
}

function toSeveral(column: string, count: number): Decision["values"] {
  return { column, others: count - 1 };
}

/** What is found for certain goes first, so that what is left fits the rest. */
const ORDER: readonly DetailField[] = [
  "customerNumber",
  "customerCode",
  "mainBarcode",
  "productCode",
  "location",
  "reference",
];

type Rule = (column: TableColumn, barcode: TableColumn, context: GuessContext) => Evidence | undefined;

const RULES: Readonly<Record<DetailField, Rule>> = {
  customerNumber: ({ texts, distinct }, _barcode, { nameNumbers }) => {
    const inName = shareOf(texts, (text) => /^[0-9]{6,10}$/.test(text) && nameNumbers.includes(text));
    if (inName > 0.8) return toEvidence("sure", "inFileName", texts, distinct);
    const numbers = shareOf(texts, (text) => /^[0-9]{7,10}$/.test(text));
    return numbers > MOSTLY && distinct.size <= 3
      ? toEvidence("unsure", "content", texts, distinct)
      : undefined;
  },
  customerCode: ({ cells, texts, distinct }, barcode) => {
    const pairs = cells.map((code, row) => [code, barcode.cells[row] ?? ""] as const);
    const filled = pairs.filter(([code]) => code !== "");
    const within = filled.filter(
      ([code, parcel]) =>
        /^[A-Z]{1,4}$/i.test(code) &&
        /^[23]S([A-Z]+)/i.exec(parcel)?.[1]?.toUpperCase() === code.toUpperCase(),
    );
    return within.length > filled.length * 0.8 ? toEvidence("sure", "inBarcode", texts, distinct) : undefined;
  },
  mainBarcode: ({ texts, distinct }, barcode) => {
    const parcels = new Set([...barcode.distinct].map((text) => text.toUpperCase()));
    const known = shareOf(texts, (text) => parcels.has(text.toUpperCase()));
    return known > 0.5 ? toEvidence("likely", "content", texts, distinct) : undefined;
  },
  productCode: ({ texts, distinct }) => {
    const codes = shareOf(texts, (text) => /^00[0-9]{4}$/.test(text));
    return codes > MOSTLY && distinct.size <= 30
      ? toEvidence("likely", "content", texts, distinct)
      : undefined;
  },
  location: ({ texts, distinct }) => {
    if (shareOf(texts, (text) => /^[0-9]{4,6}$/.test(text)) < MOSTLY) return undefined;
    return toEvidence(distinct.has(NO_PLACE) ? "likely" : "unsure", "content", texts, distinct);
  },
  reference: ({ cells, texts, distinct }, barcode) => {
    const byParcel = new Map<string, Set<string>>();
    for (const [row, text] of cells.entries()) {
      const parcel = barcode.cells[row] ?? "";
      if (text !== "") byParcel.set(parcel, (byParcel.get(parcel) ?? new Set()).add(text));
    }
    const faithful = [...byParcel.values()].filter(({ size }) => size === 1).length;
    const isOwn = faithful > byParcel.size * MOSTLY && distinct.size > byParcel.size / 2;
    const repeats = texts.length > byParcel.size * 1.5;
    return isOwn && distinct.size > 3
      ? toEvidence(repeats ? "likely" : "unsure", "content", texts, distinct)
      : undefined;
  },
};

function toEvidence(
  confidence: Decision["confidence"],
  reason: Decision["reason"],
  texts: readonly string[],
  distinct: ReadonlySet<string>,
): Evidence {
  return {
    confidence,
    reason,
    values: { texts: texts.length, distinct: distinct.size },
  };
}
