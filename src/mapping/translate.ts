import type { Channel } from "../domain/channel.ts";
import { sideOf } from "../domain/channel.ts";
import type { StatusTable } from "../domain/status.ts";

/** What one row of `mappings/legacy-codes.csv` says of its code, while it is valid. */
export interface LegacyCodeRow {
  readonly code: string;
  /** `null`: an explicit *no status* row, a notice or an internal scan. */
  readonly status: string | null;
  /** First instant at which the row holds (UTC epoch milliseconds); `-Infinity` without a start. */
  readonly validFrom: number;
  /** First instant at which it holds no longer; `Infinity` without an end. */
  readonly validTo: number;
}

/** The tables that turn codes into statuses: loaded once, checked, frozen. */
export interface MappingTables {
  readonly statuses: StatusTable;
  /** By code, upper case, letter first; a code's rows do not overlap in time. */
  readonly legacyCodes: ReadonlyMap<string, readonly LegacyCodeRow[]>;
  /** Per channel of the new side: wire code (lower case) → status, from the contract. */
  readonly wireCodes: Readonly<Record<"webhook" | "status-api", ReadonlyMap<string, string>>>;
  /** Changes whenever a table changes; a run under another fingerprint evaluates everything again. */
  readonly fingerprint: string;
}

/** What a code says: a status; nothing for the receiver; no row in our table; a wire code we do not know. */
export type Translation =
  | { readonly kind: "status"; readonly status: string }
  | { readonly kind: "notice" }
  | { readonly kind: "unmapped" }
  | { readonly kind: "unknown" };

const NOTICE: Translation = Object.freeze({ kind: "notice" });
const UNMAPPED: Translation = Object.freeze({ kind: "unmapped" });
const UNKNOWN: Translation = Object.freeze({ kind: "unknown" });

/**
 * Translates one code as it was observed. Pure; never guesses: a code without
 * a row (or outside every row's validity) is `unmapped`.
 *
 * @param code normalised: see {@link normaliseLegacyCode} and {@link normaliseWireCode}
 * @param at UTC epoch milliseconds of the observation
 */
export function translate(channel: Channel, code: string, at: number, tables: MappingTables): Translation {
  if (sideOf(channel) === "new") {
    const status = tables.wireCodes[channel as "webhook" | "status-api"].get(code);
    return status === undefined ? UNKNOWN : { kind: "status", status };
  }
  const row = tables.legacyCodes.get(code)?.find(({ validFrom, validTo }) => validFrom <= at && at < validTo);
  if (row === undefined) return UNMAPPED;
  return row.status === null ? NOTICE : { kind: "status", status: row.status };
}

const DIGITS_FIRST = /^([0-9]{2})([A-Z])$/;

/**
 * Trims and upper-cases a legacy observation code; the old digits-first form
 * becomes letter-first (`01j` → `J01`), also for codes outside the table.
 */
export function normaliseLegacyCode(text: string): string {
  return text.trim().toUpperCase().replace(DIGITS_FIRST, "$2$1");
}

/** Trims and lower-cases a wire code of the new services: the carrier's own enumerations vary in case. */
export function normaliseWireCode(text: string): string {
  return text.trim().toLowerCase();
}
