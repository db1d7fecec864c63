import type { CustomTypesConfig } from "pg";
import { fromKeptText } from "./text.ts";

/** The types that our statements select, by object id. @see https://github.com/postgres/postgres/blob/master/src/include/catalog/pg_type.dat */
const PARSERS: Readonly<Record<number, (text: string) => unknown>> = {
  16: (text) => text === "t",
  17: (text) => Buffer.from(text.slice("\\x".length), "hex"),
  20: toSafeNumber,
  21: Number,
  23: Number,
};

/** How values come in: always as text, because the driver would read bytes as UTF-8. */
export const TYPES: CustomTypesConfig = {
  getTypeParser: (oid: number) => PARSERS[oid] ?? fromKeptText,
};

function toSafeNumber(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number)) throw new Error(`${text} is too large for a number`);
  return number;
}
