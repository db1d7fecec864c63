import type { FindingFacts } from "../../domain/finding.ts";

/** Two differences in time are of one sort when both are these whole hours, or else both earlier or both later. */
const WHOLE_HOUR_SLACK_SECONDS = 5;
const HOUR_SECONDS = 3600;

/**
 * What findings of one family share: kind, what it is about, the legacy code
 * that is behind it and the sort of shift in time; never a parcel or a moment.
 * Stable over runs, and to be read by people: `status_mismatch J01 sorted>out_for_delivery`.
 *
 * Parcels that are missing altogether share their customer, not the code with
 * which they happen to begin: a subscription that is missing is one family.
 *
 * Whoever changes this raises `EVALUATION_EDITION`.
 */
export function toSignature(finding: FindingFacts): string {
  const { kind, status, legacyStatus, newStatus, field, deltaSeconds, evidence } = finding;
  if (kind === "parcel_missing_in_new" || kind === "parcel_missing_in_legacy") {
    const { customerNumber } = evidence;
    return typeof customerNumber === "string" ? `${kind} customer ${customerNumber}` : kind;
  }
  const parts: (string | null)[] = [kind, legacyCodeOf(finding)];
  if (kind === "status_mismatch" || kind === "final_conflict") parts.push(`${legacyStatus}>${newStatus}`);
  else if (kind === "detail_mismatch") parts.push(field);
  else parts.push(status);
  if (deltaSeconds !== null) parts.push(toShift(deltaSeconds));
  return parts.filter((part) => part !== null && part !== "").join(" ");
}

/** The code that the finding is about, or with which its legacy episode begins. */
export function legacyCodeOf({ kind, code, evidence }: FindingFacts): string | null {
  if (code !== null) return code;
  if (kind === "detail_mismatch" || kind === "push_missed" || kind === "pull_missed") return null;
  const first = (evidence.sources as readonly { readonly channel: string; readonly code: string }[])?.[0];
  return first?.channel === "legacy-scan" || first?.channel === "legacy-api" ? first.code : null;
}

function toShift(seconds: number): string {
  const hours = wholeHoursOf(seconds);
  if (hours !== null) return `${hours > 0 ? "+" : ""}${hours}h`;
  return seconds > 0 ? "later" : "earlier";
}

/** A shift by a whole number of hours, as a wrong zone makes it; `null`: it is none. */
function wholeHoursOf(seconds: number): number | null {
  const hours = Math.round(seconds / HOUR_SECONDS);
  const rest = Math.abs(seconds - hours * HOUR_SECONDS);
  return hours !== 0 && rest <= WHOLE_HOUR_SLACK_SECONDS ? hours : null;
}

/** Zones are at most so far apart; what differs by more differs for another reason. */
const WIDEST_ZONE_HOURS = 14;

/** A shift by whole hours that a wrong zone could make; `null`: it is none. */
export function zoneHoursOf(seconds: number): number | null {
  const hours = wholeHoursOf(seconds);
  return hours !== null && Math.abs(hours) <= WIDEST_ZONE_HOURS ? hours : null;
}

/** By how many hours the times of both sides, or of a side's channels, differ, where a wrong zone could be why. */
export function zoneShiftOf({ kind, deltaSeconds, legacyAt, newAt, evidence }: FindingFacts): number | null {
  if (typeof evidence.shiftedHours === "number") return evidence.shiftedHours;
  if (kind === "time_mismatch" && deltaSeconds !== null) return zoneHoursOf(deltaSeconds);
  if (kind !== "order_mismatch" || legacyAt === null || newAt === null) return null;
  return zoneHoursOf(Math.floor(newAt / 1000) - Math.floor(legacyAt / 1000));
}
