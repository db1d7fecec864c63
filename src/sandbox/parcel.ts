import type { Life } from "./lives.ts";
import type { Prng } from "./prng.ts";

export interface Customer {
  /** Digits. */
  readonly number: string;
  /** One to four capitals. */
  readonly code: string;
}

/** What is written on a parcel. */
export interface Parcel {
  readonly barcode: string;
  /** Of several pieces the first one's barcode, else its own. */
  readonly mainBarcode: string;
  readonly reference: string;
  readonly customer: Customer;
  readonly customerIndex: number;
  /** Six digits. */
  readonly productCode: string;
  /** From 1. */
  readonly piece: number;
  readonly pieces: number;
}

/** Not a multiple of 2 or 5, so that every index gives other digits. */
const SPREAD = 387_420_489;
const S10_PREFIXES = ["LA", "CD", "CW", "RF"] as const;

/** The barcode of the parcel at `index`: no two indexes below 10^8 share one. `offset`: a whole number of the world. */
export function makeBarcode(
  index: number,
  offset: number,
  customer: Customer,
  life: Life,
  prng: Prng,
): string {
  if (life.abroad && prng.chance(0.4)) {
    const digits = String((index * SPREAD + offset) % 100_000_000).padStart(8, "0");
    return `${prng.pick(S10_PREFIXES)}${digits}${toS10CheckDigit(digits)}NL`;
  }
  const length = 13 - customer.code.length;
  const digits = String((index * SPREAD + offset) % 1_000_000_000).padStart(length, "0");
  return `3S${customer.code}${digits}`;
}

/** @see UPU S10: weights 8 6 4 2 3 5 9 7, 11 minus the remainder of 11; 10 becomes 0 and 11 becomes 5 */
function toS10CheckDigit(digits: string): number {
  const weights = [8, 6, 4, 2, 3, 5, 9, 7];
  const sum = weights.reduce((total, weight, place) => total + weight * Number(digits[place]), 0);
  const check = 11 - (sum % 11);
  return check === 10 ? 0 : check === 11 ? 5 : check;
}

/** Letters that UTF-8 and Windows-1252 write differently; the dash after them makes Windows-1252 unmistakable. */
const ACCENTS = ["É-", "ü-", "ø-", "€-"] as const;

/** An order reference of the sender, sometimes with a letter outside ASCII. */
export function makeReference(prng: Prng, withAccents: boolean): string {
  const accent = withAccents && prng.chance(0.02) ? prng.pick(ACCENTS) : "";
  return `ORDER-${accent}${String(prng.between(0, 99_999_999)).padStart(8, "0")}`;
}

/** The six-digit product code of a life. */
export function toProductCode(life: Life): string {
  return life.abroad ? "004945" : "003085";
}
