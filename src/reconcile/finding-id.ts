import { hash } from "node:crypto";
import type { FindingKind } from "../domain/finding.ts";

/**
 * The id of a finding: made from what it is about, never from a counter, so
 * that every run and every store gives the same one.
 *
 * @param subject status, pair of statuses, code, or status and field
 * @param occurredAt when the episode begins (of a pair: the legacy one), UTC
 *   epoch milliseconds, used to the second; `null` for kinds that are one per
 *   parcel and subject
 * @param ordinal 0, or the position among findings that would be the same otherwise
 */
export function toFindingId(
  kind: FindingKind,
  barcode: string,
  subject: string,
  occurredAt: number | null,
  ordinal: number,
): string {
  const occurrence = occurredAt === null ? "" : String(Math.floor(occurredAt / 1000));
  return hash("sha256", [kind, barcode, subject, occurrence, ordinal || ""].join("|"), "hex").slice(0, 20);
}
